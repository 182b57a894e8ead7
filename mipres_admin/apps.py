"""The project itself: system checks, and the Ministry's groups after each `migrate`."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "MIPRES"

    def ready(self) -> None:
        from mipres_admin import pdf  # noqa: F401  registers a system check
        from mipres_admin.access import checks  # noqa: F401  registers system checks
        from mipres_admin.backoffice import groups

        post_migrate.connect(groups.sync_groups, sender=apps.get_app_config("auth"))
