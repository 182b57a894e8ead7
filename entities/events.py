"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    REPS_LOADED = "reps.loaded", "Carga de REPS"
    EPS_LOADED = "eps.loaded", "Carga de EPS"
    REGISTRY_UPLOADED = "registry.uploaded", "Archivo de un registro subido"
    REGISTRY_QUEUED = "registry.queued", "Carga de un registro pedida"
    REGISTRY_CANCELLED = "registry.cancelled", "Carga de un registro cancelada"
    REGISTRY_UNDO_QUEUED = "registry.undo_queued", "Deshacer la carga de un registro: pedido"
    REGISTRY_UNDONE = "registry.undone", "Carga de un registro deshecha"
    SEDE_CREATED = "sede.created", "Sede creada"
    SEDE_EDITED = "sede.edited", "Sede editada"
    SEDE_DISABLED = "sede.disabled", "Sede deshabilitada"
    SEDE_ENABLED = "sede.enabled", "Sede habilitada"


# the heading of a list of choices, by what stands before the point
GROUPS = {
    "reps": "Cargas de registros",
    "eps": "Cargas de registros",
    "registry": "Cargas de registros",
    "sede": "Sedes",
}
REASON_REQUIRED = frozenset(
    {
        Event.REGISTRY_UPLOADED,
        Event.REGISTRY_QUEUED,
        Event.REGISTRY_CANCELLED,
        Event.REGISTRY_UNDO_QUEUED,
    }
)
# what the keys of `before` and `after` are called
LABELS = {
    "address": "Dirección",
    "allow_closing": "Aceptar que cierre más del 20 %",
    "changed": "Filas cambiadas",
    "closed": "Filas cerradas",
    "closed_on": "Cerrada el",
    "cut_on": "Corte",
    "deleted": "Filas borradas",
    "entities_changed": "Entidades cambiadas",
    "entities_new": "Entidades nuevas",
    "file": "Archivo",
    "force": "Aceptar un corte anterior",
    "kept": "Filas que se quedaron",
    "municipality": "Municipio",
    "name": "Nombre",
    "new": "Filas nuevas",
    "phone": "Teléfono",
    "rejected": "Filas rechazadas",
    "reopened": "Filas reabiertas",
    "restored": "Filas devueltas",
    "same": "Filas sin cambio",
    "sha256": "SHA-256",
    "skipped": "Omitidas",
    "strict": "Solo si no hay filas rechazadas",
}
# what some codes mean
WORDS = {
    "previewed": "Lista para aplicar",
    "queued": "Por aplicar",
    "applied": "Aplicada",
    "undo_queued": "Por deshacer",
    "undone": "Deshecha",
    "cancelled": "Cancelada",
}
