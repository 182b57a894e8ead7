"""Who is this app? The chain from legal representative to working delegate; the demonstration."""

from datetime import timedelta

from django.apps import AppConfig


class DelegatesConfig(AppConfig):
    name = "delegates"
    verbose_name = "Representantes y delegados"
    admin_order = 10

    def ready(self) -> None:
        from delegates import events, jobs, panels, permissions
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs.scheduling import register

        register(name="forget_expired_links", every=timedelta(hours=1), function=jobs.forget_expired)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
