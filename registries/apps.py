"""How official registries are read, previewed, loaded and undone."""

from datetime import timedelta

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    name = "registries"
    verbose_name = "Registros oficiales"
    admin_order = 50

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs import scheduling
        from registries import events, panels, permissions, queue

        scheduling.register_queue(name="registry_loads", take=queue.take)
        scheduling.register(name="forget_registry_files", every=timedelta(hours=1), function=queue.forget)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
