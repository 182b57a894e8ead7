"""What does this app register? Portal tokens, signing keys and the web services."""

from datetime import timedelta

from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "tokens"
    verbose_name = "Tokens y servicios web"
    admin_order = 60

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.backoffice import dashboard
        from mipres_admin.history import event_registry
        from mipres_admin.jobs.scheduling import register
        from tokens import events, panels, permissions
        from tokens.actions import send_expiry_reminders

        register(name="remind_of_expiring_tokens", every=timedelta(hours=1), function=send_expiry_reminders)
        event_registry.register(events)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
