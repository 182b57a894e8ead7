"""Which fixtures does every test have? The database, a delegate of an IPS, a colleague, a stranger, the Ministry."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis_settings

from accounts.models import Account, AccountSession
from accounts.models.sessions import VerificationMethod
from accounts.security.sessions import ACCOUNT_SESSION
from entities.models import Entity, Sede
from mipres_admin.outbox.delivery import deliver_due
from tests import factories
from tests.antivirus import running
from tests.tools import program

# The same examples in every run; `pytest --hypothesis-profile=thorough tests/mipres_admin/reading` looks for others.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis_settings.register_profile("thorough", max_examples=5_000, deadline=None)
hypothesis_settings.load_profile("suite")

# what the migrations load stays between tests that commit
CATALOGUES = {
    "entities_department",
    "entities_municipality",
    "roles_profession",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "delegates_authorizedrole",
    "delegates_authorizedprofile",
    "delegates_authorizedprofile_roles",
}

# the triggers that keep the history and the certificates from being changed
GUARDS = {
    "history_historyentry": "history_no_update_or_delete",
    "history_historylink": "history_link_no_update_or_delete",
    "history_historyseal": "history_seal_no_update_or_delete",
    "roles_certificate": "certificate_no_update_or_delete",
}


def wipe(case: TransactionTestCase) -> None:
    """Delete the rows of every table but the catalogues, with the guards disabled, as only a superuser can do.

    Most tables are empty: deleting the few rows takes a hundredth of the time of a TRUNCATE of them all.
    """
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - CATALOGUES
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
        filled = {table for (table,) in cursor.fetchall()}
        # neither foreign keys nor the triggers of the tables
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled & GUARDS.keys():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {GUARDS[table]}")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")
        for table in filled & GUARDS.keys():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {GUARDS[table]}")


# Tests that take seconds run first, so that no worker is left with one at the end. With worksteal the first worker
# begins with all of them: one browser, one run of the HTML checker.
SLOW_TESTS = (
    "tests/journeys/",
    "tests/demo/",
    "registries/test_queue",
    "test_backup",
    "mipres_admin/embedded/",
    "test_groups",
    "backoffice/test_admin_base",
    "test_samples",
    "machine",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((rank for rank, part in enumerate(SLOW_TESTS) if part in item.nodeid), len(SLOW_TESTS))

    items.sort(key=rank)


@pytest.fixture(autouse=True, scope="session")
def wipe_after_tests_that_commit() -> Iterator[None]:
    """Django's own flush would empty the catalogues and stumble over the guard of the history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", wipe)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, whose commits wait for no disk; connections that are left are closed before it is dropped.

    While Playwright's loop runs Django keeps separate connections for it, which stay open when the loop ends.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit = off')
    connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()  # it may be the loop's own


@pytest.fixture(autouse=True, scope="session")
def force_login_proves_a_second_factor() -> Iterator[None]:
    """The Ministry's sessions always have one; tests of the second factor log in as a person does."""
    log_in = Client.force_login

    def force_login(client: Client, user: Account, backend: str | None = None) -> None:
        log_in(client, user, backend)
        AccountSession.objects.filter(public_id=client.session[ACCOUNT_SESSION]).update(
            verified_by=VerificationMethod.TOTP
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", force_login)
        yield


@pytest.fixture
def ips(db: None) -> Entity:
    return factories.make_entity(name="Clínica del Río S.A.S.")


@pytest.fixture
def sede(ips: Entity) -> Sede:
    return factories.make_sede(ips, name="Clínica del Río Centro")


@pytest.fixture
def delegate(ips: Entity) -> Account:
    return factories.make_delegate(ips)


@pytest.fixture
def colleague(ips: Entity) -> Account:
    return factories.make_delegate(ips, login=f"ADMIPS{ips.nit}-2")


@pytest.fixture
def stranger(db: None) -> Account:
    entity = factories.make_entity(name="Hospital Ajeno E.S.E.")
    factories.make_sede(entity, name="Hospital Ajeno Norte")
    return factories.make_delegate(entity)


@pytest.fixture
def ministry(db: None) -> Account:
    return Account.objects.create_superuser("MINSALUD01", factories.PASSWORD, email="soporte@minsalud.example")


@pytest.fixture
def delegate_client(delegate: Account) -> Client:
    client = Client()
    client.force_login(delegate)
    return client


@pytest.fixture
def antivirus(settings: Any, tmp_path: Path) -> Iterator[None]:
    """An antivirus that finds the test file of EICAR."""
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    with running(tmp_path / "clamd"):
        yield


@pytest.fixture(scope="session")
def soffice() -> str:
    return program("soffice")


@pytest.fixture
def delivered() -> Callable[[], list[Any]]:
    """The mails that arrive when the worker delivers: `delivered()`."""

    def deliver() -> list[Any]:
        deliver_due()
        return mail.outbox

    return deliver
