"""Who is this app? People, log-in, registered users, roles and their assignment."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Cuentas, usuarios y roles"

    def ready(self) -> None:
        from accounts.security import sessions  # noqa: F401  connect the receivers: every log-in has its row
