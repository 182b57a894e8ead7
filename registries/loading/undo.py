"""How is a load undone? Its rows become what `change_capture` stored, except those changed or used since.

The report names these: a row that somebody changed after the load stays as it is (skipped), and so does one that cannot
be as it was beside what others wrote since; a row that the load added and that is referred to by now stays too, closed
where it can be (in use).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mipres_admin.database import clock
from mipres_admin.history.recording import record
from registries.events import Event
from registries.loading import change_capture
from registries.loading.change_capture import TrackedTable
from registries.loading.effects import effects, tracked_by_effects, undo_obstacles
from registries.loading.errors import RegistryError
from registries.loading.loader import prepare_transaction, refresh_previews
from registries.models import RegistryAddition, RegistryChange, RegistryLoad, RegistryReport
from registries.registry import Registry
from registries.rules import not_undoable

STAGE = """
DROP TABLE IF EXISTS pg_temp.registry_undo;
CREATE TEMPORARY TABLE registry_undo ON COMMIT DROP AS
WITH added AS (
    SELECT addition."table", new_row.key, new_row.hash
    FROM registries_registryaddition AS addition, unnest(addition.keys, addition.hashes) AS new_row (key, hash)
    WHERE addition.load_id = {load}
)
SELECT "table", key::text, NULL::jsonb AS before, coalesce(change.after, added.hash) AS after, 'new' AS state
FROM added LEFT JOIN (SELECT * FROM registries_registrychange WHERE load_id = {load}) AS change USING ("table", key)
UNION ALL
SELECT "table", key, before, after, CASE WHEN after IS NULL THEN 'deleted' ELSE 'changed' END
FROM registries_registrychange AS change
WHERE load_id = {load}
    AND NOT EXISTS (SELECT FROM added WHERE (added."table", added.key) = (change."table", change.key));
ANALYZE registry_undo;
"""

CHANGED_SINCE = """
WITH skipped AS (
    DELETE FROM registry_undo AS undo
    WHERE "table" = '{table}' AND state IN ('new', 'changed')
        AND NOT EXISTS (SELECT FROM {table} AS row WHERE row.{key}::text = undo.key AND {hash} = undo.after)
    RETURNING undo.key, undo.state
)
SELECT coalesce({shown}, skipped.key) FROM skipped LEFT JOIN {table} AS row ON row.{key}::text = skipped.key
WHERE row.{key} IS NOT NULL OR skipped.state = 'changed'
"""

USED = """
DELETE FROM registry_undo AS undo
WHERE "table" = '{table}' AND state = 'new'
    AND EXISTS (SELECT FROM {other} AS other WHERE other.{column} = undo.key::{type})
RETURNING undo.key
"""

NAMES = "SELECT {shown} FROM {table} AS row WHERE row.{key}::text = ANY (%(keys)s) ORDER BY 1"
CLOSE = """
UPDATE {table} AS row SET {closing} = %(today)s WHERE row.{key}::text = ANY (%(keys)s) AND {closing} IS NULL
"""

DELETE = """
DELETE FROM {table} AS row USING registry_undo AS undo
WHERE undo."table" = '{table}' AND undo.state = 'new' AND row.{key} = undo.key::{type} AND undo.key = ANY (%(keys)s)
"""
RESTORE = """
UPDATE {table} AS row SET {assignments}
FROM registry_undo AS undo, jsonb_populate_record(NULL::{table}, undo.before) AS earlier
WHERE undo."table" = '{table}' AND undo.state = 'changed' AND row.{key} = undo.key::{type} AND undo.key = ANY (%(keys)s)
"""
INSERT_AGAIN = """
INSERT INTO {table} ({columns})
SELECT {earlier_columns} FROM registry_undo AS undo, jsonb_populate_record(NULL::{table}, undo.before) AS earlier
WHERE undo."table" = '{table}' AND undo.state = 'deleted' AND undo.key = ANY (%(keys)s)
"""
KEYS = """SELECT key FROM registry_undo WHERE "table" = '{table}' AND state = %(state)s ORDER BY key"""
NAMES_OF_DELETED = """
SELECT {shown} FROM registry_undo AS undo, jsonb_populate_record(NULL::{table}, undo.before) AS row
WHERE undo."table" = '{table}' AND undo.key = ANY (%(keys)s) ORDER BY 1
"""
# Django's foreign keys are deferred: a row that cannot be deleted must say so at once
FOREIGN_KEYS = """
SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint
WHERE contype = 'f' AND condeferrable AND ARRAY[conrelid, confrelid] && %(tables)s::regclass[]::oid[]
"""


@dataclass
class UndoResult:
    """What the undoing of one load did."""

    restored: int = 0
    deleted: int = 0
    skipped: list[str] = field(default_factory=list)
    """Rows that stay as they are, because of what others did since."""
    in_use: list[str] = field(default_factory=list)
    """New rows that stay because others refer to them by now."""
    effects: dict[str, int] = field(default_factory=dict)

    def totals(self) -> dict[str, int]:
        """The counts, by the name under which they are shown."""
        counts = {"restored": self.restored, "deleted": self.deleted}
        return counts | {"skipped": len(self.skipped), "in_use": len(self.in_use)} | self.effects


def undo_summary(load: RegistryLoad) -> dict[str, int]:
    """How many rows the undoing of a load would restore and delete, if nobody changed them since."""
    added = RegistryAddition.objects.filter(load=load).values_list("keys", flat=True)
    return {
        "restored": RegistryChange.objects.filter(load=load).count(),
        "deleted": sum(len(keys) for keys in added),
    }


@transaction.atomic
def undo_load(registry: Registry, load: RegistryLoad) -> UndoResult:
    """Restore what a load has changed, in one transaction with its history, which says who requested it and why.

    Raises RegistryError, and changes nothing, when the load is not the last one of its registry.
    """
    if not load.is_undoable:
        raise RegistryError(f"Esta carga ya no se puede deshacer. {not_undoable(load)}")
    result = UndoResult()
    with connection.cursor() as cursor:
        prepare_transaction(cursor)
        _restore(cursor, registry, load, result)
    load.state, load.is_undoable, load.undone_at = RegistryLoad.State.UNDONE, False, clock.now()
    load.save(update_fields=["state", "is_undoable", "undone_at"])
    for effect in effects():
        for name, count in (effect.undo(load) or {}).items():
            result.effects[name] = result.effects.get(name, 0) + count
    _record(load, result)
    return result


def _restore(cursor: Any, registry: Registry, load: RegistryLoad, result: UndoResult) -> None:
    cursor.execute(STAGE.format(load=int(load.pk)))
    cursor.execute(FOREIGN_KEYS, {"tables": [tracked.table for tracked in (*registry.tracked, *tracked_by_effects())]})
    cursor.execute(f"SET CONSTRAINTS {cursor.fetchone()[0]} IMMEDIATE")
    for tracked in (*registry.tracked, *tracked_by_effects()):
        result.skipped += [f"{name}: cambió después de la carga" for name in _texts(cursor, CHANGED_SINCE, tracked)]
    for statement in undo_obstacles(registry):
        cursor.execute(statement, {})
        result.skipped += [text for (text,) in cursor.fetchall()]
    for tracked in reversed(registry.tracked):
        used = _used(cursor, tracked)
        deleted, conflicting = _attempt(cursor, DELETE, tracked, _texts(cursor, KEYS, tracked, state="new"))
        result.deleted += deleted
        _keep(cursor, tracked, [*used, *conflicting], result)
        _put_back(cursor, RESTORE, tracked, "changed", result)
        _put_back(cursor, INSERT_AGAIN, tracked, "deleted", result)
    for tracked in tracked_by_effects():
        _put_back(cursor, RESTORE, tracked, "changed", result)


def _put_back(cursor: Any, statement: str, tracked: TrackedTable, state: str, result: UndoResult) -> None:
    """Restore the rows of a state; name those that cannot be beside what others wrote since."""
    keys = _texts(cursor, KEYS, tracked, state=state)
    while keys:  # one row may have to make room for another first
        restored, left = _attempt(cursor, statement, tracked, keys)
        result.restored += restored
        if not restored:
            break
        keys = left
    if keys:
        names = _texts(cursor, NAMES_OF_DELETED if state == "deleted" else NAMES, tracked, keys=keys)
        result.skipped += [f"{name}: se cruza con lo que se registró después; queda como está" for name in names]


def _attempt(cursor: Any, statement: str, tracked: TrackedTable, keys: Sequence[str]) -> tuple[int, list[str]]:
    """Run a statement for these rows, or in halves for those that it can be run for; how many, and the others."""
    if not keys:
        return 0, []
    try:
        with transaction.atomic():
            return _run(cursor, statement, tracked, keys=list(keys)), []
    except IntegrityError:
        if len(keys) == 1:
            return 0, list(keys)
    middle = len(keys) // 2
    (first, left), (second, right) = (
        _attempt(cursor, statement, tracked, half) for half in (keys[:middle], keys[middle:])
    )
    return first + second, left + right


def _sql_parts(tracked: TrackedTable) -> dict[str, str]:
    columns = [str(field.column) for field in tracked.model._meta.concrete_fields if not field.generated]
    return {
        "table": tracked.table,
        "key": tracked.key,
        "type": tracked.model._meta.pk.rel_db_type(connection) or "",
        "shown": tracked.shown,
        "hash": tracked.hash_of("row"),
        "closing": tracked.closing,
        "assignments": ", ".join(f"{name} = earlier.{name}" for name in tracked.columns),
        "columns": ", ".join(columns),
        "earlier_columns": ", ".join(f"earlier.{name}" for name in columns),
    }


def _run(cursor: Any, statement: str, tracked: TrackedTable, **values: Any) -> int:
    cursor.execute(statement.format(**_sql_parts(tracked)), values)
    return int(cursor.rowcount)


def _texts(cursor: Any, statement: str, tracked: TrackedTable, **values: Any) -> Sequence[str]:
    _run(cursor, statement, tracked, **values)
    return [text for (text,) in cursor.fetchall()]


def _used(cursor: Any, tracked: TrackedTable) -> list[str]:
    """Take new rows that anything refers to out of the undoing; their keys."""
    keys: list[str] = []
    for table, column in _referring(tracked):
        cursor.execute(USED.format(**_sql_parts(tracked), other=table, column=column), {})
        keys += [key for (key,) in cursor.fetchall()]
    return keys


def _keep(cursor: Any, tracked: TrackedTable, keys: Sequence[str], result: UndoResult) -> None:
    """New rows that stay, closed where they can be."""
    if not keys:
        return
    names = _texts(cursor, NAMES, tracked, keys=list(keys))
    if tracked.closing:
        _run(cursor, CLOSE, tracked, keys=list(keys), today=timezone.localdate())
    note = "ya se usa; queda cerrada" if tracked.closing else "ya se usa; queda"
    result.in_use += [f"{name}: {note}" for name in names]


def _referring(tracked: TrackedTable) -> list[tuple[str, str]]:
    """Tables and columns that refer to this one."""
    relations: Any = tracked.model._meta.get_fields(include_hidden=True)
    return [
        (relation.related_model._meta.db_table, relation.field.column)
        for relation in relations
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
    ]


def _record(load: RegistryLoad, result: UndoResult) -> None:
    change_capture.discard_rows([load.pk])
    rows = {"undone": result.totals() | {"skipped_rows": result.skipped, "in_use_rows": result.in_use}}
    RegistryReport.objects.update_or_create(load=load, defaults=rows)
    refresh_previews(load)
    record(
        by=load.requested_by,
        event=Event.REGISTRY_UNDONE,
        obj=load,
        before={"file": load.file_name, "sha256": load.sha256, "snapshot_date": load.snapshot_date},
        after=result.totals(),
        reason=load.reason,
    )
