"""Who is this app? Entities, their sedes, DIVIPOLA and REPS."""

from django.apps import AppConfig


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entidades, sedes y registros oficiales"

    def ready(self) -> None:
        from entities import panels
        from mipres_admin import dashboard

        dashboard.register(*panels.PANELS)
