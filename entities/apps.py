"""Who is this app? Entities, their sedes, DIVIPOLA and REPS."""

from django.apps import AppConfig


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entidades y sedes"
