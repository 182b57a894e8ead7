"""What does the Ministry do with notes? It writes them on the page of a sede."""

from entities.admin import SedeAdmin
from mipres_admin.backoffice.admin_base import ObjectAction
from tests.toy.notes.actions import write_note
from tests.toy.notes.forms import StaffNoteForm

WRITE = ObjectAction(
    slug="nota",
    label="Escribir nota",
    confirmation="La entidad lee la nota y el motivo.",
    permission="entities.write_note",
    success_message="La nota se guardó.",
    is_available=lambda sede: sede.closed_on is None,
    perform=write_note,
    argument="sede",
    form=StaffNoteForm,
)
SedeAdmin.register_actions(WRITE)
