"""People and their accounts: log-in, passwords, sessions, second factor, staff, impersonation."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Personas y cuentas"
    admin_order = 20

    def ready(self) -> None:
        from accounts import impersonation_signals
        from accounts.registries.civil_registry import CivilRegistry
        from accounts.registries.deceased import Deceased
        from accounts.security import sessions
        from registries import registry

        user_logged_in.connect(sessions.create_account_session)
        user_logged_out.connect(sessions.end_account_session)
        user_logged_out.connect(impersonation_signals.end_impersonations_of_session)
        registry.register(CivilRegistry)
        registry.register(Deceased)
