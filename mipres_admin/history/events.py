"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    HISTORY_DOWNLOADED = "history.downloaded", "Descarga de la historia"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "history": "Historia",
}
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
