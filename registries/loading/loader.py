"""How is a file loaded or previewed, whole or not at all? COPY into a staging table, checks, then set-based SQL."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from mipres_admin.database import clock
from mipres_admin.excel.tables import Table
from mipres_admin.formatting import format_number
from mipres_admin.history.recording import record
from mipres_admin.reading.text import clean_file_name
from registries.loading import change_capture
from registries.loading.cell_values import clean
from registries.loading.effects import effects, tracked_by_effects
from registries.loading.errors import RegistryError, Rejected, Rejection
from registries.loading.files import ends_in_mid_line, find_columns, open_table
from registries.loading.possible_keys import RejectedKey, possible_keys
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
NOT_TAKEN = (
    "No se cargó nada: la base de datos no recibe un valor del archivo (regla {}). Busque en él letras o signos "
    "raros y corríjalos; si no los encuentra, avise con este mensaje a quien opera el portal."
)
PREVIEW_AGAIN = "Suba el archivo otra vez y mire la vista previa antes de aplicarlo."
CLOSING_LIMIT = 1
"""Per cent of what is open that a file may close, and of what is in force that it may end, without confirmation."""
ANALYZE_ABOVE = 10
"""Per cent of new rows above which the load renews the statistics of its tables, as autovacuum does after it."""
RETAINED = "Registros que el archivo no trae y que no se cierran, porque una fila rechazada puede ser la suya: {}."
PROGRESS_EVERY = 2_000

Ended = tuple[str, int, int]
"""What ends, how many of it, and of how many."""
Progress = Callable[[int, float], None]
Announce = Callable[[str], object]


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
    registry: Registry,
    path: Path,
    options: Options,
    progress: Progress,
    load: RegistryLoad | None = None,
    announce: Announce = len,
) -> Report:
    """Load one file of a registry, in one transaction with its history, and return what happened.

    `load` is the one that the admin queued; a command has none. `announce` is told what closes and ends before it is
    applied. Raises RegistryError, and changes nothing, when the file is broken or a check refuses it.
    """
    run = _Run(registry, path, progress, load or load_of(registry, path), options)
    with _refusals_of_the_database(), open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
        run.execute(table, cursor)
        for note in run.report.notes:
            announce(note)
        run.record()
        connection.check_constraints()
    return run.report


@contextmanager
def _refusals_of_the_database() -> Iterator[None]:
    """Raises RegistryError when the database takes no value like one of the file's.

    It names the constraint alone: the message of PostgreSQL has the whole row, with documents and names of persons.
    """
    try:
        with connection.wrap_database_errors:  # those of COPY too
            yield
    except (IntegrityError, DataError) as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        rule = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "sqlstate", None)
        raise RegistryError(NOT_TAKEN.format(rule or type(error).__name__)) from None


def load_of(registry: Registry, path: Path) -> RegistryLoad:
    """The load of a file that a command loads; it is not saved."""
    return RegistryLoad(kind=registry.kind, file_name=clean_file_name(path.name))


def prepare_transaction(cursor: Any) -> None:
    """Wait for any other load, then give the statements of this one memory.

    PostgreSQL ends the statement of a process that has died within two seconds: it would hold its locks to the end.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL client_connection_check_interval = '2s'")


def preview_file(registry: Registry, path: Path, progress: Progress, load: RegistryLoad) -> Report:
    """What `load_file` would do, with every obstacle: all of it is done, read and rolled back.

    Raises RegistryError when the file cannot be loaded with any option.
    """
    run = _Run(registry, path, progress, load, Options(), dry_run=True)
    with _refusals_of_the_database(), open_table(path) as table, transaction.atomic(), connection.cursor() as cursor:
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
    last_line: int = 0

    def __post_init__(self) -> None:
        self.report = Report(self.registry.label, self.path.name)
        self.rejected_keys: list[RejectedKey] = []
        self.parameters: dict[str, Any] = {"today": timezone.localdate()}

    def execute(self, table: Table, cursor: Any) -> None:
        """Do all that a preview shows; a load records it afterwards."""
        prepare_transaction(cursor)
        self._stage(table, cursor)
        self._refuse_broken_end()
        self._refuse_rows(cursor)
        self._check_file(cursor)
        self.parameters["closing_day"] = self.report.snapshot_date or self.parameters["today"]
        self.parameters["rejected"] = self._retain(cursor)
        self._create_row()
        with change_capture.tracking(self.load):
            closed, open_before = self._close(cursor)
            self._merge(cursor)
            ended = self._apply_effects()
        self._check_endings([("registros abiertos", closed, open_before), *ended])
        self.report.samples = change_capture.samples(self.load, (*self.registry.tracked, *tracked_by_effects()))

    def _reject(self, line: int, reason: str, key: RejectedKey) -> None:
        self.report.rejections.append(Rejection(line, reason))
        self.rejected_keys.append(key)

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
        cursor.execute("ANALYZE registry_rows")

    def _accepted_rows(self, table: Table, places: Sequence[int | None]) -> Iterator[tuple[object, ...]]:
        """The rows to stage; the others are rejected. This runs for each row of the country: keep it lean."""
        width, line = len(table.headings), 0
        pick = itemgetter(*(width if place is None else place for place in places))
        parse_row, number = self.registry.parse_row, 0
        first_lines: dict[str, int] = {}
        for number, (line, values) in enumerate(table.rows, start=1):
            cells = None
            try:
                if len(values) != width:
                    values = _trim(values, width)
                values.append("")
                cells = [value.strip() for value in pick(values)]
                key, staged = parse_row(clean(cells))
                first = first_lines.setdefault(key, line)
                if first != line:
                    raise Rejected(f"repite la línea {first}")
            except Rejected as reason:
                self._reject(line, str(reason), self._rejected_key(values, cells))
            else:
                yield line, *staged
            if not number % PROGRESS_EVERY:
                self.progress(number, table.done())
        self.report.read, self.last_line = number, line
        self.progress(number, 1.0)

    def _rejected_key(self, values: Sequence[str], cells: list[str] | None) -> RejectedKey:
        """What a rejected row says of its key; without cells it has too few or too many, and any may be the key."""
        if cells is None:
            parts = [re.split(r"[,;|\t\r\n]", value) if "\n" in value else [value] for value in values]
            return RejectedKey([*chain.from_iterable(parts)], "")
        return RejectedKey([self.registry.key_cell(cells)], self.registry.group(cells))

    # ------------------------------------------------------------ checks

    def _refuse_broken_end(self) -> None:
        """Raises RegistryError when the last line is rejected and has no end: the download was cut."""
        last = self.report.rejections[-1:]
        if last and last[0].line == self.last_line and ends_in_mid_line(self.path):
            raise RegistryError(
                f"No se cargó nada: el archivo se corta a mitad de la línea {self.last_line}, quizá porque se descargó "
                "incompleto. Descárguelo de nuevo y compare su tamaño con el de la fuente.",
                self.report.rejections,
            )

    def _refuse_rows(self, cursor: Any) -> None:
        for statement in self.registry.refusals:
            cursor.execute(statement, self.parameters)
            for line, reason, key in cursor.fetchall():
                self._reject(line, reason, RejectedKey([key], ""))

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

    def _retain(self, cursor: Any) -> list[str]:
        """The keys of what is not closed because a rejected row may be it; notes how many rows that are."""
        if not self.rejected_keys:
            return []
        possible = possible_keys(self.rejected_keys, self.registry.key_form)
        cursor.execute(self.registry.absent, self.parameters)
        retained = [(key, rows) for key, group, rows in cursor.fetchall() if possible.include(key, group)]
        if count := sum(rows for _, rows in retained):
            self.report.counts["retained"] = count
            self.report.notes.append(RETAINED.format(format_number(count)))
        self.load.retained = [key for key, _ in retained]
        return self.load.retained

    def _create_row(self) -> None:
        """Create the row of a load by command: what it changes refers to it."""
        if self.load.pk is None:
            with self.path.open("rb") as file:
                self.load.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self.load.save()

    # ------------------------------------------------------------ from the staging table to the registry's tables

    def _close(self, cursor: Any) -> tuple[int, int]:
        """Close what the file no longer has; how many, and of how many that were open."""
        cursor.execute(self.registry.open_rows, self.parameters)
        (open_before,) = cursor.fetchone()
        for statement in self.registry.closings:
            cursor.execute(statement, self.parameters)
            self.report.closed += [text for (text,) in cursor.fetchall()]
        return len(self.report.closed), open_before

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
        self._analyze(cursor)
        for word, statement in self.registry.notices.items():
            cursor.execute(statement, self.parameters)
            if texts := [text for (text,) in cursor.fetchall()]:
                self.report.notices[word], counts[word] = texts, len(texts)

    def _analyze(self, cursor: Any) -> None:
        """Renew the statistics after many new rows: a join that is planned for the few rows of before does not end."""
        tables = ["registry_changes"]
        if self.report.counts["new"] * 100 > self.report.read * ANALYZE_ABOVE:
            tables += [tracked.table for tracked in self.registry.tracked]
        cursor.execute(f"ANALYZE {', '.join(tables)}")

    def _apply_effects(self) -> list[Ended]:
        """Save what the load did in its row, and let its effects follow; they add what they counted.

        Returns what they ended.
        """
        load, report = self.load, self.report
        load.snapshot_date, load.counts, load.loaded_at = report.snapshot_date, report.totals(), clock.now()
        if not self.dry_run:
            load.state, load.is_undoable = RegistryLoad.State.APPLIED, bool(self.registry.tracked)
            change_capture.discard(RegistryLoad.objects.filter(kind=load.kind).exclude(pk=load.pk))
            load.save()
        ended = []
        for effect in effects():
            in_force = effect.endings.in_force() if effect.endings else 0
            counts = effect.apply(load) or {}
            report.counts.update(counts)
            if effect.endings:
                total = sum(counts.get(name, 0) for name in effect.endings.counts)
                ended.append((effect.endings.what, total, in_force))
        load.counts = report.totals()
        return ended

    def _check_endings(self, ended: Sequence[Ended]) -> None:
        """Note what closes and ends. Raises RegistryError when that is too much and was not allowed."""
        amounts = [f"{format_number(count)} de {format_number(before)} {what}" for what, count, before in ended]
        rows, *others = amounts
        consequence = f", y terminarían {' y '.join(others)}" if others else ""
        text = f"el archivo cerraría {rows}{consequence}"
        self.report.notes.insert(0, f"{text[:1].upper()}{text[1:]}.")
        if any(count * 100 > before * CLOSING_LIMIT for _, count, before in ended):
            self._raise_obstacle("allow_closing", f"{text}: más del {CLOSING_LIMIT} %. Quizá está incompleto.")

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
    """Store what is shown and downloaded of a load, without the keys of rejected rows (documents of persons)."""
    values = {
        "created_at": clock.now(),
        "obstacles": [list(obstacle) for obstacle in report.obstacles],
        "samples": report.samples | {"notices": report.notices},
        "closed": sorted(report.closed),
        "rejections": [[row.line, row.reason] for row in sorted(report.rejections)],
        "notes": report.notes,
    }
    RegistryReport.objects.update_or_create(load=load, defaults=values)


def refresh_previews(load: RegistryLoad) -> None:
    """Have the worker preview the other files of the same registry again: their previews are outdated."""
    others = RegistryLoad.objects.filter(kind=load.kind, state=RegistryLoad.State.PREVIEWED)
    others.update(state=RegistryLoad.State.UPLOADED)
