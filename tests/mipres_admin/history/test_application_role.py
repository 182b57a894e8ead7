"""Can the role with which the portal connects do everything but change the history?"""

import io

import psycopg
import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from psycopg import errors, sql

from mipres_admin.history import application_role, chain
from mipres_admin.history.models import HistoryEntry, HistoryLink
from mipres_admin.monitoring import health
from roles.models import RoleAssignment
from tests.accounts.login_page import is_logged_in, log_in
from tests.factories import make_delegate, make_entity, make_sede, make_user
from tests.mipres_admin.history.portal_role import PASSWORD, drop_role, make_role, role_name
from tests.roles.views.users_pages import associate, find

HISTORY, LINKS, SEALS = "history_historyentry", "history_historylink", "history_historyseal"
TABLES = (HISTORY, LINKS, SEALS)
ROW = "(event, object_type, object_id, before, after, reason, request_id) VALUES ('x', 'x', '1', '{}', '{}', '', '')"
LINK = f"INSERT INTO {LINKS} VALUES (9, 9, current_date, 9, repeat('0', 64))"


@pytest.fixture
def role(transactional_db):
    drop_role()
    call_command("grant_application_role", make_role(), stdout=io.StringIO())
    yield role_name()
    drop_role()


@pytest.fixture
def history(role):
    ips = make_entity()
    sede, user, delegate = make_sede(ips), make_user(), make_delegate(ips)
    log_in(Client(), delegate.login)
    return delegate, sede, user


@pytest.fixture
def as_role(role):
    """A connection of its own, as the role logs in."""
    parameters = {**connection.get_connection_params(), "user": role, "password": PASSWORD}
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as connection_of_role:
        yield connection_of_role


@pytest.fixture
def portal_as_role(history, role):
    """The portal itself, on connections of the role."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"USER": role, "PASSWORD": PASSWORD}
    yield history
    connection.close()
    connection.settings_dict |= before


# ---------------------------------------------------------------- what it cannot do


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {HISTORY} SET event = event",
        f"UPDATE {LINKS} SET day = day",
        f"UPDATE {SEALS} SET mac = mac",
        *(f"{verb} {table}" for verb in ("DELETE FROM", "TRUNCATE", "DROP TABLE") for table in TABLES),
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
        f"ALTER TABLE {HISTORY} DISABLE TRIGGER history_no_update_or_delete",
        f"ALTER TABLE {HISTORY} ADD COLUMN x integer",
        f"ALTER TABLE {HISTORY} OWNER TO CURRENT_USER",
        f"DROP TRIGGER history_joins_the_chain ON {HISTORY}",
        f"CREATE RULE x AS ON INSERT TO {HISTORY} DO INSTEAD NOTHING",
        f"INSERT INTO {HISTORY} {ROW} ON CONFLICT (id) DO UPDATE SET event = 'y'",
        f"MERGE INTO {HISTORY} USING (SELECT 1) AS x ON true WHEN MATCHED THEN DELETE",
        f"SELECT * FROM {HISTORY} FOR UPDATE",
        f"COPY {LINKS} FROM STDIN",
        LINK,
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        f"CREATE OR REPLACE FUNCTION history_content(entry {HISTORY}) RETURNS bytea RETURN null::bytea",
        "ALTER FUNCTION history_joins_the_chain() SECURITY INVOKER",
        "DROP FUNCTION history_is_append_only() CASCADE",
        "CREATE TABLE other (id integer)",
        "UPDATE django_migrations SET name = name",
    ],
)
def test_role_may_not_change_the_history(as_role, history, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        as_role.execute(statement)


def test_role_grants_itself_nothing(as_role, history):
    as_role.execute(f"GRANT UPDATE ON {HISTORY} TO CURRENT_USER")  # PostgreSQL warns, and grants nothing
    with pytest.raises(errors.InsufficientPrivilege):
        as_role.execute(f"UPDATE {HISTORY} SET event = event")


@pytest.mark.parametrize("function", ["history_joins_the_chain", "history_is_append_only"])
def test_role_may_not_call_the_trigger_functions(as_role, function):
    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)):
        as_role.execute(f"SELECT {function}()")


def test_role_may_not_use_the_trigger_functions_in_its_own_tables(as_role):
    as_role.execute(f"CREATE TEMPORARY TABLE other (LIKE {HISTORY})")
    with pytest.raises(errors.InsufficientPrivilege):
        as_role.execute(
            "CREATE TRIGGER x AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION history_joins_the_chain()"
        )


def test_temporary_table_named_as_the_links_gets_no_link(as_role, history):
    as_role.execute(f"CREATE TEMPORARY TABLE {LINKS} (LIKE public.{LINKS})")
    as_role.execute(f"INSERT INTO public.{HISTORY} {ROW}")
    assert as_role.execute(f"SELECT count(*) FROM {LINKS}").fetchone() == (0,)
    assert chain.discrepancies() == []


def test_refused_statements_leave_no_discrepancies(as_role, history):
    for statement in (f"DELETE FROM {HISTORY}", LINK, f"TRUNCATE {LINKS}"):
        with pytest.raises(errors.InsufficientPrivilege):
            as_role.execute(statement)
    assert chain.discrepancies() == []


# ---------------------------------------------------------------- what it can do


def test_event_inserted_by_the_role_gets_its_link(as_role, history):
    as_role.execute(f"INSERT INTO {HISTORY} {ROW}")
    assert HistoryLink.objects.count() == HistoryEntry.objects.count()
    assert chain.discrepancies() == []


def test_delegate_logs_in_and_activates_a_user_as_the_role(portal_as_role):
    delegate, sede, user = portal_as_role
    client = Client()
    log_in(client, delegate.login)
    find(client, user)
    associate(client, user, sede, "Rol_Anulador")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (role_name(),)
    assert is_logged_in(client)
    assert RoleAssignment.objects.filter(user=user).count() == 1
    assert HistoryEntry.objects.filter(event="roles.given").count() == 1


def test_role_verifies_and_seals_the_history(portal_as_role):
    output = io.StringIO()
    call_command("verify_history", stdout=output)
    assert "La historia está completa" in output.getvalue()
    assert not application_role.can_rewrite_history()


def test_health_check_passes_as_the_role(portal_as_role, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    assert Client().get("/salud/").status_code == 200


# ---------------------------------------------------------------- the command


def refused(role):
    with pytest.raises(CommandError) as output:
        call_command("grant_application_role", role)
    return str(output.value)


@pytest.mark.django_db
def test_missing_role_is_refused_with_the_statement_that_creates_it():
    assert "CREATE ROLE nadie LOGIN" in refused("nadie")


@pytest.mark.django_db
@pytest.mark.parametrize("attributes", ["SUPERUSER", "CREATEROLE", "REPLICATION", "IN ROLE pg_write_all_data"])
def test_role_that_no_grant_binds_is_refused(attributes):
    assert "no grant would bind it" in refused(make_role(attributes))


@pytest.mark.django_db
def test_member_of_the_owner_is_refused():
    owner = connection.settings_dict["USER"]
    assert "no grant would bind it" in refused(make_role(f'IN ROLE "{owner}"'))


def warnings():
    messages = checks.run_checks(databases=["default"], include_deployment_checks=True)
    return [message.id for message in messages if message.id == "mipres_admin.W002"]


@pytest.mark.django_db
def test_check_warns_when_the_portal_connects_as_owner():
    assert warnings() == ["mipres_admin.W002"]


def test_check_does_not_warn_for_the_role(portal_as_role):
    assert warnings() == []


def test_grant_revokes_rights_given_by_hand(as_role, role, history):
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(f"GRANT ALL ON {HISTORY} TO {{}}, PUBLIC").format(sql.Identifier(role)))
    application_role.grant(role)
    with pytest.raises(errors.InsufficientPrivilege):
        as_role.execute(f"DELETE FROM {HISTORY}")
