"""People and their accounts: log-in, passwords, sessions, second factor, staff, impersonation."""

from datetime import timedelta

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Personas y cuentas"
    admin_order = 20

    def ready(self) -> None:
        from accounts import events, jobs, panels, permissions, signals
        from accounts.registries.deceased import Deceased
        from accounts.security import sessions
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs import scheduling
        from registries import registry

        user_logged_in.connect(sessions.create_account_session)
        user_logged_out.connect(sessions.end_account_session)
        user_logged_out.connect(signals.end_impersonations_of_session)
        registry.register(Deceased)
        scheduling.register(name="forget_expired", every=timedelta(hours=1), function=jobs.forget_expired)
        scheduling.register(name="end_impersonations", every=timedelta(minutes=5), function=jobs.end_impersonations)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
