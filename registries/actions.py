"""Ask for loads of official registries: upload, apply, cancel, undo. The worker does what is asked (registry.queue)."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from mipres_admin.database import clock
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refused, refuse
from registries.events import Event
from registries.loading.loader import Options
from registries.models import RegistryFile, RegistryLoad, RegistryProgress
from registries.rules import AT_WORK, loading_refusal, undoing_refusal

State = RegistryLoad.State
OPEN = (State.UPLOADED, State.PREVIEWED, State.QUEUED)


@dataclass(frozen=True)
class Upload:
    """A file as it came, looked at and compressed."""

    file_name: str
    sha256: str
    size: int
    content: bytes


@transaction.atomic
def upload_registry(*, by: Any, kind: str, file: Upload, reason: str) -> tuple[RegistryLoad, bool]:
    """Keep a file for the worker to look at; the load, and whether it is new.

    The same file of the same registry, uploaded and not yet applied, is found again: a second click adds nothing.
    """
    new = {"state": State.UPLOADED, "file_name": file.file_name, "uploaded_by": by, "loaded_at": None, "reason": reason}
    load, is_new = RegistryLoad.objects.get_or_create(kind=kind, sha256=file.sha256, state__in=OPEN, defaults=new)
    if is_new:
        RegistryFile.objects.create(load=load, content=file.content, size=file.size)
        RegistryProgress.objects.create(load=load)
        after = {"state": load.state, "file": load.file_name, "sha256": load.sha256}
        record(by=by, event=Event.REGISTRY_UPLOADED, obj=load, after=after, reason=reason)
    return load, is_new


def _lock_idle(load: RegistryLoad) -> RegistryLoad:
    """The load, locked. Raises Refused while the worker is at it."""
    held = RegistryLoad.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=load.pk).first()
    if held is None:
        raise Refused(AT_WORK)
    return held


def _ask(held: RegistryLoad, by: Any, reason: str, state: str) -> dict[str, Any]:
    """Set what is asked of the worker; what was before, for the history."""
    before = {"state": held.state}
    held.state, held.asked_by, held.asked_at, held.reason, held.error = state, by, clock.now(), reason, ""
    held.save()
    RegistryProgress.objects.update_or_create(load=held, defaults={"attempts": 0, "done": 0, "rows": 0})
    return before


@transaction.atomic
def queue_load(
    *, by: Any, load: RegistryLoad, reason: str, strict: bool = False, force: bool = False, allow_closing: bool = False
) -> bool:
    """Have the worker apply a load whose preview somebody has seen; False when that was asked already.

    Raises Refused when the preview shows an obstacle that no option clears.
    """
    held = _lock_idle(load)
    if held.state in (State.QUEUED, State.APPLIED):
        return False
    options = Options(strict=strict, force=force, allow_closing=allow_closing)
    report = getattr(held, "report", None)
    refuse(loading_refusal(held, report.obstacles if report else [], options))
    held.strict, held.force, held.allow_closing = strict, force, allow_closing
    before = _ask(held, by, reason, State.QUEUED)
    about = {"state": held.state, "file": held.file_name, "sha256": held.sha256}
    after = about | asdict(options)
    record(by=by, event=Event.REGISTRY_QUEUED, obj=held, before=before, after=after, reason=reason)
    return True


@transaction.atomic
def cancel_load(*, by: Any, load: RegistryLoad, reason: str) -> bool:
    """Let go of a load that was not applied; its file is deleted. False when there was nothing left to cancel."""
    held = _lock_idle(load)
    if held.state not in OPEN:
        return False
    before = {"state": held.state}
    held.state, held.error = State.CANCELLED, reason
    held.save(update_fields=["state", "error"])
    RegistryFile.objects.filter(load=held).delete()
    after = {"state": held.state}
    record(by=by, event=Event.REGISTRY_CANCELLED, obj=held, before=before, after=after, reason=reason)
    return True


@transaction.atomic
def queue_undo(*, by: Any, load: RegistryLoad, reason: str) -> bool:
    """Have the worker undo the last load of a registry; False when that was asked already. Raises Refused."""
    held = _lock_idle(load)
    if held.state in (State.UNDO_QUEUED, State.UNDONE):
        return False
    refuse(undoing_refusal(held))
    before = _ask(held, by, reason, State.UNDO_QUEUED)
    after = {"state": held.state}
    record(by=by, event=Event.REGISTRY_UNDO_QUEUED, obj=held, before=before, after=after, reason=reason)
    return True
