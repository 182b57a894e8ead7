"""What does the app of representatives and delegates register with the layers below?"""

from django.apps import AppConfig


class DelegatesConfig(AppConfig):
    name = "delegates"
    verbose_name = "Representantes y delegados"
    admin_order = 10

    def ready(self) -> None:
        from accounts.rules.oneself import register_tie
        from delegates import registry_effects
        from delegates.rules.own_entities import has_part
        from entities.registries.sede_transfers import SedeReference, register_sede_reference
        from registries.loading.effects import Effect, register_effect

        register_sede_reference(SedeReference("delegates_appointment", "ended_at", "autorizados"))
        register_tie(has_part)
        register_effect(
            Effect(
                registry_effects.apply,
                registry_effects.undo,
                registry_effects.COUNT_LABELS,
                registry_effects.TABLES,
                (registry_effects.STAY,),
            )
        )
