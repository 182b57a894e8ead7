"""What does the worker do for the registries? It looks at uploaded files, applies loads and undoes them, one at a time.

Each piece of work is one transaction that holds the row of the load: a worker that dies leaves nothing behind, and the
next one finds the load where it was. How far it is goes out over a second connection, which every page sees at once.
"""

import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection
from django.db.models.functions import Now

from mipres_admin.database import clock
from mipres_admin.history.recording import record
from mipres_admin.jobs.queue import Left, run_next
from registries.events import Event
from registries.loading.errors import RegistryError
from registries.loading.loader import ONE_AT_A_TIME, Options, load, preview, save_report
from registries.loading.undo import undo
from registries.models import RegistryFile, RegistryLoad, RegistryProgress, RegistryReport
from registries.registry import registry_of

MOST_ATTEMPTS = 3
SECONDS_BETWEEN_NOTES = 0.3
FILE_KEPT = timedelta(days=7)
REPORT_KEPT = timedelta(days=90)
LEFT_ALONE = "Nadie la aplicó en siete días."
BACK_TO_BEFORE = "El portal lo intentó varias veces y no pudo terminar; no cambió nada. Avise a quien opera el portal."

State = RegistryLoad.State
ENDED = (State.APPLIED, State.UNDO_QUEUED, State.UNDONE, State.REFUSED, State.CANCELLED)


class ProgressConnection:
    """A second connection, on which notes about a transaction are seen before that transaction ends."""

    def __init__(self, load_id: int, stop: Callable[[], bool]) -> None:
        self.load_id, self.stop = load_id, stop
        self.connection = connection.copy()
        self.noted_at = 0.0
        self.attempts = 1

    def __enter__(self) -> Self:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registries_registryprogress SET attempts = attempts + 1, done = 0, rows = 0, "
                "at = clock_timestamp() WHERE load_id = %s RETURNING attempts",
                [self.load_id],
            )
            self.attempts = (cursor.fetchone() or (1,))[0]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.connection.close()

    def __call__(self, rows: int, done: float) -> None:
        """Note how much of the file has been read. Raises Left when the worker was told to stop."""
        if self.stop():
            raise Left
        if done < 1 and time.monotonic() - self.noted_at < SECONDS_BETWEEN_NOTES:
            return
        self.noted_at = time.monotonic()
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registries_registryprogress SET rows = %s, done = %s, at = clock_timestamp()"
                " WHERE load_id = %s",
                [rows, min(done, 1.0), self.load_id],
            )


def take(stop: Callable[[], bool] = lambda: False) -> bool:
    """Do the next piece of work, if there is one that no other worker is at; whether there was.

    What goes wrong is raised, and undone; the load stays where it was and is tried again, `MOST_ATTEMPTS` times in all.
    """
    return run_next(RegistryLoad.objects.for_the_worker(), partial(_work, stop), _raise) is not None


def _work(stop: Callable[[], bool], waiting: RegistryLoad) -> None:
    if not _is_alone():
        raise Left
    with ProgressConnection(waiting.pk, stop) as beside:
        if beside.attempts > MOST_ATTEMPTS:
            _give_up(waiting)
        else:
            _WORK[State(waiting.state)](waiting, beside)


def _raise(_: RegistryLoad, error: Exception) -> None:
    """The worker says what went wrong and pauses (`jobs.work_queues`)."""
    raise error


def _is_alone() -> bool:
    """Whether no other load is on its way: by command, or in another worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def is_loading() -> bool:
    """Whether a load, a preview or an undoing is on its way anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()))",
            [ONE_AT_A_TIME],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _file_of(waiting: RegistryLoad) -> Iterator[Path]:
    """The file, unpacked where this worker is."""
    with tempfile.TemporaryDirectory(prefix="mipres-registry-") as folder:
        path = Path(folder) / waiting.file_name
        path.write_bytes(zlib.decompress(RegistryFile.objects.get(load=waiting).content))
        yield path


def _preview(waiting: RegistryLoad, beside: ProgressConnection) -> None:
    try:
        with _file_of(waiting) as path:
            report = preview(registry_of(waiting.kind)(), path, beside, waiting)
    except RegistryError as error:
        return _refuse(waiting, error)
    save_report(waiting, report)
    seen = {"state": State.PREVIEWED, "snapshot_date": report.snapshot_date, "counts": report.totals()}
    RegistryLoad.objects.filter(pk=waiting.pk).update(**seen)
    return None


def _apply(waiting: RegistryLoad, beside: ProgressConnection) -> None:
    options = Options(strict=waiting.strict, force=waiting.force, allow_closing=waiting.allow_closing)
    try:
        with _file_of(waiting) as path:
            load(registry_of(waiting.kind)(), path, options, beside, waiting)
    except RegistryError as error:
        _refuse(waiting, error)


def _undo(waiting: RegistryLoad, beside: ProgressConnection) -> None:
    try:
        undo(registry_of(waiting.kind)(), waiting)
    except RegistryError as error:
        _settle_undo(waiting, str(error))


_WORK = {State.UPLOADED: _preview, State.QUEUED: _apply, State.UNDO_QUEUED: _undo}


def _refuse(waiting: RegistryLoad, error: RegistryError) -> None:
    """The first line says why; the rows are in the report."""
    why = str(error).partition("\n")[0]
    RegistryLoad.objects.filter(pk=waiting.pk).update(state=State.REFUSED, error=why)
    rows = [[row.line, row.reason] for row in sorted(error.rejections)]
    RegistryReport.objects.update_or_create(load=waiting, defaults={"made_at": clock.now(), "rejections": rows})


def _settle_undo(waiting: RegistryLoad, why: str) -> None:
    RegistryLoad.objects.filter(pk=waiting.pk).update(state=State.APPLIED, error=why)


def _give_up(waiting: RegistryLoad) -> None:
    if waiting.state == State.UNDO_QUEUED:
        _settle_undo(waiting, BACK_TO_BEFORE)
    else:
        _refuse(waiting, RegistryError(BACK_TO_BEFORE))


# ---------------------------------------------------------------- what is not kept


def forget() -> None:
    """Cancel what nobody applied, delete files of loads that have ended and old reports (Ley 1581 de 2012)."""
    old = RegistryLoad.objects.filter(uploaded_at__lt=Now() - FILE_KEPT)
    for left in old.filter(state__in=(State.UPLOADED, State.PREVIEWED)).select_for_update(skip_locked=True):
        before = {"state": left.state}
        left.state, left.error = State.CANCELLED, LEFT_ALONE
        left.save(update_fields=["state", "error"])
        after = {"state": left.state}
        record(by=None, event=Event.REGISTRY_CANCELLED, obj=left, before=before, after=after, reason=LEFT_ALONE)
    RegistryFile.objects.filter(load__in=old.filter(state__in=ENDED)).delete()
    RegistryProgress.objects.filter(load__in=old.filter(state__in=ENDED).exclude(state=State.UNDO_QUEUED)).delete()
    RegistryReport.objects.filter(made_at__lt=Now() - REPORT_KEPT).delete()
