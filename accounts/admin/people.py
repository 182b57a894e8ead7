"""What does the Ministry see of people, of their documents, and of who died?"""

from django.contrib import admin

from accounts.admin.list_helpers import (
    DocumentColumn,
    filter_by_document,
)
from accounts.models import Account, CivilRegistryEntry, DeceasedEntry, Person
from entities.admin import matching
from mipres_admin.backoffice.admin_base import ReadOnlyAdmin, RelatedList, register_related_lists


@admin.register(Person)
class PersonAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("full_name", "document", "verified_how", "deceased_on")
    ordering = ("sort_name", "pk")
    sortable_by = ()
    search = staticmethod(matching)
    search_help_text = "Documento (con el tipo o sin él) o nombres y apellidos."
    fieldsets = (
        (None, {"fields": ("document_type", "document_number", "verified_how", "verified_at", "deceased_on")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname", "sex", "email")}),
    )

    @admin.display(description="nombre")
    def full_name(self, person: Person) -> str:
        return person.full_name


register_related_lists(
    Person,
    RelatedList("Cuentas", Account, "person__id__exact", 10),
)


@admin.register(DeceasedEntry)
class DeceasedEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "deceased_on", "closed_on")
    search = staticmethod(filter_by_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(CivilRegistryEntry)
class CivilRegistryEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    """Without the fecha de expedición: who knows it shows that the document is theirs."""

    list_display = (
        "document", "first_name", "second_name", "first_surname", "second_surname", "state", "deceased_on", "closed_on",
    )  # fmt: skip
    exclude = ("issued_on",)
    search = staticmethod(filter_by_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()
