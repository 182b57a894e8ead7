"""Does "Cambiar de entidad" lead to other accounts of the same person, and only there?"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.sessions import end_sessions
from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.second_factors import policy

pytestmark = pytest.mark.django_db
PAGE = "/cambiar-de-entidad/"


# ---------------------------------------------------------------- Cambiar de entidad


@pytest.fixture
def second(delegate):
    """Another delegate's account of the same person."""
    return factories.make_delegate(factories.make_entity(name="Clínica Segunda"), person=delegate.person)


def switch(client, account, **proof):
    return client.post(PAGE, {"cuenta": account.login} | (proof or {"password": factories.PASSWORD}))


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


@pytest.mark.parametrize(
    ("kinds", "first", "second"),
    [
        (("EPS_C", "EPS_S"), "Salud del Sol S.A. (régimen contributivo)", "Salud del Sol S.A. (régimen subsidiado)"),
        (("IPS", "PROV"), "Salud del Sol S.A.", "Salud del Sol S.A. (Proveedor)"),
    ],
)
def test_two_entities_of_one_name_and_nit_are_told_apart(delegate_client, delegate, kinds, first, second):
    entities = [factories.make_entity(kind, name="Salud del Sol S.A.", nit="900111222") for kind in kinds]
    accounts = [factories.make_delegate(entity, person=delegate.person) for entity in entities]
    page = delegate_client.get(PAGE).text
    assert f"{first}</th>" in page
    assert f"{second}</th>" in page
    switch(delegate_client, accounts[1])
    home = delegate_client.get("/").text
    assert f"Ahora trabaja para {second}." in home
    assert f"<dd>{second}</dd>" in home
    assert f"<strong>{second}</strong>" in home


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
        ("session.opened", second.entity_id, str(second.pk)),
        ("session.closed", delegate.entity_id, str(delegate.pk)),
    ]
    switch(delegate_client, delegate)
    rows = HistoryEntry.objects.order_by("id").values_list("event", "entity", "object_id")
    assert list(rows)[2:] == [
        ("session.closed", second.entity_id, str(second.pk)),
        ("session.opened", delegate.entity_id, str(delegate.pk)),
    ]


def test_neither_entity_reads_of_the_other(delegate_client, delegate, second):
    switch(delegate_client, second)
    for own, other in ((delegate, second), (second, delegate)):
        colleague = Client()
        colleague.force_login(factories.make_delegate(own.entity, login=f"{own.login}-2"))
        page = colleague.get("/historia/").text
        assert "Cambio de entidad" not in page
        assert own.display_name in page
        assert other.entity.name not in page
        assert other.login not in page
    closed = HistoryEntry.objects.get(event="session.closed")
    assert (closed.actor, closed.before, closed.after) == (delegate, {}, {})


def test_the_natural_person_is_an_account_too(delegate_client, delegate):
    natural = factories.make_natural(delegate.person)
    assert "Persona natural" in delegate_client.get(PAGE).text
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
    assert f'value="{account.login}"' not in delegate_client.get(PAGE).text
    assert switch(delegate_client, account).status_code == 404
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)


def test_the_header_does_not_offer_an_account_of_another_e_mail(delegate_client, delegate):
    never(delegate, "another e-mail")
    assert "Cambiar de entidad" not in delegate_client.get("/").text


def test_accounts_without_person_share_nothing(ministry):
    factories.make_claim()
    client = Client()
    client.force_login(ministry)
    assert "No tiene otras cuentas activas" in client.get(PAGE).text


@pytest.mark.parametrize("login", ["", "\x00", "x" * 500])
def test_switch_to_an_impossible_login_is_not_found(delegate_client, second, login):
    assert delegate_client.post(PAGE, {"cuenta": login}).status_code == 404


def test_the_other_account_asks_for_the_factor_that_it_needs(delegate):
    second = factories.make_delegate(factories.make_entity("EPS_C"), person=delegate.person)
    policy(0, second.entity.kind)
    client = Client()
    log_in(client, delegate.login)
    assert switch(client, second).url == "/ingresar/segundo-factor/"
    assert not is_logged_in(client)
    assert client.get("/usuarios/").status_code == 302


# ---------------------------------------------------------------- what the other account asks for


def test_without_a_proof_the_page_asks_for_one_and_changes_nothing(delegate_client, delegate, second):
    page = delegate_client.post(PAGE, {"cuenta": second.login})
    assert "Demuestre que esa cuenta es suya" in page.text
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)


def test_the_password_of_the_first_account_does_not_open_the_other(delegate_client, delegate, second):
    second.set_password("la otra frase tranquila")
    second.save()
    assert "Credenciales inválidas" in switch(delegate_client, second).text
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)
    assert HistoryEntry.objects.latest("id").event == "session.refused"


def test_wrong_passwords_count_as_failed_log_ins_of_the_other_account(delegate_client, delegate, second):
    for _ in range(5):
        switch(delegate_client, second, password="otra cosa distinta")
    assert "Ingreso bloqueado" in switch(delegate_client, second).text
    assert "Ingreso bloqueado" in log_in(Client(), second.login).text


def test_the_other_account_with_a_factor_asks_for_it_and_not_for_the_password(delegate_client, second):
    app = factories.make_app(second)
    assert switch(delegate_client, second).status_code == 200
    assert switch(delegate_client, second, code=factories.code_of(app)).url == "/"
    assert second.sessions.get().verified_by == "totp"


def test_the_factor_of_the_first_account_does_not_open_the_other(delegate_client, delegate, second):
    app = factories.make_app(delegate)
    factories.make_app(second)
    assert "El código no es válido" in switch(delegate_client, second, code=factories.code_of(app)).text
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)


def test_a_code_opens_the_other_account_once(delegate, delegate_client, second):
    code, tab = factories.code_of(factories.make_app(second)), Client()
    tab.force_login(delegate)
    switch(delegate_client, second, code=code)
    assert "ya se usó" in switch(tab, second, code=code).text


# ---------------------------------------------------------------- what the browser remembers


@pytest.fixture
def returned(delegate_client, delegate, second):
    """A browser that went on as the second account and came back without a proof."""
    switch(delegate_client, second)
    assert delegate_client.post(PAGE, {"cuenta": delegate.login}).url == "/"
    return delegate_client


def is_asked(client, account):
    return "Demuestre que esa cuenta es suya" in client.post(PAGE, {"cuenta": account.login}).text


def test_a_proof_counts_for_the_rest_of_the_session(returned, delegate, second):
    assert returned.session["_auth_user_id"] == str(delegate.pk)
    assert not is_asked(returned, second)


def test_a_proof_for_one_account_counts_for_no_other(returned, delegate):
    assert is_asked(returned, factories.make_delegate(factories.make_entity(), person=delegate.person))


def test_a_new_session_remembers_no_proof(returned, delegate, second):
    returned.post("/salir/")
    log_in(returned, delegate.login)
    assert is_asked(returned, second)


def test_a_proof_ends_with_the_password_of_the_account(returned, second):
    second.set_password("la otra frase tranquila")
    second.save()
    assert is_asked(returned, second)


def test_a_proof_ends_when_the_sessions_of_the_account_are_ended(returned, second):
    end_sessions(account=second, by=second)
    assert is_asked(returned, second)


def test_a_proof_ends_when_the_holder_closes_a_session_that_is_listed(delegate_client, delegate, second):
    switch(delegate_client, second)
    holder = Client()
    holder.force_login(delegate)
    listed = factories.make_session(delegate)
    holder.post(f"/seguridad/sesiones/{listed.public_id}/cerrar/")
    assert is_asked(delegate_client, delegate)


def test_a_proof_ends_when_the_holder_closes_all_without_another_listed(delegate_client, delegate, second):
    switch(delegate_client, second)
    holder = Client()
    holder.force_login(delegate)
    assert "Cerrar todas menos esta" in holder.get("/seguridad/").text
    holder.post("/seguridad/sesiones/cerrar/")
    assert holder.get("/").status_code == 200
    assert is_asked(delegate_client, delegate)


def test_support_ends_what_a_browser_remembers_of_an_account_without_session(delegate_client, delegate, second):
    switch(delegate_client, second)
    support = Client()
    support.force_login(factories.make_staff("soporte"))
    address = reverse("admin:accounts_account_action", args=[delegate.pk, "cerrar-sesiones"])
    assert "quedaron cerradas" in support.post(address, {"reason": "Denuncia"}, follow=True).text
    assert is_asked(delegate_client, delegate)
    assert HistoryEntry.objects.get(event="sessions.ended").after == {"sessions": 0}


def test_a_proof_by_password_ends_with_the_first_factor_of_the_account(returned, second):
    factories.make_app(second)
    assert is_asked(returned, second)


def test_going_to_and_fro_does_not_prolong_a_session(delegate, second, time_machine):
    time_machine.move_to("2026-11-20T08:00:00-05:00", tick=False)
    client = Client()
    log_in(client, delegate.login)
    switch(client, second)
    for _ in range(12 * 4 - 1):
        time_machine.shift(timedelta(minutes=15))
        client.get("/")
    client.post(PAGE, {"cuenta": delegate.login})
    time_machine.shift(timedelta(minutes=15))
    assert client.get("/usuarios/").status_code == 302


def test_a_second_tab_of_the_first_entity_saves_nothing(delegate, second):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(PAGE).text)[1]
    switch(client, second, password=factories.PASSWORD, csrfmiddlewaretoken=token)
    stale = client.post("/usuarios/activar/", {"csrfmiddlewaretoken": token})
    assert stale.status_code == 403
