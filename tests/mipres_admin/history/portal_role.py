"""The PostgreSQL role with which the portal connects, for tests that run as it does."""

import secrets
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from mipres_admin.history import application_role

PASSWORD = secrets.token_hex(16)


def role_name():
    """A name of its own for each database: roles belong to the whole server, where other runs may be at work."""
    return f"portal_of_{connection.settings_dict['NAME']}"


def make_role(attributes=""):
    name = sql.Identifier(role_name())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {attributes} PASSWORD {{}}").format(name, PASSWORD))
    return role_name()


def drop_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role_name()])
        if cursor.fetchone():
            name = sql.Identifier(role_name())
            cursor.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(name))


@contextmanager
def as_application_role():
    """Create the role, grant its rights and use it, all in the transaction of the test."""
    application_role.grant(make_role())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role_name())))
        yield
        cursor.execute("RESET ROLE")
