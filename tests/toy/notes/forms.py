"""What does somebody type to write a note?"""

from django import forms

from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.forms import ActionForm


class NoteForm(ActionForm):
    text = forms.CharField(label="Nota", max_length=200, error_messages={"required": "Ingrese la nota."})


class StaffNoteForm(ReasonForm, NoteForm):
    """The Ministry also says why."""
