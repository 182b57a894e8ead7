"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    NOTE_WRITTEN = "note.written", "Nota escrita"


GROUPS = {"note": "Sedes"}  # the heading in a list of choices, by the part of the value before the point
LABELS = {"note_text": "Texto de la nota"}  # what the keys of `before` and `after` are called
