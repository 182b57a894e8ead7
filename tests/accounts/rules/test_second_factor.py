"""Who must have a second factor, and which account does it open?"""

import pytest
from django.test import Client

from entities.models import EntityKind
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.second_factors import STEP, enrol, pending_client, policy, remove

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(delegate):
    """Another account of the same person, whose password somebody else may know."""
    return factories.make_delegate(factories.make_entity(), person=delegate.person)


def test_wrong_codes_in_one_account_lock_no_other_of_the_person(delegate, app, second):
    factories.make_app(second)
    for _ in range(5):
        pending_client(second).post(STEP, {"code": "000000"})
    assert pending_client(delegate).post(STEP, {"code": factories.code_of(app)}).url == "/"


def test_a_factor_added_in_one_account_is_asked_in_no_other(delegate, second):
    factories.make_app(second)
    assert is_logged_in(pending_client(delegate))


def test_the_app_of_one_account_opens_no_other_of_the_person(delegate, app, second):
    factories.make_app(second)
    client = pending_client(second)
    client.post(STEP, {"code": factories.code_of(app)})
    assert not is_logged_in(client)


def test_a_recovery_code_of_one_account_opens_no_other_of_the_person(codes, second):
    factories.make_app(second)
    client = pending_client(second)
    client.post(STEP, {"code": codes[0]})
    assert not is_logged_in(client)


def test_the_factor_of_one_account_cannot_be_removed_from_another(app, second):
    client = Client()
    client.force_login(second)
    assert remove(client, app).status_code == 404


def test_an_account_of_the_ministry_shares_no_factor_with_a_delegate(delegate, app, ministry):
    ministry.person = delegate.person
    ministry.save()
    assert "Agregue un segundo factor" in pending_client(ministry).get(STEP).text


# ---------------------------------------------------------------- the dated switch


def test_from_its_day_on_the_factor_is_compulsory(delegate):
    policy(0)
    assert log_in(Client(), delegate.login).url == STEP


def test_until_then_it_is_announced_at_home(delegate_client):
    policy(3)
    assert "deben ingresar con un segundo factor" in delegate_client.get("/").text


def test_account_with_a_factor_reads_no_announcement(safe_client):
    policy(3)
    assert "deben ingresar con un segundo factor" not in safe_client.get("/").text


def test_the_switch_of_another_kind_of_entity_changes_nothing(delegate):
    policy(0, EntityKind.EPS_C)
    assert is_logged_in(pending_client(delegate))


def test_an_open_session_meets_the_switch_at_its_next_page(delegate):
    client = pending_client(delegate)
    policy(0)
    assert client.get("/usuarios/").url == STEP
    enrol(client)
    assert client.get("/usuarios/").status_code == 200


def test_compulsory_last_factor_cannot_be_removed(safe_client, app):
    policy(0)
    assert "su cuenta debe tener uno" in remove(safe_client, app).text
