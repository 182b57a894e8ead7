"""Write notes."""

from django.db import transaction

from accounts.models import Account
from entities.models import Sede
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse
from tests.toy.notes.events import Event
from tests.toy.notes.rules import note_refusal


@transaction.atomic
def write_note(*, by: Account, sede: Sede, text: str, reason: str = "") -> None:
    """Write a note about a sede, which the history keeps. Raises Refused."""
    refuse(note_refusal(sede))
    record(by=by, event=Event.NOTE_WRITTEN, obj=sede, entity=sede.entity, after={"note_text": text}, reason=reason)
