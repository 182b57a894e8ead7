"""Events to show in the Ministry's pages of the history, and the addresses of those pages."""

from django.db import transaction

from entities.events import Event as SedeEvent
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import record

LIST = "/admin/history/historyentry/"
EXCEL = f"{LIST}descargar/"


def record_event(by, event=SedeEvent.SEDE_EDITED, obj=None, **fields):
    with transaction.atomic():
        return record(by=by, event=event, obj=obj or by, **fields)


def record_at(moment, by, event=SedeEvent.SEDE_EDITED):
    """Record an event of another moment."""
    return HistoryEntry.objects.create(
        at=moment, event=event, actor=by, entity=by.entity, object_type="x.x", object_id="1", before={}, after={}
    )


def entries_on(page):
    return {row.entry.pk for row in page.context["rows"]}
