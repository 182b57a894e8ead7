"""What does the Ministry see of the frame? The mail that is waiting or could not be sent, without its text."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mipres_admin import history_admin, jobs  # noqa: F401  the admins of the history
from mipres_admin.admin_base import ObjectAction, ObjectActionsAdmin, ReadOnlyAdmin
from mipres_admin.delivery import try_again
from mipres_admin.models import JobRun, OutgoingMail

RETRY = ObjectAction(
    slug="reintentar",
    label="Intentar de nuevo",
    confirmation=(
        "El correo vuelve a la cola y sale en el siguiente turno. Revise antes que el servidor de correo funcione."
    ),
    permission="mipres_admin.change_outgoingmail",
    success_message="El correo quedó de nuevo en espera.",
    # the text of a mail whose link has expired is not kept: there is nothing to send
    is_available=lambda mail: mail.state == OutgoingMail.State.FAILED and bool(mail.text),
    perform=try_again,
    argument="mail",
)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ObjectActionsAdmin):
    """Never the text: it may hold the link that lets somebody into an account."""

    list_display = ("created_at", "template", "recipient", "state", "attempts", "last_error", "not_before", "sent_at")
    list_filter = ("state", "template")
    search_fields = ("recipient",)
    exclude = ("text", "html")
    object_actions = (RETRY,)


class ErrorFilter(admin.SimpleListFilter):
    """The jobs of this version of the portal that failed the last time."""

    title = "resultado"
    parameter_name = "con_error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("si", "Con error")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(name__in=jobs.names()).exclude(last_error="") if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_filter = (ErrorFilter,)
    list_display = ("name", "last_run_at", "due_at", "last_error")
