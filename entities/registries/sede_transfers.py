"""What becomes of the rows that refer to a sede when REPS passes it to another entity, and who reads about it?

A merger, or the same provider with another NIT. Tables of the apps above register their column of a sede; a test asks
it of every relation to a sede.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from entities.events import Event
from entities.models import Entity, EntityKind, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import EventRow, record_all
from registries.models import RegistryLoad


@dataclass(frozen=True)
class SedeReference:
    """A table with the column `sede_id`, and what a transfer of the sede means for its rows.

    Without `until` they go with the sede. With it they also name an entity, the sede's or the Proveedor with its NIT,
    and are of this one alone: an effect of the load ends or changes those in force until then (`hold_sedes_to_entities`
    in SQL demands it), and those that the new entities made since prevent that undoing the load takes the sede from
    them. `label` is what people call them.
    """

    table: str
    until: str = ""
    label: str = ""


_references: list[SedeReference] = []

# a sede at which its present entity has rows in force by now does not go back to its former entity
SKIP_MOVE_BACK = """
DELETE FROM registry_undo AS undo USING entities_sede AS sede, entities_entity AS entity
WHERE undo."table" = 'entities_sede' AND undo.state = 'changed' AND undo.key = sede.id::text
    AND entity.id = sede.entity_id AND (undo.before ->> 'entity_id')::bigint <> sede.entity_id
    AND EXISTS (
        SELECT FROM {table} AS referring
        JOIN sede_owners AS own ON (own.entity_id, own.owner_id) = (referring.entity_id, sede.entity_id)
        WHERE referring.sede_id = sede.id AND (referring.{until} IS NULL OR referring.{until} > clock_timestamp())
    )
RETURNING format('%%s %%s: hay {label} en la sede desde la carga; se queda en %%s', sede.code, sede.name, entity.name)
"""

ENTITIES_BEFORE = """
SELECT sede.id, (change.before ->> 'entity_id')::bigint
FROM registries_registrychange AS change JOIN entities_sede AS sede ON sede.id = change.key::bigint
WHERE change.load_id = %s AND change."table" = 'entities_sede'
    AND (change.before ->> 'entity_id')::bigint
"""
TRANSFERRED = f"{ENTITIES_BEFORE} <> sede.entity_id"
RETURNED = f"{ENTITIES_BEFORE} = sede.entity_id"


def register_sede_reference(reference: SedeReference) -> None:
    """Let the rows of a table take part when REPS passes a sede to another entity."""
    _references.append(reference)


def sede_references() -> tuple[SedeReference, ...]:
    return tuple(_references)


def undo_obstacles() -> tuple[str, ...]:
    """The statements that leave sedes with their new entity when a load is undone, as in `Registry`."""
    return tuple(SKIP_MOVE_BACK.format(**vars(reference)) for reference in _references if reference.until)


def apply(load: RegistryLoad) -> None:
    """Record each sede that a load passed to another entity, in the histories of all that have or had it."""
    former = _entities_before(load, TRANSFERRED)
    entities = Entity.objects.in_bulk(former.values())
    sedes = Sede.objects.filter(pk__in=former).select_related("entity").order_by("pk")
    _record(load, "", [(sede, entities[former[sede.pk]]) for sede in sedes])


def undo(load: RegistryLoad) -> None:
    """Record each sede that went back to the entity from which a load had taken it."""
    entries = HistoryEntry.objects.filter(event=Event.SEDE_TRANSFERRED, at__gte=load.loaded_at, after__load=load.pk)
    entries = entries.exclude(entity__kind=EntityKind.PROVEEDOR).select_related("entity")
    passed = [(int(entry.object_id), entry.entity) for entry in entries]
    sedes = Sede.objects.select_related("entity").in_bulk(_entities_before(load, RETURNED))
    moves = [(sedes[key], other) for key, other in passed if other and key in sedes and sedes[key].entity != other]
    _record(load, "Se deshizo: ", sorted(moves, key=lambda move: move[0].pk))


def _entities_before(load: RegistryLoad, statement: str) -> dict[int, int]:
    """The keys of sedes, each with that of the entity that it had before the load."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [load.pk])
        return dict(cursor.fetchall())


def _record(load: RegistryLoad, origin: str, moves: Iterable[tuple[Sede, Entity]]) -> None:
    """The rows of each sede, with the entity that it had and the one that it has, which their Proveedores read too."""
    reason, moves = f"{origin}Carga {load.pk} de {load.registry_label}", list(moves)
    nits = {entity.nit for sede, former in moves for entity in (sede.entity, former)}
    providers = list(Entity.objects.filter(kind=EntityKind.PROVEEDOR, nit__in=nits).order_by("pk"))
    rows = []
    for sede, former in moves:
        before, after = {"entity": former.name}, {"entity": sede.entity.name, "load": load.pk}
        for entity in (former, sede.entity):
            readers = [entity, *(provider for provider in providers if provider.has_sedes_of(entity))]
            rows += [EventRow(Event.SEDE_TRANSFERRED, sede, before, after, reader, reason) for reader in readers]
    record_all(by=None, events=rows)
