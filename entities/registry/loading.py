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

from entities.models import RegistryLoad
from entities.registry import changes as rows_changed
from entities.registry.changes import Kept
from entities.registry.errors import RegistryError, Rejected, Rejection
from entities.registry.files import Table, open_table
from entities.registry.headings import Column, find_columns
from entities.registry.models import RegistryReport
from entities.registry.report import Obstacle, Report
from entities.registry.values import clean
from mipres_admin import clock, history

ONE_AT_A_TIME = 5_311_001
"""The advisory lock that two loads at once would both want."""
REMEDIES = {
    "strict": "y usted pidió --strict.",
    "force": "Si de verdad quiere volver atrás, use --force.",
    "allow_closing": "Si es correcto, use --allow-closing.",
}
"""What the operator of a command is told about each option."""
LOOK_FIRST = "Suba el archivo otra vez y mire la vista previa antes de aplicarlo."
CLOSING_LIMIT = 20
"""Per cent of what is open that a file may close without being told to: a truncated file must not close the country."""
TICK = 2_000

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Effect:
    """What follows from a registry on higher floors: a sede is closed, a professional is no more, and roles end.

    Both are called in the transaction of the load or of its undoing: `apply(load)` once the rows are written, to end
    what no longer fits; `undo(load)` before they are put back, to give back what `apply` ended because of that load.
    Either may return what it counted, in the operator's words: `{"roles que terminan": 3}`. A preview calls `apply`
    too, in a transaction that is rolled back.
    """

    apply: Callable[[RegistryLoad], Mapping[str, int] | None]
    undo: Callable[[RegistryLoad], Mapping[str, int] | None]


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Have every load cause this; apps call it in `AppConfig.ready()`."""
    _effects.append(effect)


def effects() -> Sequence[Effect]:
    """What follows from every load."""
    return tuple(_effects)


class Registry(ABC):
    """What one registry means: its columns, its rows, and the SQL that merges them.

    The staging table `registry_rows` holds `line` and the `staged` columns of the accepted rows. Every statement may
    use the parameters `today`, `closing_day` (the file's cut, or today) and `rejected` (the traces of rejected rows).
    """

    kind: ClassVar[RegistryLoad.Kind]
    event: ClassVar[TextChoices]
    columns: ClassVar[tuple[Column, ...]]
    staged: ClassVar[dict[str, str]]
    """Columns of the staging table and their types."""
    cut: ClassVar[str] = "NULL::date"
    """The cut of a set of staged rows."""
    refusals: tuple[str, ...] = ()
    """Statements that DELETE staged rows which the database cannot take, RETURNING line, reason and trace."""
    open_rows: ClassVar[str]
    """Counts what is open before the load."""
    closings: ClassVar[tuple[str, ...]]
    """Statements that close what the file no longer has, RETURNING one text for each."""
    merges: ClassVar[dict[str, str]] = {}
    """Statements that come first, RETURNING merge_action(), and the word under which they are counted."""
    changes: ClassVar[str]
    """SELECT of the staged rows that differ from the database, with their `state`: new, changed, reopened or same."""
    writes: ClassVar[tuple[str, ...]]
    """Statements that write `registry_changes` into the tables."""
    kept: ClassVar[tuple[Kept, ...]] = ()
    """The tables that it writes, the one referred to before the one that refers; without them no load can be undone."""
    undo_obstacles: tuple[str, ...] = ()
    """Statements that DELETE from `registry_undo` rows that can not be as they were, RETURNING one text for each."""

    @abstractmethod
    def read(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        """The key and the staged values of one row. Raises Rejected."""

    @abstractmethod
    def trace(self, cells: Sequence[str]) -> str:
        """What a rejected row is about, so that what the portal has of it is not closed."""


@dataclass(frozen=True)
class Options:
    """What the operator asks for, beyond the file."""

    strict: bool = False
    force: bool = False
    allow_closing: bool = False


@dataclass
class Load:
    """One load on its way; `entry` is its row, made here when a command loads."""

    registry: Registry
    report: Report
    progress: Progress
    options: Options
    entry: RegistryLoad
    only_looking: bool = False
    first_lines: dict[str, int] = field(default_factory=dict)

    def reject(self, line: int, reason: str, trace: str) -> None:
        """Keep a row out, and why."""
        self.report.rejections.append(Rejection(line, reason, trace))

    def object(self, option: str, cause: str, *, and_rows: bool = False) -> None:
        """The file is not loaded unless the option says so. Raises RegistryError; who is only looking goes on."""
        if self.only_looking:
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


def look(registry: Registry, path: Path, progress: Progress, entry: RegistryLoad) -> Report:
    """What `load` would do, with what every guard says: all of it is done, read and rolled back.

    Raises RegistryError when the file can not be loaded with any option.
    """
    job = _job(registry, path, Options(), progress, entry)
    job.only_looking = True
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
    parameters["closing_day"] = job.report.cut_on or parameters["today"]
    parameters["rejected"] = [row.trace for row in job.report.rejections if row.trace]
    _enter(job, path)
    with rows_changed.kept_for(job.entry):
        _close(job, cursor, parameters)
        _merge(job, cursor, parameters)
    job.report.samples = rows_changed.samples(job.entry, job.registry.kept)
    _cause(job)


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
            job.reject(line, str(reason), _trace(job.registry, values, pick, width))
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


def _trace(registry: Registry, values: list[str], pick: Callable[[list[str]], tuple[str, ...]], width: int) -> str:
    padded = [*values, *[""] * width][:width]
    return registry.trace([value.strip() for value in pick([*padded, ""])])


# ---------------------------------------------------------------- guards


def _refuse_rows(job: Load, cursor: Any, parameters: dict[str, Any]) -> None:
    for statement in job.registry.refusals:
        cursor.execute(statement, parameters)
        for line, reason, trace in cursor.fetchall():
            job.reject(line, reason, trace)


def _check_file(job: Load, cursor: Any) -> None:
    """Refuse a file with bad rows (when strict), without good rows, or older than the last one."""
    report = job.report
    cursor.execute(f"SELECT count(*), {job.registry.cut} FROM registry_rows")  # noqa: S608 - the registry's own SQL
    good, report.cut_on = cursor.fetchone()
    if report.rejections:
        job.object("strict", "hay filas rechazadas", and_rows=True)
    if not good:
        lines = ("No se cargó nada: el archivo no trae ninguna fila válida.", *report.rejected_lines())
        raise RegistryError("\n".join(lines), report.rejections)
    last = _last_cut(job.registry.kind)
    if last and report.cut_on and report.cut_on < last:
        cause = f"el corte del archivo ({report.cut_on}) es anterior al último cargado ({last})."
        job.object("force", cause)


def _last_cut(kind: str) -> date | None:
    cuts = RegistryLoad.objects.in_force(kind).filter(cut_on__isnull=False)
    return cuts.values_list("cut_on", flat=True).first()


def _enter(job: Load, path: Path) -> None:
    """A command's load has its row from here on: what it changes refers to it."""
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
        job.object(
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


def _cause(job: Load) -> None:
    """Write what the load did in its row, and let its effects follow; they add what they counted."""
    report, entry = job.report, job.entry
    entry.cut_on, entry.counts, entry.loaded_at = report.cut_on, report.totals(), clock.now()
    if not job.only_looking:
        entry.state, entry.is_undoable = RegistryLoad.State.APPLIED, bool(job.registry.kept)
        rows_changed.forget(RegistryLoad.objects.filter(kind=entry.kind).exclude(pk=entry.pk))
        entry.save()
    for effect in _effects:
        report.counts.update(effect.apply(entry) or {})
    entry.counts = report.totals()


def _record(job: Load) -> None:
    entry = job.entry
    entry.save(update_fields=["counts"])
    keep_report(entry, job.report)
    look_again(entry)
    after = {"file": entry.file_name, "sha256": entry.sha256, "cut_on": entry.cut_on, **entry.counts}
    history.record(by=entry.asked_by, event=job.registry.event, obj=entry, after=after, reason=entry.reason)


def keep_report(entry: RegistryLoad, report: Report) -> None:
    """Keep what is shown and downloaded of a load; the traces of rejected rows (documents of persons) are left out."""
    rows = {
        "made_at": clock.now(),
        "obstacles": [list(obstacle) for obstacle in report.obstacles],
        "samples": report.samples,
        "closed": sorted(report.closed),
        "rejections": [[row.line, row.reason] for row in sorted(report.rejections)],
    }
    RegistryReport.objects.update_or_create(load=entry, defaults=rows)


def look_again(entry: RegistryLoad) -> None:
    """Previews of the same registry tell what is no longer so: the worker looks again at those files."""
    others = RegistryLoad.objects.filter(kind=entry.kind, state=RegistryLoad.State.PREVIEWED)
    others.update(state=RegistryLoad.State.UPLOADED)
