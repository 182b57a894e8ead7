"""Who gets in at /ingresar/, and what does everybody else read? (manual v4.1 §9)"""

import re

import pytest
from django.test import Client

from tests import factories
from tests.accounts.authenticator import GARBAGE, OPTIONS, Authenticator
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution

pytestmark = pytest.mark.django_db


def without_tokens(response):
    """The page but for what is random in every page, and the login that was typed."""
    page = re.sub(r'value="[^"]*"', "", response.content.decode())
    return re.sub(r"/captcha/[^/]+/", "", page)


@pytest.fixture
def refused(delegate):
    """Four ways not to get in: what to type."""
    inactive = factories.make_delegate(factories.make_entity(), is_active=False)
    orphan = factories.make_delegate(factories.make_entity(is_active=False))
    return {
        "no such account": {"login": "ADMIPS999999999"},
        "wrong password": {"login": delegate.login, "password": "otra cosa distinta"},
        "inactive account": {"login": inactive.login},
        "inactive entity": {"login": orphan.login},
    }


WAYS = ("no such account", "wrong password", "inactive account", "inactive entity")


def test_the_right_password_and_code_open_a_session(client, delegate):
    response = log_in(client, delegate.login)
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(delegate.pk)


def test_the_case_of_the_login_and_spaces_around_it_do_not_matter(client, delegate):
    log_in(client, f"  {delegate.login.lower()} ")
    assert is_logged_in(client)


def test_ministry_logs_in_at_the_same_page_with_a_second_factor(client, ministry):
    assert log_in(client, ministry.login).url == "/ingresar/segundo-factor/"


@pytest.mark.parametrize("kind", ["IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET"])
def test_delegates_of_every_kind_of_entity_log_in(client, db, kind):
    log_in(client, factories.make_delegate(factories.make_entity(kind)).login)
    assert is_logged_in(client)


@pytest.mark.parametrize("way", WAYS)
def test_refused_log_in_shows_the_same_page(client, refused, way):
    answer = log_in(client, **refused[way])
    assert not is_logged_in(client)
    assert "Credenciales inválidas. Revise el usuario y la contraseña" in answer.content.decode()
    assert without_tokens(answer) == without_tokens(log_in(client, "ADMIPS888888888"))


def test_the_key_of_the_session_changes_at_log_in(client, delegate):
    fields = solution(client)
    before = client.session.session_key
    log_in(client, delegate.login, **fields)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/usuarios/?estado=Activo", "/usuarios/?estado=Activo"),
        ("https://malo.example/", "/"),
        ("//malo.example/", "/"),
        ("/\\malo.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_afterwards_people_go_only_to_pages_of_the_portal(client, delegate, wanted, reached):
    fields = {"login": delegate.login, "password": factories.PASSWORD} | solution(client)
    assert client.post(PAGE, fields, query_params={"next": wanted}).url == reached


@pytest.mark.parametrize("method", ["get", "post"])
def test_logged_in_account_is_sent_home_or_where_it_was(delegate_client, method):
    assert getattr(delegate_client, method)(PAGE).url == "/"
    assert getattr(delegate_client, method)(PAGE, query_params={"next": "/usuarios/"}).url == "/usuarios/"
    assert getattr(delegate_client, method)(PAGE, query_params={"next": "//ajeno.example/"}).url == "/"


def test_delegate_who_was_going_to_the_admin_is_refused_once(delegate_client):
    response = delegate_client.get(PAGE, {"next": "/admin/"}, follow=True)
    assert ([url for url, _ in response.redirect_chain], response.status_code) == (["/admin/"], 403)


def test_without_a_session_home_leads_to_the_log_in(client, db):
    assert client.get("/").url == "/ingresar/?next=/"


def test_home_shows_who_has_logged_in(delegate_client, delegate):
    assert delegate.login in delegate_client.get("/").content.decode()


def test_the_page_never_repeats_the_password(client, delegate):
    assert "otra cosa distinta" not in log_in(client, delegate.login, "otra cosa distinta").content.decode()


@pytest.mark.parametrize(
    "piece",
    [
        '<label class="field__label" for="id_login">Usuario',
        '<label class="field__label" for="id_password">Contraseña',
        'autocomplete="username"',
        'type="password" name="password"',
        'autocomplete="current-password"',
        ">Ingresar</button>",
    ],
)
def test_the_page_has_the_fields_of_the_manual(client, db, piece):
    assert piece in client.get(PAGE).content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, db, method):
    assert getattr(client, method)(PAGE).status_code == 405


# ---------------------------------------------------------------- with a passkey


def test_the_passkey_form_is_hidden_until_a_script_shows_it(client, db):
    form = re.search(r"<form[^>]*data-passkey[^>]*>", client.get(PAGE).text)[0]
    assert form.endswith(" hidden>")
    assert f'data-options-url="{OPTIONS}"' in form


def test_a_numeric_address_offers_no_passkey(client, db):
    assert "data-passkey" not in client.get(PAGE, headers={"host": "127.0.0.1:8000"}).text


def test_the_options_name_nobody_and_demand_that_the_device_verifies(client, delegate):
    Authenticator().save(delegate)
    options = client.post(OPTIONS).json()
    assert set(options) == {"challenge", "timeout", "rpId", "allowCredentials", "userVerification"}
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")


def test_each_request_for_options_gets_another_challenge(client, db):
    assert len({client.post(OPTIONS).json()["challenge"] for _ in range(3)}) == 3


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_options_are_only_asked_for_by_post(client, db, method):
    assert getattr(client, method)(OPTIONS).status_code == 405


@pytest.mark.parametrize(("address", "fields"), [(OPTIONS, {}), (PAGE, {"answer": "{}"})])
def test_another_site_cannot_use_a_passkey_here(db, address, fields):
    assert Client(enforce_csrf_checks=True).post(address, fields).status_code == 403


@pytest.mark.parametrize("answer", [*GARBAGE, '{"id": "\\ud800"}', "x" * 30_000])
def test_what_is_no_answer_logs_nobody_in(client, db, answer):
    client.post(OPTIONS)
    response = client.post(PAGE, {"answer": answer})
    assert (response.status_code, "Revise lo siguiente" in response.text) == (200, True)
    assert not is_logged_in(client)


def test_a_refused_passkey_leaves_the_fields_of_the_password_without_errors(client, db):
    page = client.post(PAGE, {"answer": "{}"}).text
    assert "No se pudo ingresar con la llave de acceso" in page
    assert "Ingrese su usuario." not in page
