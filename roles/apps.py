"""Registered users and their roles, the matrix, uploads, certificates, and what registries end."""

from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "roles"
    verbose_name = "Usuarios y roles"
    admin_order = 30

    def ready(self) -> None:
        from accounts.security.expired_sessions import leave_to_next_session
        from entities.registries.sede_transfers import SedeReference, register_sede_reference
        from registries import registry
        from registries.loading.effects import Effect, register_effect
        from roles.registries import effects
        from roles.registries import network_effects as networks
        from roles.registries.rethus import Rethus
        from roles.registries.social_service import Sso

        leave_to_next_session("found_users", "searches")  # of the views of users
        registry.register(Rethus)
        registry.register(Sso)
        # a plaza is at its sede, whose entity it does not name
        register_sede_reference(SedeReference("roles_ssopost"))
        register_sede_reference(SedeReference("roles_roleassignment", "ends_at", "roles"))
        register_effect(Effect(effects.apply, effects.undo, effects.COUNT_LABELS, endings=effects.ENDINGS))
        register_effect(
            Effect(networks.apply, networks.undo, networks.COUNT_LABELS, networks.TABLES, (networks.STAY_ENDED,))
        )
