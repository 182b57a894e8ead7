"""What does the Ministry see of the mail that is waiting or could not be sent?"""

from django.contrib import admin
from django.db.models import QuerySet

from mipres_admin.backoffice.admin_base import ObjectAction, ObjectActionsAdmin, column
from mipres_admin.outbox.delivery import retry
from mipres_admin.outbox.models import OutgoingMail


def _by_recipient(mails: QuerySet[OutgoingMail], words: str) -> QuerySet[OutgoingMail]:
    return mails.filter(recipient__icontains=words)


OTHER_ERROR = "El servidor de correo no lo tomó"
ERRORS = {
    "SMTPRecipientsRefused": "El servidor no recibe correo para esa dirección",
    "SMTPDataError": "El servidor rechazó el contenido",
    "Expired": "Venció antes de poder enviarse",
}
"""What the kinds of errors that are recorded mean."""
RETRY = ObjectAction(
    slug="reintentar",
    label="Intentar de nuevo",
    confirmation=(
        "El correo vuelve a la cola y sale en el siguiente turno. Revise antes que el servidor de correo funcione."
    ),
    permission="outbox.change_outgoingmail",
    success_message="El correo quedó de nuevo en espera.",
    # the text of a mail whose link has expired is not kept: there is nothing to send
    is_available=lambda mail: mail.state == OutgoingMail.State.FAILED and bool(mail.text),
    perform=retry,
    argument="mail",
)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ObjectActionsAdmin):
    """Never the text: it may hold the link that lets somebody into an account."""

    list_display = ("created_at", "subject", "recipient", "state", "attempts", "why", "not_before", "sent_at")
    list_filter = ("state",)
    search = staticmethod(_by_recipient)
    search_help_text = "Correo del destinatario, o una parte."
    fields = (
        *("created_at", "subject", "recipient", "caused_by", "state", "attempts", "why", "not_before", "useful_until"),
        *("sent_at", "given_up_at"),
    )
    why = column("último error", lambda mail: mail.last_error and ERRORS.get(mail.last_error, OTHER_ERROR))
    object_actions = (RETRY,)
