"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    REGISTRY_UPLOADED = "registry.uploaded", "Archivo de un registro subido"
    REGISTRY_QUEUED = "registry.queued", "Carga de un registro pedida"
    REGISTRY_CANCELLED = "registry.cancelled", "Carga de un registro cancelada"
    REGISTRY_UNDO_QUEUED = "registry.undo_queued", "Deshacer la carga de un registro: pedido"
    REGISTRY_UNDONE = "registry.undone", "Carga de un registro deshecha"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "registry": "Cargas de registros",
}
REASON_REQUIRED = frozenset(
    {Event.REGISTRY_UPLOADED, Event.REGISTRY_QUEUED, Event.REGISTRY_CANCELLED, Event.REGISTRY_UNDO_QUEUED}
)
# what the keys of `before` and `after` are called
LABELS = {
    "allow_closing": "Aceptar que cierre o termine más del 1 %",
    "changed": "Filas cambiadas",
    "closed": "Filas cerradas",
    "deleted": "Filas borradas",
    "file": "Archivo",
    "force": "Aceptar un corte anterior",
    "in_use": "Filas que se quedaron",
    "new": "Filas nuevas",
    "rejected": "Filas rechazadas",
    "reopened": "Filas reabiertas",
    "restored": "Filas devueltas",
    "same": "Filas sin cambio",
    "retained": "Filas sin cerrar por dudas",
    "sha256": "SHA-256",
    "skipped": "Omitidas",
    "snapshot_date": "Corte",
    "strict": "Solo si no hay filas rechazadas",
}
# what some codes mean
WORDS = {
    "uploaded": "En revisión",
    "refused": "No se puede cargar",
    "previewed": "Lista para aplicar",
    "queued": "Por aplicar",
    "applied": "Aplicada",
    "undo_queued": "Por deshacer",
    "undone": "Deshecha",
    "cancelled": "Cancelada",
}
