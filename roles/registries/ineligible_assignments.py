"""Which roles, in force or to come, do the registries no longer allow?

Only what a registry closed ends roles, never what it did not have. Plazas of SSO are the exception, once a file
of them was loaded, because it holds every one that is running.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from entities.models import EPS_KINDS, EntityKind
from registries.models import RegistryLoad
from roles.end_reasons import EndReason
from roles.matrix import UserKind, kinds_giving_to, network_roles

CURRENT = "(role.ends_at IS NULL OR role.ends_at > %(now)s)"
OF_PERSONS = """
    roles_roleassignment AS role
    JOIN entities_entity AS entity ON entity.id = role.entity_id
    JOIN roles_registereduser AS registered ON registered.id = role.user_id
    JOIN accounts_person AS person ON person.id = registered.person_id
"""

DEATH_IN_CIVIL_REGISTRY = """EXISTS (
    SELECT FROM accounts_civilregistryentry AS entry
    WHERE (entry.document_type, entry.document_number) = (person.document_type, person.document_number)
        AND entry.deceased_on IS NOT NULL AND entry.closed_on IS NULL
)"""
CANCELLED = f"""
SELECT role.id, role.user_id, NULL::timestamptz FROM {OF_PERSONS}
WHERE {CURRENT} AND person.deceased_on IS NOT NULL AND {DEATH_IN_CIVIL_REGISTRY}
"""
# in the list of deceased people; or the portal knows it, and no registry says how
DECEASED = f"""
SELECT role.id, role.user_id, NULL::timestamptz FROM {OF_PERSONS}
WHERE {CURRENT} AND person.deceased_on IS NOT NULL AND (NOT {DEATH_IN_CIVIL_REGISTRY} OR EXISTS (
    SELECT FROM accounts_deceasedentry AS entry
    WHERE (entry.document_type, entry.document_number) = (person.document_type, person.document_number)
        AND entry.closed_on IS NULL
))
"""

RETHUS = f"""
SELECT role.id, role.user_id, NULL::timestamptz FROM {OF_PERSONS}
JOIN roles_rethusentry AS entry
    ON (entry.document_type, entry.document_number, entry.profession_id)
        = (person.document_type, person.document_number, registered.profession_id)
WHERE {CURRENT} AND entry.closed_on IS NOT NULL AND registered.kind = ANY (%(professionals)s)
    AND entity.kind = ANY (%(giving_to_professionals)s)
"""

# an EPS that left the list of EPS keeps its roles (12 digits: of REPS alone), and so does a sede that its provider
# disabled
SEDE = f"""
SELECT role.id, role.user_id, NULL::timestamptz
FROM entities_sede AS sede JOIN roles_roleassignment AS role ON role.sede_id = sede.id
WHERE {CURRENT} AND sede.closed_on IS NOT NULL AND length(sede.code) = 12
"""

# of the entity that had the sede before, and of the Proveedor with its NIT
TRANSFER = f"""
SELECT role.id, role.user_id, NULL::timestamptz
FROM roles_roleassignment AS role JOIN entities_sede AS sede ON sede.id = role.sede_id
WHERE {CURRENT} AND role.entity_id <> sede.entity_id AND NOT EXISTS (
    SELECT FROM sede_owners AS own WHERE (own.entity_id, own.owner_id) = (role.entity_id, sede.entity_id)
)
"""

# the roles first: within a load PostgreSQL does not know yet how many sedes there are, and would go through all of them
# for each independent of the country
INDEPENDENT = f"""
WITH current AS MATERIALIZED (
    SELECT role.id, role.user_id, member.id AS member_id FROM {OF_PERSONS}
    JOIN entities_entity AS member
        ON (member.identification_type, member.nit) = (person.document_type, person.document_number)
    WHERE {CURRENT} AND member.kind = %(independent)s
        AND (entity.kind, role.role) IN (SELECT * FROM unnest(%(network_kinds)s::text[], %(network_roles)s::text[]))
)
SELECT current.id, current.user_id, NULL::timestamptz
FROM current CROSS JOIN LATERAL (
    SELECT count(*) AS known, count(*) FILTER (WHERE closed_on IS NULL) AS open
    FROM entities_sede WHERE entity_id = current.member_id
) AS sedes
WHERE sedes.open = 0 AND (sedes.known > 0 OR EXISTS (
    -- this load passed them all to another entity
    SELECT FROM registries_registrychange AS change
    WHERE change.load_id = nullif(current_setting('mipres.registry_load', true), '')::bigint
        AND change."table" = 'entities_sede' AND (change.before ->> 'entity_id')::bigint = current.member_id
))
"""

# whose plaza may be a rejected row of the file keep their roles, also when another registry is loaded later
PLAZA = f"""
SELECT role.id, role.user_id, post.until FROM {OF_PERSONS}
LEFT JOIN LATERAL (
    SELECT (ends_on + 1)::timestamp AT TIME ZONE %(zone)s AS until
    FROM roles_ssopost
    WHERE (document_type, document_number, sede_id) = (person.document_type, person.document_number, role.sede_id)
        AND %(today)s BETWEEN starts_on AND ends_on
) AS post ON true
WHERE {CURRENT} AND registered.kind = %(sso)s AND entity.kind = ANY (%(giving_to_sso)s)
    AND (role.ends_at <= post.until) IS NOT TRUE
    AND %(plazas_are_known)s
    AND CASE WHEN %(loading_plazas)s THEN person.document_number <> ALL (%(retained)s::text[])
        ELSE EXISTS (
            SELECT FROM roles_ssopost
            WHERE (document_type, document_number) = (person.document_type, person.document_number)
        ) END
"""

# Whom a registry affects: users who may not be given roles on what it said before. Those of the list of deceased
# people and of the Registro civil are locked by the trigger of both.
AFFECTED_USERS: dict[str, str] = {
    "rethus": """
        SELECT registered.id FROM roles_rethusentry AS entry
        JOIN accounts_person AS person
            ON (person.document_type, person.document_number) = (entry.document_type, entry.document_number)
        JOIN roles_registereduser AS registered
            ON (registered.person_id, registered.profession_id) = (person.id, entry.profession_id)
        WHERE entry.closed_on IS NOT NULL
    """,
    "reps": f"""
        WITH independents AS MATERIALIZED (
            SELECT registered.id, member.id AS member_id FROM entities_entity AS member
            JOIN accounts_person AS person
                ON (person.document_type, person.document_number) = (member.identification_type, member.nit)
            JOIN roles_registereduser AS registered ON registered.person_id = person.id
            WHERE member.kind = '{EntityKind.PROFESIONAL_INDEPENDIENTE}'
        )
        SELECT id FROM independents CROSS JOIN LATERAL (
            SELECT count(*) AS open FROM entities_sede WHERE entity_id = member_id AND closed_on IS NULL
        ) AS sedes
        WHERE sedes.open = 0
    """,
    "sso": f"SELECT id FROM roles_registereduser WHERE kind = '{UserKind.SSO}'",
}

# a role that has several reasons gets the first
STATEMENTS = {
    EndReason.DECEASED: DECEASED,
    EndReason.CANCELLED: CANCELLED,
    EndReason.RETHUS: RETHUS,
    EndReason.TRANSFER: TRANSFER,
    EndReason.SEDE: SEDE,
    EndReason.INDEPENDENT: INDEPENDENT,
    EndReason.PLAZA: PLAZA,
}


class IneligibleAssignment(NamedTuple):
    """Why an assignment may not go on as it is: its user, the reason, and until when it may (None: it ends now)."""

    user: int
    cause: EndReason
    until: datetime | None


def affected_users(kind: str) -> set[int]:
    """The keys of the users whom a registry affects."""
    if kind not in AFFECTED_USERS:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED_USERS[kind])
        return {user for (user,) in cursor.fetchall()}


def ineligible_assignments(
    now: datetime, loading: str = "", retained: Sequence[str] = ()
) -> dict[int, IneligibleAssignment]:
    """The assignments that the registries do not allow, by key; one statement for each reason.

    `loading` is the kind of the registry that is being loaded or previewed in this transaction, `retained` the keys
    that its rejected rows may have.
    """
    parameters = _parameters(now, loading, retained)
    ineligible: dict[int, IneligibleAssignment] = {}
    with connection.cursor() as cursor:
        for cause, statement in STATEMENTS.items():
            cursor.execute(statement, parameters)
            for role, user, until in cursor.fetchall():
                ineligible.setdefault(role, IneligibleAssignment(user, cause, until))
    return ineligible


def _parameters(now: datetime, loading: str, retained: Sequence[str]) -> dict[str, Any]:
    network = [(kind.value, role.value) for kind in EPS_KINDS for role in network_roles(kind)]
    plazas = "sso"
    return {
        "now": now,
        "today": timezone.localdate(now),
        "zone": settings.TIME_ZONE,
        "professionals": [UserKind.PROFESIONAL.value, UserKind.SSO.value],
        "giving_to_professionals": kinds_giving_to(UserKind.PROFESIONAL, UserKind.SSO),
        "independent": EntityKind.PROFESIONAL_INDEPENDIENTE.value,
        "network_kinds": [kind for kind, _ in network],
        "network_roles": [role for _, role in network],
        "sso": UserKind.SSO.value,
        "giving_to_sso": kinds_giving_to(UserKind.SSO),
        # a file of plazas that was only uploaded, refused, cancelled or undone says nothing
        "loading_plazas": loading == plazas,
        "retained": list(retained),
        "plazas_are_known": loading == plazas or RegistryLoad.objects.not_undone(plazas).exists(),
    }
