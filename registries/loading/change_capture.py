"""Which rows did a load add and change, and how were they before? Triggers store it while the load runs.

Each table that a registry writes has three triggers, one for each kind of statement (`sql/change_capture.sql`). They
act only within `tracking(load)`, in the load's own transaction.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, QuerySet

MAX_SAMPLES = 20
"""How many rows of each kind a report shows."""
LOAD_SETTING = "mipres.registry_load"


@dataclass(frozen=True)
class TrackedTable:
    """One table that a registry writes, as its triggers track it."""

    table: str
    columns: tuple[str, ...]
    """Whose earlier values are stored and restored; what others write in the other columns stays."""
    shown: str
    """SQL that names a row, called `row`, for people; it masks a person's document."""
    key: str = "id"
    closing: str = ""
    """The column of the day on which a row ends, for new rows that cannot be deleted again."""
    quiet: tuple[str, ...] = ()
    """Columns whose new value alone is not shown as a change."""
    hidden: tuple[str, ...] = ()
    """Columns whose values no report shows."""

    @property
    def model(self) -> type[Model]:
        return next(model for model in apps.get_models() if model._meta.db_table == self.table)

    def hash_of(self, row: str) -> str:
        """SQL of the hash by which a row is known to be as the load left it; the triggers compute the same."""
        return f"hashtextextended(row({', '.join(f'{row}.{name}' for name in self.columns)})::text, 0)"

    def values_of(self, row: str) -> str:
        """SQL: the tracked columns of a row as an object."""
        return f"jsonb_build_object({', '.join(f"'{name}', {row}.{name}" for name in self.columns)})"


# ---------------------------------------------------------------- during a load


@contextmanager
def tracking(load: Model) -> Iterator[None]:
    """Within this context, in a transaction, changes of the tracked tables are stored as those of this load."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [LOAD_SETTING, str(load.pk)])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [LOAD_SETTING])


def discard(loads: QuerySet[Any]) -> None:
    """Delete what was captured of these loads: none of them can be undone any more."""
    discard_rows(list(loads.filter(is_undoable=True).values_list("pk", flat=True)))
    loads.filter(is_undoable=True).update(is_undoable=False)


def discard_rows(keys: list[int]) -> None:
    """Delete what was captured of the loads with these keys."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registries_registrychange WHERE load_id = ANY (%s)", [keys])
        cursor.execute("DELETE FROM registries_registryaddition WHERE load_id = ANY (%s)", [keys])


# ---------------------------------------------------------------- the first rows, for people

ADDED = """
SELECT {shown} FROM {table} AS row
WHERE row.{key} IN (
    SELECT added::{type} FROM registries_registryaddition AS addition, unnest(addition.keys[1:{limit}]) AS added
    WHERE addition.load_id = %(load)s AND addition."table" = '{table}'
)
ORDER BY 1 LIMIT {limit}
"""
CHANGED = """
SELECT {shown} AS name, change.before, {values} AS after
FROM registries_registrychange AS change JOIN {table} AS row ON row.{key}::text = change.key
WHERE change.load_id = %(load)s AND change."table" = '{table}' AND change.after IS NOT NULL
    AND change.before - %(quiet)s::text[] <> {values} - %(quiet)s::text[] AND NOT {closed}
LIMIT {limit}
"""


def samples(load: Model, tables: Sequence[TrackedTable]) -> dict[str, Any]:
    """The first rows that the load, whose changes are tracked, has added and changed, in words.

    `{"new": [[what, [name, …]], …], "changed": [[what, [[name, [[column, before, after], …]], …]], …]}`
    """
    result: dict[str, Any] = {"new": [], "changed": []}
    with connection.cursor() as cursor:
        for tracked in tables:
            what = str(tracked.model._meta.verbose_name_plural)
            if added := _rows(cursor, ADDED, tracked, load):
                result["new"].append([what, [name for (name,) in added]])
            changed = _rows(cursor, CHANGED, tracked, load)
            rows = [(name, json.loads(before), json.loads(after)) for name, before, after in changed]
            if rows:
                names = _related_names(tracked, rows)
                result["changed"].append(
                    [what, [[name, _differences(tracked, before, after, names)] for name, before, after in rows]]
                )
    return result


def _rows(cursor: Any, statement: str, tracked: TrackedTable, load: Model) -> list[Any]:
    key_type = tracked.model._meta.pk.rel_db_type(connection)
    closed = f"(row.{tracked.closing} IS NOT NULL AND change.before ->> '{tracked.closing}' IS NULL)"  # named apart
    parts = {
        "closed": closed if tracked.closing else "false",
        "table": tracked.table,
        "key": tracked.key,
        "type": key_type,
        "shown": tracked.shown,
        "limit": MAX_SAMPLES,
    }
    statement = statement.format(values=tracked.values_of("row"), **parts)
    cursor.execute(statement, {"load": load.pk, "quiet": [*tracked.quiet]})
    return list(cursor.fetchall())


def _fields(tracked: TrackedTable) -> dict[str, Any]:
    return {field.column: field for field in tracked.model._meta.concrete_fields if field.column in tracked.columns}


def _related_names(tracked: TrackedTable, rows: Sequence[Any]) -> dict[tuple[str, Any], str]:
    """What the keys of other tables in these rows mean."""
    names: dict[tuple[str, Any], str] = {}
    for column, field in _fields(tracked).items():
        if isinstance(field, ForeignKey):
            keys = {values[column] for row in rows for values in row[1:]} - {None}
            objects = field.related_model._default_manager.in_bulk(keys)
            names |= {(column, key): str(obj) for key, obj in objects.items()}
    return names


def _differences(tracked: TrackedTable, before: Any, after: Any, names: dict[tuple[str, Any], str]) -> list[list[str]]:
    def display(field: Any, value: Any) -> str:
        if field.column in tracked.hidden:
            return "no se muestra"
        choices = dict(field.flatchoices or ())
        label = choices.get(value) or ("—" if value in (None, "") else str(value))
        return names.get((field.column, value), str(label))

    return [
        [str(field.verbose_name), display(field, before[column]), display(field, after[column])]
        for column, field in _fields(tracked).items()
        if before[column] != after[column]
    ]
