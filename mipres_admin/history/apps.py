"""Who did what, when and from where: recorded once, in a chain that shows any change."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "mipres_admin.history"
    verbose_name = "Historia del portal"
    admin_order = 70

    def ready(self) -> None:
        from mipres_admin.backoffice.admin_base import ReadOnlyAdmin
        from mipres_admin.history.models import HistoryEntry
        from mipres_admin.history.presenters import present

        ReadOnlyAdmin.recorded_events = HistoryEntry.objects
        ReadOnlyAdmin.present_events = staticmethod(present)
