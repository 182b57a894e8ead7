"""The project itself: it registers what the apps declare, the system checks, and the groups after each `migrate`."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import module_has_submodule


def register_declarations(config: AppConfig) -> None:
    """Register the events, permissions, panels and jobs that an app declares in its modules of these names."""
    from mipres_admin.access import groups
    from mipres_admin.backoffice import dashboard
    from mipres_admin.history import event_registry
    from mipres_admin.jobs import scheduling

    def module(name: str) -> Any:
        return import_module(f"{config.name}.{name}") if module_has_submodule(config.module, name) else None

    if events := module("events"):
        event_registry.register(events)
    if permissions := module("permissions"):
        groups.register(*permissions.PERMISSIONS)
    if panels := module("panels"):
        dashboard.register(*panels.PANELS)
    if jobs := module("jobs"):
        scheduling.register(*jobs.JOBS)


class ProjectConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "MIPRES"

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.history import chain
        from mipres_admin.jobs import scheduling

        for module in ("access.checks", "deployment.checks", "history.application_role", "pdf"):
            import_module(f"mipres_admin.{module}")  # registers system checks
        for config in apps.get_app_configs():
            if config is not self:
                register_declarations(config)
        # here, and not in the history: the panel of the jobs reads the seals
        scheduling.register(scheduling.Job("Sellar la historia", timedelta(hours=1), chain.seal_past_days))
        post_migrate.connect(groups.sync_groups, sender=apps.get_app_config("auth"))
