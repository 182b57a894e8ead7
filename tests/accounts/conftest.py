"""What do several tests of accounts begin with?"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.actions import second_factor as actions
from accounts.security.secrets import new_seed, recovery_codes
from tests import factories
from tests.accounts.deceased_list import HEADINGS, row
from tests.accounts.impersonations import client_of, impersonate
from tests.accounts.login_page import CHROME, NOON, log_in
from tests.registry_files import csv_file, load


@pytest.fixture
def app(delegate):
    return factories.make_app(delegate)


@pytest.fixture
def codes(delegate, app):
    seed = new_seed()
    actions.create_recovery_codes(by=delegate, seed=seed)
    return recovery_codes(seed)


@pytest.fixture
def safe_client(delegate, app, codes):
    """A session of the delegate that has verified a second factor."""
    client = Client()
    client.force_login(delegate)
    return client


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def at_noon(clock, delegate):
    """A session that the delegate opened at noon."""
    client = Client(headers={"user-agent": CHROME})
    log_in(client, delegate.login)
    return client


@pytest.fixture
def staff_client(ministry):
    return client_of(ministry)


@pytest.fixture
def impersonating(staff_client, delegate):
    impersonate(staff_client, delegate)
    return staff_client


@pytest.fixture
def deceased(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        options = {"allow_closing": True} | options
        return load("import_deceased", csv_file(tmp_path / "fallecidos.csv", rows, HEADINGS), **options)

    return load_rows


@pytest.fixture
def dies(deceased: Any) -> Any:
    """Have the list say that a person died."""
    return lambda person: deceased(row(person.document_number))


@pytest.fixture
def chief():
    return factories.make_staff("superusuario", login="JEFA")


@pytest.fixture
def helper():
    return factories.make_staff("soporte", login="AYUDA")
