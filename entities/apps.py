"""Entities, their sedes and networks, DIVIPOLA; REPS and EPS."""

from django.apps import AppConfig


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entidades y sedes"
    admin_order = 40

    def ready(self) -> None:
        from entities.registries import sede_transfers
        from entities.registries.eps import Eps
        from entities.registries.reps import Reps
        from registries import registry
        from registries.loading.effects import Effect, register_effect

        registry.register(Reps)
        registry.register(Eps)
        register_effect(Effect(sede_transfers.apply, sede_transfers.undo))
