"""What does the Ministry see of ReTHUS and of the plazas of SSO?"""

from collections.abc import Iterable

from django.contrib import admin

from accounts.admin.list_helpers import DocumentColumn, filter_by_document
from accounts.admin.people import PersonAdmin
from accounts.models import Person
from mipres_admin.backoffice.admin_base import NewestFirst, ReadOnlyAdmin
from roles.models import Profession, RethusEntry, SsoPost


def _in_lines(texts: Iterable[str]) -> str:
    return "; ".join(texts) or "—"


@admin.display(description="profesiones en ReTHUS")
def _rethus(person: Person) -> str:
    entries = RethusEntry.objects.of(person).select_related("profession")
    return _in_lines(
        f"{entry.profession}{f' (retirada el {entry.closed_on})' if entry.closed_on else ''}" for entry in entries
    )


@admin.display(description="plazas de SSO")
def _posts(person: Person) -> str:
    posts = SsoPost.objects.of(person).select_related("sede").order_by("starts_on")
    return _in_lines(f"{post.sede}, del {post.starts_on} al {post.ends_on}" for post in posts)


PersonAdmin.register_fieldset("Registros oficiales", rethus=_rethus, posts=_posts)


@admin.register(Profession)
class ProfessionAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")


@admin.register(RethusEntry)
class RethusEntryAdmin(DocumentColumn, NewestFirst, ReadOnlyAdmin):
    list_display = ("document", "profession", "registry_number", "closed_on")
    list_filter = ("profession",)
    list_select_related = ("profession",)
    search = staticmethod(filter_by_document)
    search_help_text = "Documento, con el tipo o sin él."


@admin.register(SsoPost)
class SsoPostAdmin(DocumentColumn, NewestFirst, ReadOnlyAdmin):
    list_display = ("document", "sede", "starts_on", "ends_on")
    list_select_related = ("sede",)
    search = staticmethod(filter_by_document)
    search_help_text = "Documento, con el tipo o sin él."
