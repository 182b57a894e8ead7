"""How does the worker preview, apply and undo the loads that are due, one at a time?

Each load is one transaction that holds its row: a worker that dies changes nothing, and the next one starts again.
Progress is written on a second connection, so that every page sees it at once.
"""

import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection

from mipres_admin.database import clock
from mipres_admin.jobs.queue import Postponed, run_next
from registries.loading.errors import RegistryError
from registries.loading.loader import LOAD_LOCK, Options, load_file, preview_file, save_report
from registries.loading.undo import undo_load
from registries.models import RegistryFile, RegistryLoad, RegistryReport
from registries.registry import get_registry

MAX_ATTEMPTS = 3
SECONDS_BETWEEN_UPDATES = 0.3
GIVEN_UP = "El portal lo intentó varias veces y no pudo terminar; no cambió nada. Avise a quien opera el portal."

State = RegistryLoad.State


class ProgressConnection:
    """A second connection, on which progress is seen before the transaction of the load ends."""

    def __init__(self, load_id: int, stop: Callable[[], bool]) -> None:
        self.load_id, self.stop = load_id, stop
        self.connection = connection.copy()
        self.updated_at = 0.0
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
        """Write how much of the file has been read. Raises Postponed when the worker has to stop."""
        if self.stop():
            raise Postponed
        if done < 1 and time.monotonic() - self.updated_at < SECONDS_BETWEEN_UPDATES:
            return
        self.updated_at = time.monotonic()
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registries_registryprogress SET rows = %s, done = %s, at = clock_timestamp()"
                " WHERE load_id = %s",
                [rows, min(done, 1.0), self.load_id],
            )


def run_next_load(stop: Callable[[], bool] = lambda: False) -> bool:
    """Preview, apply or undo the next load that is due; False when there is none, or another one is running.

    An error is raised and its changes undone; the load stays due and is tried again, `MAX_ATTEMPTS` times in all.
    """
    return run_next(RegistryLoad.objects.due(), partial(_run, stop), _raise) is not None


def _run(stop: Callable[[], bool], load: RegistryLoad) -> None:
    if not _acquire_lock():
        raise Postponed
    with ProgressConnection(load.pk, stop) as progress:
        if progress.attempts > MAX_ATTEMPTS:
            _fail(load, RegistryError(GIVEN_UP))
            return
        try:
            _STEPS[State(load.state)](load, progress)
        except RegistryError as error:
            _fail(load, error)


def _raise(_: RegistryLoad, error: Exception) -> None:
    """The worker logs it and pauses (`jobs.run_queues`)."""
    raise error


def _acquire_lock() -> bool:
    """Whether no other load is running: by command, or in another worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOAD_LOCK])
        return bool(cursor.fetchone()[0])


def is_loading() -> bool:
    """Whether a load, a preview or an undoing is running anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOAD_LOCK],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _unpacked_file(load: RegistryLoad) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mipres-registry-") as folder:
        path = Path(folder) / load.file_name
        path.write_bytes(zlib.decompress(RegistryFile.objects.get(load=load).content))
        yield path


def _preview(load: RegistryLoad, progress: ProgressConnection) -> None:
    with _unpacked_file(load) as path:
        report = preview_file(get_registry(load.kind)(), path, progress, load)
    save_report(load, report)
    RegistryLoad.objects.filter(pk=load.pk).update(
        state=State.PREVIEWED, snapshot_date=report.snapshot_date, counts=report.totals()
    )


def _apply(load: RegistryLoad, progress: ProgressConnection) -> None:
    options = Options(strict=load.strict, force=load.force, allow_closing=load.allow_closing)
    with _unpacked_file(load) as path:
        load_file(get_registry(load.kind)(), path, options, progress, load)


def _undo(load: RegistryLoad, progress: ProgressConnection) -> None:
    undo_load(get_registry(load.kind)(), load)


_STEPS = {State.UPLOADED: _preview, State.QUEUED: _apply, State.UNDO_QUEUED: _undo}


def _fail(load: RegistryLoad, error: RegistryError) -> None:
    """The load says why, in the first line of the error; its rejected rows are in the report."""
    stored = RegistryLoad.objects.filter(pk=load.pk)
    if load.state == State.UNDO_QUEUED:
        stored.update(state=State.APPLIED, error=str(error))
        return
    stored.update(state=State.REFUSED, error=str(error).partition("\n")[0])
    rows = [[row.line, row.reason] for row in sorted(error.rejections)]
    RegistryReport.objects.update_or_create(load=load, defaults={"created_at": clock.now(), "rejections": rows})
