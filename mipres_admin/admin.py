"""What does the Ministry see of the frame? The mail that is waiting or could not be sent, without its text."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from mipres_admin.delivery import try_again
from mipres_admin.models import JobRun, OutgoingMail

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """A window: nothing is added, changed or deleted through it."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """None for a key that PostgreSQL can not even be asked for."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "last_run_at", "due_at", "last_error")
