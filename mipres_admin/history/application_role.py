"""What may the PostgreSQL role do with which the portal connects? Everything but change the history.

Migrations run as the owner of the tables; `grant` gives another role the rights that the portal needs, and no more.
"""

from typing import Any

from django.core import checks
from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg import sql

# the tables on which the role has only some rights
LIMITED = {
    "history_historyentry": "SELECT, INSERT",
    "history_historylink": "SELECT",
    "history_historyseal": "SELECT, INSERT",
    "django_migrations": "SELECT",
}
GENERAL = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA public TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE ALL ON FUNCTION history_joins_the_chain(), history_is_append_only() FROM PUBLIC, {role};
"""
LIMITED_TABLE = "REVOKE ALL ON {table} FROM PUBLIC, {role}; GRANT {rights} ON {table} TO {role};"

# whether the role is a superuser, or a member of a role that owns or writes everything: no grant would bind it
IS_UNLIMITED = """
SELECT role.rolsuper OR role.rolcreaterole OR role.rolreplication OR EXISTS (
    SELECT 1 FROM pg_roles AS strong
    WHERE pg_has_role(role.oid, strong.oid, 'MEMBER') AND (
        strong.rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
        OR strong.oid IN (SELECT datdba FROM pg_database WHERE datname = current_database())
        OR strong.oid IN (SELECT nspowner FROM pg_namespace WHERE nspname = 'public')
        OR strong.oid IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    )
) FROM pg_roles AS role WHERE role.rolname = %s
"""
CAN_REWRITE = """
SELECT bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE, TRIGGER') OR pg_has_role(relowner, 'MEMBER'))
FROM unnest(%s::text[]) AS name JOIN pg_class ON pg_class.oid = name::regclass
"""


class RoleError(CommandError):
    """The role was not granted anything; the message says why and what to do."""


def _check(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(IS_UNLIMITED, [role])
        row = cursor.fetchone()
    if row is None:
        raise RoleError(f"there is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…' NOINHERIT;")
    if row[0]:
        raise RoleError(
            f"{role} is a superuser, may make roles, or is a member of a role that owns or writes the tables: no grant "
            "would bind it. Make a plain role for the portal."
        )


@transaction.atomic
def grant(role: str) -> None:
    """Let the role run the portal: read and write its tables, only add to the history, own and truncate nothing.

    The rights that it had are revoked first. Run it again after each migration. Raises RoleError for a role that does
    not exist, or that no grant would bind.
    """
    _check(role)
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(GENERAL).format(role=name))
        for table, rights in LIMITED.items():
            parts = {"table": sql.Identifier(table), "rights": sql.SQL(rights), "role": name}
            cursor.execute(sql.SQL(LIMITED_TABLE).format(**parts))


def can_rewrite_history() -> bool:
    """Whether the role of this connection can change recorded events."""
    tables = [table for table in LIMITED if "history" in table]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [tables[0]])
        if cursor.fetchall() == [(None,)]:
            return False  # not migrated yet
        cursor.execute(CAN_REWRITE, [tables])
        ((can_rewrite,),) = cursor.fetchall()
    return bool(can_rewrite)


@checks.register(checks.Tags.database, deploy=True)
def portal_cannot_rewrite_its_history(databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A warning while PostgreSQL would let the portal's own role change, delete or empty the history."""
    if not databases or not can_rewrite_history():
        return []
    return [
        checks.Warning(
            "The role with which the portal connects to PostgreSQL can rewrite the history.",
            hint="Run the portal as another role than the tables' owner: manage.py grant_application_role ROLE.",
            id="mipres_admin.W002",
        )
    ]
