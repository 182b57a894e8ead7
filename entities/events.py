"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    REPS_LOADED = "reps.loaded", "Carga de REPS"
    EPS_LOADED = "eps.loaded", "Carga de EPS"
    SEDE_CREATED = "sede.created", "Sede creada"
    SEDE_EDITED = "sede.edited", "Sede editada"
    SEDE_DISABLED = "sede.disabled", "Sede deshabilitada"
    SEDE_ENABLED = "sede.enabled", "Sede habilitada"
    SEDE_TRANSFERRED = "sede.transferred", "Sede pasada a otra entidad"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "reps": "Cargas de registros",
    "eps": "Cargas de registros",
    "sede": "Sedes",
}
# what the keys of `before` and `after` are called
LABELS = {
    "address": "Dirección",
    "closed_on": "Cerrada el",
    "entity": "Entidad",
    "entities_changed": "Entidades cambiadas",
    "entities_new": "Entidades nuevas",
    "identified_anew": "EPS con otro código o NIT",
    "load": "Carga",
    "municipality": "Municipio",
    "name": "Nombre",
    "phone": "Teléfono",
    "transferred": "Sedes que pasan a otra entidad",
}
