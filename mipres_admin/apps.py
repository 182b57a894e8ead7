"""Who is this app? The frame: history, access declarations, shared parts."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "Portal"

    def ready(self) -> None:
        from mipres_admin import checks  # noqa: F401  registers the system checks
