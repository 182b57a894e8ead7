"""Which events does the project itself record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    MAIL_RETRIED = "mail.retried", "Correo puesto de nuevo en espera"
    HISTORY_DOWNLOADED = "history.downloaded", "Descarga de la historia"


# the heading of a list of choices, by what stands before the point
GROUPS = {
    "mail": "Correo",
    "history": "Historia",
}
REASON_REQUIRED = frozenset(
    {
        Event.MAIL_RETRIED,
    }
)
# what the keys of `before` and `after` are called
LABELS = {
    "acto": "Acto",
    "desde": "Desde",
    "entidad": "Entidad",
    "filters": "Filtros usados",
    "hasta": "Hasta",
    "objeto": "Objeto",
    "quien": "Quién",
    "reason": "Motivo",
    "rows": "Filas",
    "state": "Estado",
}
# what some codes mean
WORDS = {
    "pending": "En espera",
    "failed": "No se pudo enviar",
}
