"""What does a load of REPS do to authorised persons? Those at a sede that passed to another entity stay with their own.

A representative authorised them for the entity, and the sede only says where they work. They get the main sede that the
entity has left, or none.
"""

from django.db import connection

from delegates.events import Event
from delegates.models import Appointment
from mipres_admin.history.recording import EventRow, record_all
from registries.loading.change_capture import TrackedTable
from registries.models import RegistryLoad

COUNT_LABELS = {"appointments_moved": "autorizados, otra sede", "appointments_restored": "autorizados, sede devuelta"}
TABLES = (
    TrackedTable(
        "delegates_appointment",
        ("sede_id",),
        "(SELECT name FROM entities_entity WHERE id = row.entity_id)",
    ),
)
MOVE = """
UPDATE delegates_appointment AS appointment SET sede_id = (
    SELECT other.id FROM entities_sede AS other JOIN sede_owners AS own ON own.owner_id = other.entity_id
    WHERE own.entity_id = appointment.entity_id AND closed_on IS NULL ORDER BY code LIMIT 1
)
FROM entities_sede AS sede
WHERE sede.id = appointment.sede_id AND NOT EXISTS (
        SELECT FROM sede_owners AS own WHERE (own.entity_id, own.owner_id) = (appointment.entity_id, sede.entity_id)
    )
    AND (ended_at IS NULL OR ended_at > clock_timestamp())
RETURNING appointment.id, sede.code
"""
RESTORED = """
SELECT appointment.id, NULL FROM delegates_appointment AS appointment JOIN registries_registrychange AS change
    ON change.load_id = %s AND change."table" = 'delegates_appointment' AND change.key = appointment.id::text
WHERE appointment.sede_id = (change.before ->> 'sede_id')::bigint
"""
# the sede stays with the other entity
STAY = """
DELETE FROM registry_undo AS undo USING delegates_appointment AS appointment, entities_entity AS entity
WHERE undo."table" = 'delegates_appointment' AND undo.key = appointment.id::text AND entity.id = appointment.entity_id
    AND NOT EXISTS (
        SELECT FROM registry_undo AS moved
        JOIN sede_owners AS own ON own.owner_id = (moved.before ->> 'entity_id')::bigint
        WHERE moved."table" = 'entities_sede' AND moved.key = undo.before ->> 'sede_id'
            AND own.entity_id = appointment.entity_id
    )
RETURNING format('Autorizado de %%s: su sede no volvió a la entidad', entity.name)
"""


def apply(load: RegistryLoad) -> dict[str, int]:
    """Give authorised persons at a sede that passed to another entity one of their own; how many."""
    moved = _rows(MOVE, [])
    _record(load, moved)
    return {"appointments_moved": len(moved)} if moved else {}


def undo(load: RegistryLoad) -> dict[str, int]:
    """Record the authorised persons whose sede the undoing of a load restored; how many."""
    restored = _rows(RESTORED, [load.pk])
    _record(load, restored)
    return {"appointments_restored": len(restored)} if restored else {}


def _rows(statement: str, parameters: list[int]) -> dict[int, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())


def _record(load: RegistryLoad, former: dict[int, str | None]) -> None:
    """One event for each, in the history of its entity."""
    appointments = Appointment.objects.select_related("entity", "sede").filter(pk__in=former).order_by("pk")
    reason = f"Carga {load.pk} de {load.registry_label}"
    rows = [
        EventRow(
            Event.APPOINTMENT_CHANGED,
            one,
            {"sede": former[one.pk]},
            {"sede": one.sede and one.sede.code, "load": load.pk},
            one.entity,
            reason,
        )
        for one in appointments
    ]
    record_all(by=None, events=rows)
