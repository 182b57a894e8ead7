"""Registered users and their roles, the matrix, uploads, certificates, and what registries end."""

from datetime import timedelta

from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "roles"
    verbose_name = "Usuarios y roles"
    admin_order = 30

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs import scheduling
        from registries import registry
        from registries.loading.effects import Effect, register_effect
        from roles import events, jobs, panels, permissions
        from roles.registries import effects
        from roles.registries.rethus import Rethus
        from roles.registries.social_service import Sso

        registry.register(Rethus)
        registry.register(Sso)
        register_effect(Effect(effects.apply, effects.undo, effects.COUNT_LABELS))
        scheduling.register(name="forget_uploads", every=timedelta(hours=1), function=jobs.forget_uploads)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
