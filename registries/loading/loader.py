"""How is a file loaded or previewed, whole or not at all? COPY into a staging table, checks, then set-based SQL."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from mipres_admin.database import clock
from mipres_admin.excel.tables import Table
from mipres_admin.history.recording import record
from registries.loading import change_capture
from registries.loading.cell_values import clean
from registries.loading.effects import effects, tracked_by_effects
from registries.loading.errors import RegistryError, Rejected, Rejection
from registries.loading.files import find_columns, open_table
from registries.loading.report import Obstacle, Report
from registries.models import RegistryLoad, RegistryReport
from registries.registry import Registry

LOAD_LOCK = 5_311_001
"""The advisory lock by which only one load runs at a time."""
REMEDIES = {
    "strict": "y usted pidió --strict.",
    "force": "Si de verdad quiere volver atrás, use --force.",
    "allow_closing": "Si es correcto, use --allow-closing.",
}
"""What a command says about each option."""
PREVIEW_AGAIN = "Suba el archivo otra vez y mire la vista previa antes de aplicarlo."
CLOSING_LIMIT = 20
"""Per cent of what is open that a file may close without confirmation: it may be truncated."""
PROGRESS_EVERY = 2_000

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Options:
    """What the operator chose, beyond the file."""

    strict: bool = False
    force: bool = False
    allow_closing: bool = False

    def allows(self, option: str) -> bool:
        """Whether an obstacle with this option is accepted; `strict` accepts less when it is set."""
        return getattr(self, option) is not (option == "strict")


def load_file(
    registry: Registry, path: Path, options: Options, progress: Progress, load: RegistryLoad | None = None
) -> Report:
    """Load one file of a registry, in one transaction with its history, and return what happened.

    `load` is the one that the admin queued; a command has none. Raises RegistryError, and changes nothing, when the
    file is broken or a check refuses it.
    """
    run = _Run(registry, path, progress, load or RegistryLoad(kind=registry.kind, file_name=path.name), options)
    with open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        run.execute(table, cursor)
        run.record()
    return run.report


def preview_file(registry: Registry, path: Path, progress: Progress, load: RegistryLoad) -> Report:
    """What `load_file` would do, with every obstacle: all of it is done, read and rolled back.

    Raises RegistryError when the file cannot be loaded with any option.
    """
    run = _Run(registry, path, progress, load, Options(), dry_run=True)
    with open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        run.execute(table, cursor)
        transaction.set_rollback(True)
    return run.report


@dataclass
class _Run:
    """One running load or preview."""

    registry: Registry
    path: Path
    progress: Progress
    load: RegistryLoad
    options: Options
    dry_run: bool = False

    def __post_init__(self) -> None:
        self.report = Report(self.registry.label, self.path.name)
        self.parameters: dict[str, Any] = {"today": timezone.localdate()}

    def execute(self, table: Table, cursor: Any) -> None:
        """Do all that a preview shows; a load records it afterwards."""
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
        cursor.execute("SET LOCAL work_mem = '64MB'")
        self._stage(table, cursor)
        self._refuse_rows(cursor)
        self._check_file(cursor)
        self.parameters["closing_day"] = self.report.snapshot_date or self.parameters["today"]
        self.parameters["rejected"] = [row.subject for row in self.report.rejections if row.subject]
        self._create_row()
        with change_capture.tracking(self.load):
            self._close(cursor)
            self._merge(cursor)
            self._apply_effects()
        self.report.samples = change_capture.samples(self.load, (*self.registry.tracked, *tracked_by_effects()))

    def _reject(self, line: int, reason: str, subject: str) -> None:
        self.report.rejections.append(Rejection(line, reason, subject))

    def _raise_obstacle(self, option: str, cause: str, *, and_rows: bool = False) -> None:
        """Refuse the file unless the option allows it. Raises RegistryError; a dry run notes it and goes on."""
        if self.dry_run:
            self.report.obstacles.append(Obstacle(option, cause))
        elif not self.options.allows(option):
            remedy = REMEDIES[option] if self.load.requested_by_id is None else PREVIEW_AGAIN
            rows = self.report.rejections if and_rows else []
            lines = self.report.rejected_lines() if and_rows else []
            raise RegistryError("\n".join((f"No se cargó nada: {cause} {remedy}", *lines)), rows)

    # ------------------------------------------------------------ from the file to the staging table

    def _stage(self, table: Table, cursor: Any) -> None:
        places = find_columns(table.headings, self.registry.columns)
        columns = ", ".join(f"{name} {kind}" for name, kind in self.registry.staged.items())
        cursor.execute("DROP TABLE IF EXISTS pg_temp.registry_rows, pg_temp.registry_changes")
        cursor.execute(f"CREATE TEMPORARY TABLE registry_rows (line integer, {columns}) ON COMMIT DROP")
        with cursor.copy("COPY registry_rows FROM STDIN") as copy:
            for row in self._accepted_rows(table, places):
                copy.write_row(row)

    def _accepted_rows(self, table: Table, places: Sequence[int | None]) -> Iterator[tuple[object, ...]]:
        """The rows to stage; the others are rejected. This runs for each row of the country: keep it lean."""
        width = len(table.headings)
        pick = itemgetter(*(width if place is None else place for place in places))
        parse_row, number = self.registry.parse_row, 0
        first_lines: dict[str, int] = {}
        for number, (line, values) in enumerate(table.rows, start=1):
            try:
                if len(values) != width:
                    values = _trim(values, width)
                values.append("")
                key, staged = parse_row(clean([value.strip() for value in pick(values)]))
                first = first_lines.setdefault(key, line)
                if first != line:
                    raise Rejected(f"repite la línea {first}")
            except Rejected as reason:
                padded = [*values, *[""] * width][:width]
                subject = self.registry.subject([value.strip() for value in pick([*padded, ""])])
                self._reject(line, str(reason), subject)
            else:
                yield line, *staged
            if not number % PROGRESS_EVERY:
                self.progress(number, table.done())
        self.report.read = number
        self.progress(number, 1.0)

    # ------------------------------------------------------------ checks

    def _refuse_rows(self, cursor: Any) -> None:
        for statement in self.registry.refusals:
            cursor.execute(statement, self.parameters)
            for line, reason, subject in cursor.fetchall():
                self._reject(line, reason, subject)

    def _check_file(self, cursor: Any) -> None:
        """Refuse a file with bad rows (when strict), without good rows, or older than the last one."""
        report = self.report
        query = f"SELECT count(*), {self.registry.snapshot_date_sql} FROM registry_rows"  # noqa: S608  the registry's
        cursor.execute(query)
        good, report.snapshot_date = cursor.fetchone()
        if report.rejections:
            self._raise_obstacle("strict", "hay filas rechazadas", and_rows=True)
        if not good:
            lines = ("No se cargó nada: el archivo no trae ninguna fila válida.", *report.rejected_lines())
            raise RegistryError("\n".join(lines), report.rejections)
        last = _last_snapshot_date(self.registry.kind)
        if last and report.snapshot_date and report.snapshot_date < last:
            cause = f"el corte del archivo ({report.snapshot_date}) es anterior al último cargado ({last})."
            self._raise_obstacle("force", cause)

    def _create_row(self) -> None:
        """Create the row of a load by command: what it changes refers to it."""
        if self.load.pk is None:
            with self.path.open("rb") as file:
                self.load.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self.load.save()

    # ------------------------------------------------------------ from the staging table to the registry's tables

    def _close(self, cursor: Any) -> None:
        """Close what the file no longer has. Raises RegistryError when that is too much of what was open."""
        cursor.execute(self.registry.open_rows, self.parameters)
        (open_before,) = cursor.fetchone()
        for statement in self.registry.closings:
            cursor.execute(statement, self.parameters)
            self.report.closed += [text for (text,) in cursor.fetchall()]
        closed = len(self.report.closed)
        if closed * 100 > open_before * CLOSING_LIMIT:
            self._raise_obstacle(
                "allow_closing",
                f"el archivo cerraría {closed} de {open_before} registros abiertos, más del {CLOSING_LIMIT} %. "
                "Quizá está incompleto.",
            )

    def _merge(self, cursor: Any) -> None:
        counts = self.report.counts
        for word, statement in self.registry.merges.items():
            cursor.execute(statement, self.parameters)
            actions = dict(cursor.fetchall())
            counts[f"{word}_new"] += actions.get("INSERT", 0)
            counts[f"{word}_changed"] += actions.get("UPDATE", 0)
        changes = f"CREATE TEMPORARY TABLE registry_changes ON COMMIT DROP AS {self.registry.changes}"
        cursor.execute(changes, self.parameters)
        cursor.execute("SELECT state, count(*) FROM registry_changes GROUP BY state")
        counts.update({state: count for state, count in cursor.fetchall() if state != "same"})
        for statement in self.registry.writes:
            cursor.execute(statement, self.parameters)
        for word, statement in self.registry.notices.items():
            cursor.execute(statement, self.parameters)
            if texts := [text for (text,) in cursor.fetchall()]:
                self.report.notices[word], counts[word] = texts, len(texts)

    def _apply_effects(self) -> None:
        """Save what the load did in its row, and let its effects follow; they add what they counted."""
        load, report = self.load, self.report
        load.snapshot_date, load.counts, load.loaded_at = report.snapshot_date, report.totals(), clock.now()
        if not self.dry_run:
            load.state, load.is_undoable = RegistryLoad.State.APPLIED, bool(self.registry.tracked)
            change_capture.discard(RegistryLoad.objects.filter(kind=load.kind).exclude(pk=load.pk))
            load.save()
        for effect in effects():
            report.counts.update(effect.apply(load) or {})
        load.counts = report.totals()

    def record(self) -> None:
        """Save the counts and the report, and write the event."""
        load = self.load
        load.save(update_fields=["counts"])
        save_report(load, self.report)
        refresh_previews(load)
        after = {"file": load.file_name, "sha256": load.sha256, "snapshot_date": load.snapshot_date, **load.counts}
        record(by=load.requested_by, event=self.registry.event, obj=load, after=after, reason=load.reason)


def _trim(values: list[str], width: int) -> list[str]:
    """The row without extra blank cells. Raises Rejected when it has not one cell for each heading."""
    if len(values) < width or any(values[width:]):
        raise Rejected(f"tiene {len(values)} columnas y el encabezado tiene {width}; revise comas y comillas")
    return values[:width]


def _last_snapshot_date(kind: str) -> date | None:
    dates = RegistryLoad.objects.not_undone(kind).filter(snapshot_date__isnull=False)
    return dates.values_list("snapshot_date", flat=True).first()


def save_report(load: RegistryLoad, report: Report) -> None:
    """Store what is shown and downloaded of a load, without the subjects of rejected rows (documents of persons)."""
    values = {
        "created_at": clock.now(),
        "obstacles": [list(obstacle) for obstacle in report.obstacles],
        "samples": report.samples | {"notices": report.notices},
        "closed": sorted(report.closed),
        "rejections": [[row.line, row.reason] for row in sorted(report.rejections)],
    }
    RegistryReport.objects.update_or_create(load=load, defaults=values)


def refresh_previews(load: RegistryLoad) -> None:
    """Have the worker preview the other files of the same registry again: their previews are outdated."""
    others = RegistryLoad.objects.filter(kind=load.kind, state=RegistryLoad.State.PREVIEWED)
    others.update(state=RegistryLoad.State.UPLOADED)
