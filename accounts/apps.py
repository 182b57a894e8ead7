"""People and their accounts: log-in, passwords, sessions, second factor, staff, impersonation."""

from datetime import timedelta

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Personas y cuentas"
    admin_order = 20

    def ready(self) -> None:
        from accounts import events, jobs, panels, permissions, signals  # noqa: F401  signals connects its receivers
        from accounts.registries.deceased import Deceased
        from accounts.security import sessions  # noqa: F401  connects its receivers: every log-in has its session row
        from mipres_admin.backoffice import dashboard, groups
        from mipres_admin.history import event_registry
        from mipres_admin.jobs import scheduling
        from registries import registry

        registry.register(Deceased)
        scheduling.register(name="forget_expired", every=timedelta(hours=1), function=jobs.forget_expired)
        scheduling.register(name="end_impersonations", every=timedelta(minutes=5), function=jobs.end_impersonations)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
