"""An example: delegates and the Ministry write notes about sedes. docs/development.md shows this code."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "tests.toy.notes"
    verbose_name = "Notas"
