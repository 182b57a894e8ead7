"""When are files, reports and loads that nobody applied deleted (Ley 1581 de 2012)?"""

from datetime import timedelta

from django.db.models.functions import Now

from mipres_admin.history.recording import record
from registries.events import Event
from registries.models import RegistryFile, RegistryLoad, RegistryProgress, RegistryReport

FILE_LIFETIME = timedelta(days=7)
REPORT_LIFETIME = timedelta(days=90)
NEVER_APPLIED = "Nadie la aplicó en siete días."

State = RegistryLoad.State
ENDED = (State.APPLIED, State.UNDONE, State.REFUSED, State.CANCELLED)


def delete_expired() -> None:
    """Cancel loads that nobody applied; delete the files of ended loads and old reports."""
    old = RegistryLoad.objects.filter(uploaded_at__lt=Now() - FILE_LIFETIME)
    for load in old.filter(state__in=(State.UPLOADED, State.PREVIEWED)).select_for_update(skip_locked=True):
        before = {"state": load.state}
        load.state, load.error = State.CANCELLED, NEVER_APPLIED
        load.save(update_fields=["state", "error"])
        after = {"state": load.state}
        record(by=None, event=Event.REGISTRY_CANCELLED, obj=load, before=before, after=after, reason=NEVER_APPLIED)
    RegistryFile.objects.filter(load__in=old.filter(state__in=(*ENDED, State.UNDO_QUEUED))).delete()
    RegistryProgress.objects.filter(load__in=old.filter(state__in=ENDED)).delete()
    RegistryReport.objects.filter(created_at__lt=Now() - REPORT_LIFETIME).delete()
