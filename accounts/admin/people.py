"""What does the Ministry see of people, and of what the official registries say of them?"""

from collections.abc import Iterable

from django.contrib import admin

from accounts.admin.finding import DocumentColumn, of_typed_document
from accounts.models import Account, DeceasedEntry, Person, Profession, RegisteredUser, RethusEntry, SsoPost
from entities.admin import matching
from mipres_admin.admin_base import ReadOnlyAdmin, RelatedList, register_related_lists


def _in_lines(texts: Iterable[str]) -> str:
    return "; ".join(texts) or "—"


@admin.register(Person)
class PersonAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("full_name", "document", "deceased_on")
    ordering = ("sort_name", "pk")
    sortable_by = ()
    search = staticmethod(matching)
    search_help_text = "Documento (con el tipo o sin él) o nombres y apellidos."
    fieldsets = (
        (None, {"fields": ("document_type", "document_number", "deceased_on")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname", "sex", "email")}),
        ("Registros oficiales", {"fields": ("rethus", "posts")}),
    )

    @admin.display(description="nombre")
    def full_name(self, person: Person) -> str:
        """The four names."""
        return person.full_name

    @admin.display(description="profesiones en ReTHUS")
    def rethus(self, person: Person) -> str:
        """What ReTHUS says of them, with what it has closed."""
        document = {"document_type": person.document_type, "document_number": person.document_number}
        held = RethusEntry.objects.filter(**document).select_related("profession")
        return _in_lines(
            f"{one.profession}{f' (retirada el {one.closed_on})' if one.closed_on else ''}" for one in held
        )

    @admin.display(description="plazas de SSO")
    def posts(self, person: Person) -> str:
        """Where and when they served or serve."""
        posts = SsoPost.objects.of(person).select_related("sede").order_by("starts_on")
        return _in_lines(f"{post.sede}, del {post.starts_on} al {post.ends_on}" for post in posts)


register_related_lists(
    Person,
    RelatedList("Cuentas", Account, "person__id__exact", 10),
    RelatedList("Registro en MIPRES", RegisteredUser, "person__id__exact", 20),
)


@admin.register(Profession)
class ProfessionAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")


@admin.register(RethusEntry)
class RethusEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "profession", "registry_number", "closed_on")
    list_filter = ("profession",)
    list_select_related = ("profession",)
    search = staticmethod(of_typed_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SsoPost)
class SsoPostAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "sede", "starts_on", "ends_on")
    list_select_related = ("sede",)
    search = staticmethod(of_typed_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(DeceasedEntry)
class DeceasedEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "deceased_on", "closed_on")
    search = staticmethod(of_typed_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()
