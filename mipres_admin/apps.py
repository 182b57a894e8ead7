"""Who is this app? The frame: history, access declarations, shared parts."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "Portal"

    def ready(self) -> None:
        from mipres_admin import checks, paper  # noqa: F401  register the system checks
