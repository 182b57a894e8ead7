"""An example: delegates and the Ministry write notes about sedes. docs/development.md shows this code."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "tests.toy.notes"
    verbose_name = "Notas"

    def ready(self) -> None:
        from mipres_admin.access import groups
        from mipres_admin.history import event_registry
        from tests.toy.notes import events, permissions

        event_registry.register(events)
        groups.register(*permissions.PERMISSIONS)
