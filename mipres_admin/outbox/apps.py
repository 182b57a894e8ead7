"""Mail that is written in a transaction and leaves after it."""

from datetime import timedelta

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "mipres_admin.outbox"
    verbose_name = "Correo"
    admin_order = 80

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs import scheduling
        from mipres_admin.outbox import delivery, events, panels, permissions

        scheduling.register(name="forget_settled_mail", every=timedelta(hours=1), function=delivery.forget_settled)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
