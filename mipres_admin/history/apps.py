"""Who did what, when and from where: recorded once, in a chain that shows any change."""

from datetime import timedelta

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "mipres_admin.history"
    verbose_name = "Historia del portal"
    admin_order = 70

    def ready(self) -> None:
        from mipres_admin.backoffice import groups
        from mipres_admin.history import chain, event_registry, events, permissions
        from mipres_admin.jobs import scheduling

        scheduling.register(name="seal_history", every=timedelta(hours=1), function=chain.seal_past_days)
        event_registry.register(events)
        groups.register(*permissions.PERMISSIONS)
