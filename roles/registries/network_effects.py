"""What do loads do to networks? A member leaves them whose last open sede REPS passed to another entity, or who died.

The new entity is not associated by it: which providers are in a network is for its EPS to say. Who dies is a Proveedor
Persona Natural or an independent professional, as the list of deceased people or the Registro civil says. The delegates
of each network that a load touched get one mail.
"""

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, can_log_in_q
from accounts.registries.civil_registry import CivilRegistry
from accounts.registries.deceased import Deceased
from entities.models import Association, IdentificationType
from mipres_admin.history.recording import EventRow, record_all
from mipres_admin.outbox.mail import notification, notify_all
from mipres_admin.public_urls import public_address
from registries.loading.change_capture import TrackedTable
from registries.models import RegistryLoad
from roles.events import Event
from roles.validity import long_date

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
# still in the network, because REPS may open a sede again
WITHOUT_SEDES = """
SELECT association.* FROM entities_association AS association
WHERE starts_at <= clock_timestamp() AND (ends_at IS NULL OR ends_at > clock_timestamp())
    AND member_id IN (
        SELECT own.entity_id
        FROM registries_registrychange AS change JOIN entities_sede AS sede ON sede.id = change.key::bigint
        JOIN sede_owners AS own ON own.owner_id = sede.entity_id
        WHERE change.load_id = %s AND change."table" = 'entities_sede'
            AND change.before ->> 'closed_on' IS NULL AND sede.closed_on IS NOT NULL
    )
    AND NOT EXISTS (
        SELECT FROM entities_sede AS sede JOIN sede_owners AS own ON own.owner_id = sede.entity_id
        WHERE own.entity_id = association.member_id AND sede.closed_on IS NULL
    )
"""
LEFT, CLOSED, BACK = "Salieron de su red", "Quedaron sin sedes abiertas y siguen en su red", "Volvieron a su red"
NAMED = 20
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

    Each has one event in the history of the entity whose network it is. Its delegates read of them, and of members
    whose last sede the load closed, in one mail.
    """
    is_of_deaths = load.kind in (Deceased.kind, CivilRegistry.kind)
    ended = list(Association.objects.raw(END_DECEASED) if is_of_deaths else Association.objects.raw(END, [load.pk]))
    _record(load, Event.NETWORK_DISSOCIATED, ended, DECEASED if is_of_deaths else TRANSFERRED)
    closed = [] if is_of_deaths else list(Association.objects.raw(WITHOUT_SEDES, [load.pk]))
    _notify(load, [(LEFT, ended), (CLOSED, closed)])
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
    _notify(load, [(BACK, restored)])
    return {"associations_restored": len(restored)} if restored else {}


def _fetched(associations: list[Association]) -> Iterable[Association]:
    """The same, with their entities."""
    keys = [association.pk for association in associations]
    return Association.objects.select_related("owner", "member").filter(pk__in=keys).order_by("member__name", "pk")


def _record(load: RegistryLoad, event: Event, associations: list[Association], cause: str) -> None:
    rows = []
    for association in _fetched(associations):
        since = {"relation": association.relation, "from": association.first_day.isoformat()}
        until = {"until": association.last_day.isoformat()} if association.last_day else {}
        after = since | until | {"cause": cause, "load": load.pk}
        reason = f"Carga {load.pk} de {load.registry_label}"
        rows.append(EventRow(event, association.member, since if until else {}, after, association.owner, reason))
    record_all(by=None, events=rows)


def _named(associations: list[Association]) -> dict[str, Any]:
    """The members that are organisations by name, the first of them, and how many others there are."""
    members = [association.member for association in associations]
    named = [member for member in members if member.identification_type == IdentificationType.NI][:NAMED]
    return {"total": len(members), "named": named, "others": len(members) - len(named)}


def _notify(load: RegistryLoad, changes: list[tuple[str, list[Association]]]) -> None:
    """One mail to each delegate whose network a load changed: what happened to which organisations and how many people.

    Who the people are stays in the portal.
    """
    by_owner: dict[int, dict[str, list[Association]]] = defaultdict(lambda: defaultdict(list))
    for what, associations in filter(itemgetter(1), changes):
        for association in _fetched(associations):
            by_owner[association.owner_id][what].append(association)
    if not by_owner:
        return
    delegates = Account.objects.filter(can_log_in_q(), entity__in=list(by_owner)).select_related("entity", "person")
    context: dict[str, Any] = {
        "registry": load.registry_label,
        "day": long_date(timezone.localdate(load.loaded_at)),
        "link": public_address(reverse("entities")),
    }
    notify_all(
        notification(
            account,
            "network_effects",
            changes={what: _named(found) for what, found in by_owner[account.entity_id or 0].items()},
            **context,
        )
        for account in delegates.order_by("pk")
    )
