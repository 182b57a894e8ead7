"""Upload a file, queue its load, cancel it, queue its undoing; the worker does the rest (registries.queue)."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from mipres_admin.database import clock
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refused, refuse
from registries.events import Event
from registries.loading.loader import Options
from registries.models import RegistryFile, RegistryLoad, RegistryProgress
from registries.rules import RUNNING, loading_refusal, undoing_refusal

State = RegistryLoad.State


@dataclass(frozen=True)
class Upload:
    """A checked file, compressed."""

    file_name: str
    sha256: str
    size: int
    content: bytes


@transaction.atomic
def upload_registry(*, by: Any, kind: str, file: Upload, reason: str) -> tuple[RegistryLoad, bool]:
    """Store a file for the worker to preview; returns the load, and whether it is new.

    A second click adds nothing: a load of the same file that was not applied yet is returned.
    """
    load, is_new = RegistryLoad.objects.get_or_create(
        kind=kind,
        sha256=file.sha256,
        state__in=RegistryLoad.CANCELLABLE,
        defaults={
            "state": State.UPLOADED,
            "file_name": file.file_name,
            "uploaded_by": by,
            "loaded_at": None,
            "reason": reason,
        },
    )
    if is_new:
        RegistryFile.objects.create(load=load, content=file.content, size=file.size)
        RegistryProgress.objects.create(load=load)
        after = {"state": load.state, "file": load.file_name, "sha256": load.sha256}
        record(by=by, event=Event.REGISTRY_UPLOADED, obj=load, after=after, reason=reason)
    return load, is_new


def _lock_idle(load: RegistryLoad) -> RegistryLoad:
    """The load, locked. Raises Refused while the worker runs it."""
    idle = RegistryLoad.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=load.pk).first()
    if idle is None:
        raise Refused(RUNNING)
    return idle


def _queue(load: RegistryLoad, by: Any, reason: str, state: str) -> dict[str, Any]:
    """Make the load due for the worker; returns the state before, for the history."""
    before = {"state": load.state}
    load.state, load.requested_by, load.requested_at, load.reason, load.error = state, by, clock.now(), reason, ""
    load.save()
    RegistryProgress.objects.update_or_create(load=load, defaults={"attempts": 0, "done": 0, "rows": 0})
    return before


@transaction.atomic
def queue_load(
    *, by: Any, load: RegistryLoad, reason: str, strict: bool = False, force: bool = False, allow_closing: bool = False
) -> bool:
    """Have the worker apply a previewed load; False when it is queued or applied already.

    Raises Refused when the preview shows an obstacle that these options do not allow.
    """
    load = _lock_idle(load)
    if load.state in (State.QUEUED, State.APPLIED):
        return False
    options = Options(strict=strict, force=force, allow_closing=allow_closing)
    report = getattr(load, "report", None)
    refuse(loading_refusal(load, report.obstacles if report else [], options))
    load.strict, load.force, load.allow_closing = strict, force, allow_closing
    before = _queue(load, by, reason, State.QUEUED)
    after = {"state": load.state, "file": load.file_name, "sha256": load.sha256, **asdict(options)}
    record(by=by, event=Event.REGISTRY_QUEUED, obj=load, before=before, after=after, reason=reason)
    return True


@transaction.atomic
def cancel_load(*, by: Any, load: RegistryLoad, reason: str) -> bool:
    """Cancel a load that was not applied, and delete its file; False when there is nothing to cancel."""
    load = _lock_idle(load)
    if load.state not in RegistryLoad.CANCELLABLE:
        return False
    before = {"state": load.state}
    load.state, load.error = State.CANCELLED, reason
    load.save(update_fields=["state", "error"])
    RegistryFile.objects.filter(load=load).delete()
    after = {"state": load.state}
    record(by=by, event=Event.REGISTRY_CANCELLED, obj=load, before=before, after=after, reason=reason)
    return True


@transaction.atomic
def queue_undo(*, by: Any, load: RegistryLoad, reason: str) -> bool:
    """Have the worker undo the last load of a registry; False when that is queued or done already. Raises Refused."""
    load = _lock_idle(load)
    if load.state in (State.UNDO_QUEUED, State.UNDONE):
        return False
    refuse(undoing_refusal(load))
    before = _queue(load, by, reason, State.UNDO_QUEUED)
    after = {"state": load.state}
    record(by=by, event=Event.REGISTRY_UNDO_QUEUED, obj=load, before=before, after=after, reason=reason)
    return True
