"""How is a file loaded, whole or not at all? Good rows through COPY into a staging table, then merged set by set."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import TextChoices
from django.utils import timezone

from mipres_admin.database import clock
from mipres_admin.excel.headings import ExpectedColumn
from mipres_admin.excel.reader import Table
from mipres_admin.history.recording import record
from registries.loading import change_capture as rows_changed
from registries.loading.cell_values import clean
from registries.loading.change_capture import TrackedTable
from registries.loading.errors import RegistryError, Rejected, Rejection
from registries.loading.files import find_columns, open_table
from registries.models import RegistryLoad, RegistryReport
from registries.report import Obstacle, Report

ONE_AT_A_TIME = 5_311_001
"""The advisory lock of a load: there is one at a time."""
REMEDIES = {
    "strict": "y usted pidió --strict.",
    "force": "Si de verdad quiere volver atrás, use --force.",
    "allow_closing": "Si es correcto, use --allow-closing.",
}
"""What a command says about each option."""
LOOK_FIRST = "Suba el archivo otra vez y mire la vista previa antes de aplicarlo."
CLOSING_LIMIT = 20
"""Per cent of what is open that a file may close without confirmation: it may be truncated."""
TICK = 2_000

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Effect:
    """What follows from a registry in higher layers: a sede is closed, a professional is no more, and roles end.

    Both are called in the transaction of the load or of its undoing: `apply(load)` once the rows are written, to end
    what no longer fits; `undo(load)` before they are put back, to give back what `apply` ended because of that load.
    Either may return what it counted, by a key of `count_labels`: `{"roles_ended": 3}`. A preview calls `apply` too, in
    a transaction that is rolled back.
    """

    apply: Callable[[RegistryLoad], Mapping[str, int] | None]
    undo: Callable[[RegistryLoad], Mapping[str, int] | None]
    count_labels: Mapping[str, str] = field(default_factory=dict)


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Add an effect to every load; apps call it in `AppConfig.ready()`."""
    _effects.append(effect)


def effects() -> Sequence[Effect]:
    """What follows from every load."""
    return tuple(_effects)


class Registry(ABC):
    """What one registry means: its columns, its rows, and the SQL that merges them.

    The staging table `registry_rows` holds `line` and the `staged` columns of the accepted rows. Every statement may
    use the parameters `today`, `closing_day` (the file's snapshot date, or today) and `rejected` (the subjects of
    rejected rows).
    """

    kind: ClassVar[RegistryLoad.Kind]
    event: ClassVar[TextChoices]
    columns: ClassVar[tuple[ExpectedColumn, ...]]
    staged: ClassVar[dict[str, str]]
    """Columns of the staging table and their types."""
    snapshot_date_sql: ClassVar[str] = "NULL::date"
    """SQL: the day on which the registry was taken, of a set of staged rows."""
    refusals: tuple[str, ...] = ()
    """Statements that DELETE staged rows which the database cannot take, RETURNING line, reason and subject."""
    open_rows: ClassVar[str]
    """Counts what is open before the load."""
    closings: ClassVar[tuple[str, ...]]
    """Statements that close what the file no longer has, RETURNING one text for each."""
    merges: ClassVar[dict[str, str]] = {}
    """Statements that come first, RETURNING merge_action(), and the word under which they are counted."""
    count_labels: ClassVar[dict[str, str]] = {}
    """What the counts of `merges` are called: each word with `_new` and with `_changed`."""
    changes: ClassVar[str]
    """SELECT of the staged rows that differ from the database, with their `state`: new, changed, reopened or same."""
    writes: ClassVar[tuple[str, ...]]
    """Statements that write `registry_changes` into the tables."""
    tracked: ClassVar[tuple[TrackedTable, ...]] = ()
    """The tables that it writes, the one referred to before the one that refers; without them no load can be undone."""
    undo_obstacles: tuple[str, ...] = ()
    """Statements that DELETE from `registry_undo` rows that can not be as they were, RETURNING one text for each."""

    @abstractmethod
    def read(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        """The key and the staged values of one row. Raises Rejected."""

    @abstractmethod
    def subject(self, cells: Sequence[str]) -> str:
        """What a rejected row is about, so that what the portal has of it is not closed."""


@dataclass(frozen=True)
class Options:
    """What the operator asks for, beyond the file."""

    strict: bool = False
    force: bool = False
    allow_closing: bool = False


@dataclass
class Load:
    """One running load; `entry` is its row, created here when a command loads."""

    registry: Registry
    report: Report
    progress: Progress
    options: Options
    entry: RegistryLoad
    dry_run: bool = False
    first_lines: dict[str, int] = field(default_factory=dict)

    def reject(self, line: int, reason: str, subject: str) -> None:
        """Leave a row out, and note why."""
        self.report.rejections.append(Rejection(line, reason, subject))

    def raise_obstacle(self, option: str, cause: str, *, and_rows: bool = False) -> None:
        """Refuse the file unless the option allows it. Raises RegistryError; a dry run notes it and goes on."""
        if self.dry_run:
            self.report.obstacles.append(Obstacle(option, cause))
        # `strict` asks for more care, the others for less
        elif getattr(self.options, option) is (option == "strict"):
            remedy = REMEDIES[option] if self.entry.asked_by_id is None else LOOK_FIRST
            rows = self.report.rejections if and_rows else []
            lines = self.report.rejected_lines() if and_rows else []
            raise RegistryError("\n".join((f"No se cargó nada: {cause} {remedy}", *lines)), rows)


def load(
    registry: Registry, path: Path, options: Options, progress: Progress, entry: RegistryLoad | None = None
) -> Report:
    """Load one file of a registry, in one transaction with its history, and return what happened.

    `entry` is the load asked for in the admin; a command has none. Raises RegistryError, and changes nothing, when the
    file is broken or a guard refuses it.
    """
    job = _job(registry, path, options, progress, entry)
    with open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        _run(job, table, cursor, path)
        _record(job)
    return job.report


def preview(registry: Registry, path: Path, progress: Progress, entry: RegistryLoad) -> Report:
    """What `load` would do, with every obstacle: all of it is done, read and rolled back.

    Raises RegistryError when the file can not be loaded with any option.
    """
    job = _job(registry, path, Options(), progress, entry)
    job.dry_run = True
    with open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        _run(job, table, cursor, path)
        transaction.set_rollback(True)
    return job.report


def _job(registry: Registry, path: Path, options: Options, progress: Progress, entry: RegistryLoad | None) -> Load:
    report = Report(registry.kind.label, path.name)
    return Load(registry, report, progress, options, entry or RegistryLoad(kind=registry.kind, file_name=path.name))


def _run(job: Load, table: Table, cursor: Any, path: Path) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    cursor.execute("SET LOCAL work_mem = '64MB'")
    _stage(job, table, cursor)
    parameters: dict[str, Any] = {"today": timezone.localdate()}
    _refuse_rows(job, cursor, parameters)
    _check_file(job, cursor)
    parameters["closing_day"] = job.report.snapshot_date or parameters["today"]
    parameters["rejected"] = [row.subject for row in job.report.rejections if row.subject]
    _create_row(job, path)
    with rows_changed.tracking(job.entry):
        _close(job, cursor, parameters)
        _merge(job, cursor, parameters)
    job.report.samples = rows_changed.samples(job.entry, job.registry.tracked)
    _apply_effects(job)


# ---------------------------------------------------------------- from the file to the staging table


def _stage(job: Load, table: Table, cursor: Any) -> None:
    places = find_columns(table.headings, job.registry.columns)
    columns = ", ".join(f"{name} {kind}" for name, kind in job.registry.staged.items())
    cursor.execute("DROP TABLE IF EXISTS pg_temp.registry_rows, pg_temp.registry_changes")
    cursor.execute(f"CREATE TEMPORARY TABLE registry_rows (line integer, {columns}) ON COMMIT DROP")
    with cursor.copy("COPY registry_rows FROM STDIN") as copy:
        for row in _accepted(job, table, places):
            copy.write_row(row)


def _accepted(job: Load, table: Table, places: Sequence[int | None]) -> Iterator[tuple[object, ...]]:
    """The rows to stage; the others are rejected. This runs once for each row of the country: keep it lean."""
    width = len(table.headings)
    pick = itemgetter(*(width if place is None else place for place in places))
    read, first_lines, number = job.registry.read, job.first_lines, 0
    for number, (line, values) in enumerate(table.rows, start=1):
        try:
            if len(values) != width:
                values = _fitted(values, width)
            values.append("")
            key, staged = read(clean([value.strip() for value in pick(values)]))
            first = first_lines.setdefault(key, line)
            if first != line:
                raise Rejected(f"repite la línea {first}")
        except Rejected as reason:
            job.reject(line, str(reason), _subject(job.registry, values, pick, width))
        else:
            yield line, *staged
        if not number % TICK:
            job.progress(number, table.done())
    job.report.read = number
    job.progress(number, 1.0)


def _fitted(values: list[str], width: int) -> list[str]:
    """A row with blanks too many is cut; any other row that has not one cell for each heading is refused."""
    if len(values) < width or any(values[width:]):
        raise Rejected(f"tiene {len(values)} columnas y el encabezado tiene {width}; revise comas y comillas")
    return values[:width]


def _subject(registry: Registry, values: list[str], pick: Callable[[list[str]], tuple[str, ...]], width: int) -> str:
    padded = [*values, *[""] * width][:width]
    return registry.subject([value.strip() for value in pick([*padded, ""])])


# ---------------------------------------------------------------- guards


def _refuse_rows(job: Load, cursor: Any, parameters: dict[str, Any]) -> None:
    for statement in job.registry.refusals:
        cursor.execute(statement, parameters)
        for line, reason, subject in cursor.fetchall():
            job.reject(line, reason, subject)


def _check_file(job: Load, cursor: Any) -> None:
    """Refuse a file with bad rows (when strict), without good rows, or older than the last one."""
    report = job.report
    counted = f"SELECT count(*), {job.registry.snapshot_date_sql} FROM registry_rows"  # noqa: S608 - the registry's SQL
    cursor.execute(counted)
    good, report.snapshot_date = cursor.fetchone()
    if report.rejections:
        job.raise_obstacle("strict", "hay filas rechazadas", and_rows=True)
    if not good:
        lines = ("No se cargó nada: el archivo no trae ninguna fila válida.", *report.rejected_lines())
        raise RegistryError("\n".join(lines), report.rejections)
    last = _last_snapshot_date(job.registry.kind)
    if last and report.snapshot_date and report.snapshot_date < last:
        cause = f"el corte del archivo ({report.snapshot_date}) es anterior al último cargado ({last})."
        job.raise_obstacle("force", cause)


def _last_snapshot_date(kind: str) -> date | None:
    dates = RegistryLoad.objects.not_undone(kind).filter(snapshot_date__isnull=False)
    return dates.values_list("snapshot_date", flat=True).first()


def _create_row(job: Load, path: Path) -> None:
    """Create the row of a load by command: what it changes refers to it."""
    if job.entry.pk is None:
        with path.open("rb") as file:
            job.entry.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        job.entry.save()


# ---------------------------------------------------------------- from the staging table to the registry's tables


def _close(job: Load, cursor: Any, parameters: dict[str, Any]) -> None:
    """Close what the file no longer has. Raises RegistryError when that is too much of what was open."""
    cursor.execute(job.registry.open_rows, parameters)
    (open_before,) = cursor.fetchone()
    for statement in job.registry.closings:
        cursor.execute(statement, parameters)
        job.report.closed += [text for (text,) in cursor.fetchall()]
    closed = len(job.report.closed)
    if closed * 100 > open_before * CLOSING_LIMIT:
        job.raise_obstacle(
            "allow_closing",
            f"el archivo cerraría {closed} de {open_before} registros abiertos, más del {CLOSING_LIMIT} %. "
            "Quizá está incompleto.",
        )


def _merge(job: Load, cursor: Any, parameters: dict[str, Any]) -> None:
    counts = job.report.counts
    for word, statement in job.registry.merges.items():
        cursor.execute(statement, parameters)
        actions = dict(cursor.fetchall())
        counts[f"{word}_new"] += actions.get("INSERT", 0)
        counts[f"{word}_changed"] += actions.get("UPDATE", 0)
    cursor.execute("CREATE TEMPORARY TABLE registry_changes ON COMMIT DROP AS " + job.registry.changes, parameters)
    cursor.execute("SELECT state, count(*) FROM registry_changes GROUP BY state")
    counts.update({state: count for state, count in cursor.fetchall() if state != "same"})
    for statement in job.registry.writes:
        cursor.execute(statement, parameters)


def _apply_effects(job: Load) -> None:
    """Write what the load did in its row, and let its effects follow; they add what they counted."""
    report, entry = job.report, job.entry
    entry.snapshot_date, entry.counts, entry.loaded_at = report.snapshot_date, report.totals(), clock.now()
    if not job.dry_run:
        entry.state, entry.is_undoable = RegistryLoad.State.APPLIED, bool(job.registry.tracked)
        rows_changed.discard(RegistryLoad.objects.filter(kind=entry.kind).exclude(pk=entry.pk))
        entry.save()
    for effect in _effects:
        report.counts.update(effect.apply(entry) or {})
    entry.counts = report.totals()


def _record(job: Load) -> None:
    entry = job.entry
    entry.save(update_fields=["counts"])
    save_report(entry, job.report)
    refresh_previews(entry)
    after = {"file": entry.file_name, "sha256": entry.sha256, "cut_on": entry.snapshot_date, **entry.counts}
    record(by=entry.asked_by, event=job.registry.event, obj=entry, after=after, reason=entry.reason)


def save_report(entry: RegistryLoad, report: Report) -> None:
    """Keep what is shown and downloaded of a load, without the subjects of rejected rows (documents of persons)."""
    rows = {
        "made_at": clock.now(),
        "obstacles": [list(obstacle) for obstacle in report.obstacles],
        "samples": report.samples,
        "closed": sorted(report.closed),
        "rejections": [[row.line, row.reason] for row in sorted(report.rejections)],
    }
    RegistryReport.objects.update_or_create(load=entry, defaults=rows)


def refresh_previews(entry: RegistryLoad) -> None:
    """Previews of the same registry are outdated: the worker makes them again."""
    others = RegistryLoad.objects.filter(kind=entry.kind, state=RegistryLoad.State.PREVIEWED)
    others.update(state=RegistryLoad.State.UPLOADED)
