"""Registered users and their roles, the matrix, uploads, certificates, and what registries end."""

from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "roles"
    verbose_name = "Usuarios y roles"
    admin_order = 30

    def ready(self) -> None:
        from registries import registry
        from registries.loading.effects import Effect, register_effect
        from roles.registries import effects
        from roles.registries.rethus import Rethus
        from roles.registries.social_service import Sso

        registry.register(Rethus)
        registry.register(Sso)
        register_effect(Effect(effects.apply, effects.undo, effects.COUNT_LABELS))
