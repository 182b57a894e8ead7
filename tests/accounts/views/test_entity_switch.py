"""Does "Cambiar de entidad" lead to other accounts of the same person, and only there?"""

import re

import pytest
from django.test import Client

from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.second_factors import policy

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- Cambiar de entidad


@pytest.fixture
def second(delegate):
    """Another delegate's account of the same person."""
    return factories.make_delegate(factories.make_entity(name="Clínica Segunda"), person=delegate.person)


def switch(client, account):
    return client.post("/cambiar-de-entidad/", {"cuenta": account.login})


def test_the_header_offers_another_entity_only_to_who_has_one(delegate_client, delegate):
    assert "Cambiar de entidad" not in delegate_client.get("/").text
    factories.make_delegate(factories.make_entity(), person=delegate.person)
    assert "Cambiar de entidad" in delegate_client.get("/").text


def test_the_same_person_goes_on_for_another_entity(delegate_client, delegate, second):
    before = delegate_client.session.session_key
    assert switch(delegate_client, second).url == "/"
    assert "Clínica Segunda" in delegate_client.get("/").text
    assert delegate_client.session.session_key != before
    assert not delegate.sessions.current().exists()


def test_nothing_that_the_first_entity_found_goes_along(delegate_client, second):
    session = delegate_client.session
    session["found_users"] = ["x"]
    session.save()
    switch(delegate_client, second)
    assert "found_users" not in delegate_client.session


def test_both_entities_have_it_in_their_history(delegate_client, delegate, second):
    switch(delegate_client, second)
    rows = HistoryEntry.objects.order_by("id").values_list("event", "entity", "object_id")
    assert list(rows) == [
        ("session.switched", delegate.entity_id, str(delegate.pk)),
        ("session.switched", second.entity_id, str(second.pk)),
    ]


def test_the_natural_person_is_an_account_too(delegate_client, delegate):
    natural = factories.make_natural(delegate.person)
    assert "Persona natural" in delegate_client.get("/cambiar-de-entidad/").text
    assert switch(delegate_client, natural).url == "/"
    assert delegate_client.session["_auth_user_id"] == str(natural.pk)


def never(delegate, case):
    person = {"person": delegate.person}
    if case == "another person":
        return factories.make_delegate(factories.make_entity())
    if case == "inactive account":
        return factories.make_delegate(factories.make_entity(), is_active=False, **person)
    if case == "inactive entity":
        return factories.make_delegate(factories.make_entity(is_active=False), **person)
    if case == "another e-mail":
        return factories.make_delegate(factories.make_entity(), email="otra@clinica.example", **person)
    if case == "the same account":
        return delegate
    return Account.objects.create_superuser("MINSALUD02", factories.PASSWORD, email="m@b.example", **person)


@pytest.mark.parametrize(
    "case",
    ["another person", "inactive account", "inactive entity", "another e-mail", "the same account", "the Ministry's"],
)
def test_switch_to_an_account_of_others_is_not_found(delegate_client, delegate, case):
    account = never(delegate, case)
    assert f'value="{account.login}"' not in delegate_client.get("/cambiar-de-entidad/").text
    assert switch(delegate_client, account).status_code == 404
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)


def test_the_header_does_not_offer_an_account_of_another_e_mail(delegate_client, delegate):
    never(delegate, "another e-mail")
    assert "Cambiar de entidad" not in delegate_client.get("/").text


def test_accounts_without_person_share_nothing(ministry):
    factories.make_claim()
    client = Client()
    client.force_login(ministry)
    assert "No tiene otras cuentas activas" in client.get("/cambiar-de-entidad/").text


@pytest.mark.parametrize("login", ["", "\x00", "x" * 500])
def test_switch_to_an_impossible_login_is_not_found(delegate_client, second, login):
    assert delegate_client.post("/cambiar-de-entidad/", {"cuenta": login}).status_code == 404


def test_the_other_account_asks_for_the_factor_that_it_needs(delegate, second):

    policy(0, second.entity.kind)
    delegate.entity.kind = "PROV"
    delegate.entity.save()
    client = Client()
    log_in(client, delegate.login)
    assert switch(client, second).url == "/ingresar/segundo-factor/"
    assert not is_logged_in(client)
    assert client.get("/usuarios/").status_code == 302


def test_the_factor_of_the_first_account_does_not_go_along(delegate_client, delegate, second):
    factories.make_app(delegate)
    factories.make_app(second)
    assert switch(delegate_client, second).url == "/ingresar/segundo-factor/"
    assert delegate_client.get("/usuarios/").status_code == 302


def test_a_second_tab_of_the_first_entity_saves_nothing(delegate, second):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/cambiar-de-entidad/").text)[1]
    client.post("/cambiar-de-entidad/", {"cuenta": second.login, "csrfmiddlewaretoken": token})
    stale = client.post("/usuarios/activar/", {"csrfmiddlewaretoken": token})
    assert stale.status_code == 403
