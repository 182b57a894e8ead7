"""What does the Ministry see of the frame? The mail that is waiting or could not be sent, without its text."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from mipres_admin import history_admin, jobs  # noqa: F401  the windows of the history
from mipres_admin.delivery import try_again
from mipres_admin.desk import ReadOnlyAdmin
from mipres_admin.models import JobRun, OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Never the text: it may hold the link that lets somebody into an account."""

    list_display = ("created_at", "template", "recipient", "state", "attempts", "last_error", "not_before", "sent_at")
    list_filter = ("state", "template")
    search_fields = ("recipient",)
    exclude = ("text", "html")
    actions = ("retry",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may put a mail back into the queue."""
        return request.user.has_perm("mipres_admin.change_outgoingmail")

    @admin.action(description="Intentar de nuevo los correos que no se pudieron enviar", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        """Those of the chosen that failed and whose text is still kept."""
        retried = sum(try_again(by=request.user, mail=mail) for mail in queryset)
        level = messages.SUCCESS if retried else messages.WARNING
        self.message_user(request, f"Correos puestos de nuevo en espera: {retried}.", level)


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
