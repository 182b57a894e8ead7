"""Who is this app? People, log-in, registered users, roles and their assignment."""

from datetime import timedelta

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Cuentas, usuarios y roles"

    def ready(self) -> None:
        from accounts import jobs
        from accounts.registry.rethus import Rethus
        from accounts.registry.sso import Sso
        from accounts.security import sessions  # noqa: F401  connect the receivers: every log-in has its row
        from entities.registry import registries
        from mipres_admin.jobs import register

        registries.register(Rethus)
        registries.register(Sso)
        register(name="forget_expired", every=timedelta(hours=1), function=jobs.forget_expired)
