"""What does the Ministry see of users and their roles, of uploads and certificates, and how does it end a role?"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.list_helpers import filter_by_person
from entities.admin import VALIDITY_COLUMNS, matching
from entities.models import Entity
from mipres_admin.backoffice.admin_base import (
    NewestFirst,
    ObjectAction,
    ObjectActionsAdmin,
    ReadOnlyAdmin,
    RelatedList,
    column,
    register_related_lists,
)
from mipres_admin.database.text import SearchKey, key_words, with_words
from mipres_admin.formatting import format_day
from roles.actions.role_assignments import end_assignment
from roles.certificates.codes import read_code
from roles.models import Certificate, RegisteredUser, RoleAssignment, RoleEnding, RoleUpload


def _by_code(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(code=read_code(words))


@admin.register(RegisteredUser)
class RegisteredUserAdmin(NewestFirst, ReadOnlyAdmin):
    list_display = ("login", "person", "kind", "profession", "registered_at")
    list_filter = ("kind", "profession")
    list_select_related = ("person", "profession")
    search = staticmethod(filter_by_person)
    search_help_text = "Documento (con el tipo o sin él) o nombres y apellidos."
    fields = ("login", "person", "kind", "profession", "professional_registry", "registered_at")
    login = column("usuario (login)", lambda user: user.login)


register_related_lists(
    RegisteredUser,
    RelatedList("Roles asignados", RoleAssignment, "user__id__exact", 10),
    RelatedList("Constancias", Certificate, "user__id__exact", 20),
)
END_ROLE = ObjectAction(
    slug="terminar",
    label="Terminar rol",
    confirmation=(
        "La persona deja de tener este rol en esta sede de inmediato y recibe un correo con el motivo, que la entidad "
        "lee en la historia del usuario. No se puede deshacer: la entidad puede asignarlo de nuevo."
    ),
    permission="roles.end_roleassignment",
    success_message="El rol terminó y la persona fue avisada.",
    is_available=lambda role: role.ends_at is None or role.ends_at > timezone.now(),
    perform=end_assignment,
    argument="assignment",
)


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(NewestFirst, ObjectActionsAdmin):
    list_display = ("login", "person", "role", "state", "sede", "entity", "first_day", "last_day")
    list_filter = ("role",)
    list_select_related = ("user__person", "sede", "entity")
    search = staticmethod(matching)
    search_help_text = "Nombres, documento, usuario o registro profesional de la persona."
    fieldsets = (
        (None, {"fields": ("user", "person", "role", "sede", "entity")}),
        ("Vigencia", {"fields": ("state", "first_day", "last_day", "created_by", "ended_by")}),
    )
    object_actions = (END_ROLE,)
    login = column("usuario (login)", lambda role: role.user.login)
    person = column("persona", lambda role: role.user.person.full_name)
    state = column("estado", lambda role: role.state)
    first_day, last_day = VALIDITY_COLUMNS

    def history_subject(self, obj: RoleAssignment) -> RegisteredUser:
        """Events of roles are recorded under the user: those of all their roles."""
        return obj.user


def _of_roles(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(assignment__in=RoleAssignment.objects.matching(words).values("pk"))


@admin.register(RoleEnding)
class RoleEndingAdmin(NewestFirst, ReadOnlyAdmin):
    """What loads of registries ended, and what was given back when one was undone."""

    list_display = ("at", "assignment", "entity", "cause", "load", "undone_at")
    list_filter = ("cause", ("undone_at", admin.EmptyFieldListFilter))
    list_select_related = ("assignment__sede", "entity", "load")
    search = staticmethod(_of_roles)
    search_help_text = "Nombres, documento, usuario o registro profesional de la persona."
    fields = ("load", "assignment", "entity", "cause", "at", "last_day", "first_before", "last_before", "undone_at")
    last_day = column("último día", lambda ending: format_day(ending.last_day))
    first_before = column("desde, antes", lambda ending: format_day(ending.before.first))
    last_before = column("hasta, antes", lambda ending: format_day(ending.before.last))


def _of_entity_or_file(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    of_file = with_words("file_key", key_words(words))
    of_entity = Q(entity__in=Entity.objects.matching(words).values("pk"))
    found: QuerySet[Any] = rows.alias(file_key=SearchKey("file_name")).filter(of_entity | of_file)
    return found


@admin.register(RoleUpload)
class RoleUploadAdmin(ReadOnlyAdmin):
    """Never its rows: they are personal data of the entity's people, kept a few days for the entity alone."""

    list_display = ("made_at", "entity", "file_name", "state", "mode", "made_by")
    list_filter = ("state",)
    list_select_related = ("entity", "made_by")
    search = staticmethod(_of_entity_or_file)
    search_help_text = "Nombre o NIT de la entidad, o nombre del archivo."
    ordering = ("-made_at", "-pk")
    fields = ("entity", "file_name", "sha256", "made_by", "made_at", "state", "mode", "applied_by", "applied_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleUpload]:
        return super().get_queryset(request).defer("rows")


@admin.register(Certificate)
class CertificateAdmin(NewestFirst, ReadOnlyAdmin):
    """Without the content, which has personal data; its fingerprint tells whether a printed one is the same."""

    list_display = ("grouped_code", "entity", "user", "as_of", "issued_at", "issued_by")
    list_select_related = ("entity", "user__person", "issued_by")
    search = staticmethod(_by_code)
    search_help_text = "Código de verificación."
    fields = ("grouped_code", "entity", "user", "as_of", "issued_at", "issued_by", "content_sha256")
    grouped_code = column("código", lambda certificate: certificate.grouped_code)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        return super().get_queryset(request).defer("content")
