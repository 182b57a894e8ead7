"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    MAIL_RETRIED = "mail.retried", "Correo puesto de nuevo en espera"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "mail": "Correo",
}
REASON_REQUIRED = frozenset({Event.MAIL_RETRIED})
# what some codes mean
WORDS = {
    "pending": "En espera",
    "failed": "No se pudo enviar",
}
