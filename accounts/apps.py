"""Who is this app? People, log-in, registered users, roles and their assignment."""

from datetime import timedelta

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Cuentas, usuarios y roles"

    def ready(self) -> None:
        from accounts import jobs, panels, permissions
        from accounts.events import GROUPS, LABELS, REASON_REQUIRED, WORDS, Event
        from accounts.registry import effects
        from accounts.registry.deceased import Deceased
        from accounts.registry.rethus import Rethus
        from accounts.registry.sso import Sso
        from accounts.security import sessions  # noqa: F401  connect the receivers: every log-in has its row
        from accounts.viewing import leaving  # noqa: F401  and who leaves stops seeing
        from entities.registry import registries
        from entities.registry.loading import Effect, register_effect
        from mipres_admin import dashboard, event_registry, groups
        from mipres_admin.jobs import register

        registries.register(Rethus)
        registries.register(Sso)
        registries.register(Deceased)
        register(name="forget_expired", every=timedelta(hours=1), function=jobs.forget_expired)
        register(name="end_viewings", every=timedelta(minutes=5), function=jobs.end_viewings)
        event_registry.register(Event, groups=GROUPS, reason_required=REASON_REQUIRED, labels=LABELS, words=WORDS)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
        register_effect(Effect(effects.apply, effects.undo, effects.COUNT_LABELS))
