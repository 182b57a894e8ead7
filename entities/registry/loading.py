"""How is a file loaded, whole or not at all? Good rows through COPY into a staging table, then merged set by set."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection, transaction
from django.utils import timezone

from entities.models import RegistryLoad
from entities.registry.errors import RegistryError, Rejected, Rejection
from entities.registry.files import Table, open_table
from entities.registry.headings import Column, find_columns
from entities.registry.report import Report
from entities.registry.values import clean
from mipres_admin import history

ONE_AT_A_TIME = 5_311_001
"""The advisory lock that two loads at once would both want."""
CLOSING_LIMIT = 20
"""Per cent of what is open that a file may close without being told to: a truncated file must not close the country."""
TICK = 2_000

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Effect:
    """What follows from a registry on higher floors: a sede is closed, a professional is no more, and roles end.

    Both are called in the transaction of the load or of its undoing: `apply(load)` once the rows are written, to end
    what no longer fits; `undo(load)` before they are put back, to give back what `apply` ended because of that load.
    Both say how many things had which end, in the words of `report.EXTRAS`.
    """

    apply: Callable[[RegistryLoad], dict[str, int]]
    undo: Callable[[RegistryLoad], dict[str, int]]


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Have every load cause this; apps call it in `AppConfig.ready()`."""
    _effects.append(effect)


class Registry(ABC):
    """What one registry means: its columns, its rows, and the SQL that merges them.

    The staging table `registry_rows` holds `line` and the `staged` columns of the accepted rows. Every statement may
    use the parameters `today`, `closing_day` (the file's cut, or today) and `rejected` (the traces of rejected rows).
    """

    kind: ClassVar[RegistryLoad.Kind]
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
    """One load on its way."""

    registry: Registry
    report: Report
    progress: Progress
    first_lines: dict[str, int] = field(default_factory=dict)

    def reject(self, line: int, reason: str, trace: str) -> None:
        """Keep a row out, and why."""
        self.report.rejections.append(Rejection(line, reason, trace))


def load(registry: Registry, path: Path, options: Options, progress: Progress) -> Report:
    """Load one file of a registry, in one transaction with its history, and return what happened.

    Raises RegistryError, and changes nothing, when the file is broken or a guard refuses it.
    """
    job = Load(registry, Report(registry.kind.label, path.name), progress)
    with open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute("SET LOCAL work_mem = '64MB'")
        _stage(job, table, cursor)
        parameters: dict[str, Any] = {"today": timezone.localdate()}
        _refuse_rows(job, cursor, parameters)
        _check_file(job, cursor, options)
        parameters["closing_day"] = job.report.cut_on or parameters["today"]
        parameters["rejected"] = [row.trace for row in job.report.rejections if row.trace]
        _close(job, cursor, parameters, options)
        _merge(job, cursor, parameters)
        _record(job, path)
    return job.report


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


def _check_file(job: Load, cursor: Any, options: Options) -> None:
    """Refuse a file with bad rows (when strict), without good rows, or older than the last one."""
    report = job.report
    cursor.execute(f"SELECT count(*), {job.registry.cut} FROM registry_rows")  # noqa: S608 - the registry's own SQL
    good, report.cut_on = cursor.fetchone()
    if options.strict and report.rejections:
        raise _refusal("No se cargó nada: hay filas rechazadas y usted pidió --strict.", report)
    if not good:
        raise _refusal("No se cargó nada: el archivo no trae ninguna fila válida.", report)
    last = _last_cut(job.registry.kind)
    if last and report.cut_on and report.cut_on < last and not options.force:
        raise RegistryError(
            f"No se cargó nada: el corte del archivo ({report.cut_on}) es anterior al último cargado ({last}). "
            "Si de verdad quiere volver atrás, use --force."
        )


def _refusal(headline: str, report: Report) -> RegistryError:
    return RegistryError("\n".join((headline, *report.rejected_lines())), report.rejections)


def _last_cut(kind: str) -> date | None:
    cuts = RegistryLoad.objects.filter(kind=kind, cut_on__isnull=False).order_by("-id")
    return cuts.values_list("cut_on", flat=True).first()


# ---------------------------------------------------------------- from the staging table to the registry's tables


def _close(job: Load, cursor: Any, parameters: dict[str, Any], options: Options) -> None:
    """Close what the file no longer has. Raises RegistryError when that is too much of what was open."""
    cursor.execute(job.registry.open_rows, parameters)
    (open_before,) = cursor.fetchone()
    for statement in job.registry.closings:
        cursor.execute(statement, parameters)
        job.report.closed += [text for (text,) in cursor.fetchall()]
    closed = len(job.report.closed)
    if closed * 100 > open_before * CLOSING_LIMIT and not options.allow_closing:
        raise RegistryError(
            f"No se cargó nada: el archivo cerraría {closed} de {open_before} registros abiertos, más del "
            f"{CLOSING_LIMIT} %. Quizá está incompleto. Si es correcto, use --allow-closing."
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


def _record(job: Load, path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    report = job.report
    entry = RegistryLoad.objects.create(
        kind=job.registry.kind, file_name=path.name, sha256=digest, cut_on=report.cut_on, counts=report.totals()
    )
    for effect in _effects:
        report.counts.update(effect.apply(entry))
    entry.counts = report.totals()
    entry.save(update_fields=["counts"])
    history.record(
        by=None,
        act=f"{entry.kind}.loaded",
        thing=entry,
        before={},
        after={"file": path.name, "sha256": digest, "cut_on": report.cut_on, **report.totals()},
    )
