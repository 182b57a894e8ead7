"""The app that reads, previews, loads and undoes official registries; the apps above say what each one means."""

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
        from registries import events, panels, permissions, queue, retention

        scheduling.register_queue(name="registry_loads", take=queue.run_next_load)
        scheduling.register(
            name="delete_expired_registry_files", every=timedelta(hours=1), function=retention.delete_expired
        )
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
