"""Periodic jobs and queues, which the worker does."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mipres_admin.jobs"
    verbose_name = "Tareas del portal"
    admin_order = 90

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.jobs import panels, permissions

        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
