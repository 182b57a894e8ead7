"""The project itself: its system checks, the seal of the history, and the Ministry's groups after each `migrate`."""

from datetime import timedelta
from importlib import import_module

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "MIPRES"

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.history import chain
        from mipres_admin.jobs import scheduling

        for module in ("access.checks", "history.application_role", "pdf"):
            import_module(f"mipres_admin.{module}")  # registers system checks
        # here, and not in the history: what shows the jobs also reads the seals
        scheduling.register(name="seal_history", every=timedelta(hours=1), function=chain.seal_past_days)
        post_migrate.connect(groups.sync_groups, sender=apps.get_app_config("auth"))
