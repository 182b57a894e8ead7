"""What do loads do to networks? A member leaves them whose last open sede REPS passed to another entity, or who died.

The new entity is not associated by it: which providers are in a network is for its EPS to say. Who dies is a Proveedor
Persona Natural or an independent professional, as the list of deceased people or the Registro civil says.
"""

from accounts.registries.civil_registry import CivilRegistry
from accounts.registries.deceased import Deceased
from entities.models import Association
from mipres_admin.history.recording import EventRow, record_all
from registries.loading.change_capture import TrackedTable
from registries.models import RegistryLoad
from roles.events import Event

COUNT_LABELS = {"associations_ended": "asociaciones terminadas", "associations_restored": "asociaciones devueltas"}
TABLES = (
    TrackedTable(
        "entities_association",
        ("ends_at",),
        """concat_ws(' con ', (SELECT name FROM entities_entity WHERE id = row.owner_id),
            (SELECT name FROM entities_entity WHERE id = row.member_id))""",
    ),
)
END = """
UPDATE entities_association AS association SET ends_at = clock_timestamp()
WHERE (ends_at IS NULL OR ends_at > clock_timestamp())
    AND member_id IN (
        SELECT own.entity_id
        FROM registries_registrychange AS change JOIN entities_sede AS sede ON sede.id = change.key::bigint
        JOIN sede_owners AS own ON own.owner_id = (change.before ->> 'entity_id')::bigint
        WHERE change.load_id = %s AND change."table" = 'entities_sede' AND own.owner_id <> sede.entity_id
    )
    AND NOT EXISTS (
        SELECT FROM entities_sede AS sede JOIN sede_owners AS own ON own.owner_id = sede.entity_id
        WHERE own.entity_id = association.member_id AND sede.closed_on IS NULL
    )
RETURNING *
"""
END_DECEASED = """
UPDATE entities_association AS association SET ends_at = clock_timestamp()
FROM entities_entity AS member
WHERE member.id = association.member_id AND association.member_kind IN ('PPN', 'PI')
    AND (ends_at IS NULL OR ends_at > clock_timestamp())
    AND death_in_the_registries(member.identification_type, member.nit) IS NOT NULL
RETURNING association.*
"""
TRANSFERRED = "El REPS pasó a otra entidad todas las sedes del prestador."
DECEASED = "La persona figura como fallecida en los registros oficiales."
RESTORED = """
SELECT association.* FROM entities_association AS association JOIN registries_registrychange AS change
    ON change.load_id = %s AND change."table" = 'entities_association' AND change.key = association.id::text
WHERE association.ends_at IS NOT DISTINCT FROM (change.before ->> 'ends_at')::timestamptz
ORDER BY association.id
"""
STAY_ENDED = """
DELETE FROM registry_undo AS undo
USING entities_association AS association, entities_entity AS member, LATERAL (SELECT CASE
    WHEN EXISTS (
        SELECT FROM entities_association AS other
        WHERE (other.owner_id, other.member_id) = (association.owner_id, association.member_id)
            AND other.starts_at >= association.ends_at AND other.id <> association.id
    ) THEN 'ya se asoció de nuevo'
    WHEN member.kind IN ('IPS', 'PROV', 'PI')
        AND NOT EXISTS (
            SELECT FROM entities_sede AS sede JOIN sede_owners AS own ON own.owner_id = sede.entity_id
            WHERE own.entity_id = member.id AND sede.closed_on IS NULL
        )
        AND NOT EXISTS (
            SELECT FROM registry_undo AS moved
            JOIN sede_owners AS own ON own.owner_id = (moved.before ->> 'entity_id')::bigint
            WHERE moved."table" = 'entities_sede' AND own.entity_id = member.id
        ) THEN 'no recuperó sus sedes'
    WHEN EXISTS (
        SELECT FROM (
            SELECT 'accounts_deceasedentry' AS "table", id, document_type, document_number
            FROM accounts_deceasedentry WHERE closed_on IS NULL
            UNION ALL SELECT 'accounts_civilregistryentry', id, document_type, document_number
            FROM accounts_civilregistryentry WHERE closed_on IS NULL AND deceased_on IS NOT NULL
        ) AS death
        WHERE (death.document_type, death.document_number) = (member.identification_type, member.nit)
            AND NOT EXISTS (
                SELECT FROM registry_undo AS undone
                WHERE undone."table" = death."table" AND undone.key = death.id::text
            )
    ) THEN 'otro registro la tiene como fallecida'
END AS why) AS cause
WHERE undo."table" = 'entities_association' AND undo.key = association.id::text AND member.id = association.member_id
    AND cause.why IS NOT NULL
RETURNING format('Asociación con %%s: %%s', member.name, cause.why)
"""


def apply(load: RegistryLoad) -> dict[str, int]:
    """End the associations of members that lost their last open sede to another entity, or that died; how many.

    Each has one event in the history of the entity whose network it is.
    """
    is_of_deaths = load.kind in (Deceased.kind, CivilRegistry.kind)
    ended = list(Association.objects.raw(END_DECEASED) if is_of_deaths else Association.objects.raw(END, [load.pk]))
    _record(load, Event.NETWORK_DISSOCIATED, ended, DECEASED if is_of_deaths else TRANSFERRED)
    return {"associations_ended": len(ended)} if ended else {}


def undo(load: RegistryLoad) -> dict[str, int]:
    """Record the associations that the undoing of a load restored; how many."""
    restored = list(Association.objects.raw(RESTORED, [load.pk]))
    _record(
        load,
        Event.NETWORK_ASSOCIATED,
        restored,
        f"Se deshizo la carga de {load.registry_label} que la había terminado.",
    )
    return {"associations_restored": len(restored)} if restored else {}


def _record(load: RegistryLoad, event: Event, associations: list[Association], cause: str) -> None:
    rows = []
    for association in Association.objects.select_related("owner", "member").filter(
        pk__in=[a.pk for a in associations]
    ):
        since = {"relation": association.relation, "from": association.first_day.isoformat()}
        until = {"until": association.last_day.isoformat()} if association.last_day else {}
        after = since | until | {"cause": cause, "load": load.pk}
        reason = f"Carga {load.pk} de {load.registry_label}"
        rows.append(EventRow(event, association.member, since if until else {}, after, association.owner, reason))
    record_all(by=None, events=rows)
