"""Does a form that was sent after the end of the session wait for its sender?"""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.security.saved_forms import SAVED_FORM
from mipres_admin.access.declarations import declared, own_patterns
from roles.models import RoleAssignment
from tests import factories
from tests.accounts.login_page import solution

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- what was sent too late
FORM = {"sede": "110010000101", "seen": "a&b<c>", "role": ["Rol_Anulador", "Rol_Ordenador"]}


@pytest.fixture
def too_late(at_noon, clock):
    clock.shift(timedelta(minutes=21))
    at_noon.post("/usuarios/activar/?opcion=x", FORM)
    return at_noon


def log_in_again(client, account):
    fields = {"login": account.login, "password": factories.PASSWORD} | solution(client)
    return client.post("/ingresar/", fields)


def test_form_after_the_session_end_is_saved_and_not_done(too_late, delegate):
    assert "cuando ingrese podrá enviarlo otra vez" in too_late.get("/ingresar/").text
    assert not RoleAssignment.objects.exists()
    assert log_in_again(too_late, delegate).url == "/ingresar/retomar/"


def test_saved_form_comes_back_complete(too_late, delegate):
    log_in_again(too_late, delegate)
    page = too_late.get("/ingresar/retomar/").text
    assert 'action="/usuarios/activar/?opcion=x"' in page
    assert re.findall(r'name="(sede|seen|role)" value="([^"]*)"', page) == [
        ("sede", "110010000101"),
        ("seen", "a&amp;b&lt;c&gt;"),
        ("role", "Rol_Anulador"),
        ("role", "Rol_Ordenador"),
    ]


def test_saved_form_is_discarded_once_sent_again(too_late, delegate):
    log_in_again(too_late, delegate)
    too_late.post("/usuarios/activar/?opcion=x", FORM)
    assert SAVED_FORM not in too_late.session


def test_form_is_saved_after_another_page_met_the_session_end(at_noon, clock, delegate):
    clock.shift(timedelta(minutes=21))
    at_noon.post("/sesion/seguir/")
    at_noon.post("/usuarios/activar/", FORM)
    assert log_in_again(at_noon, delegate).url == "/ingresar/retomar/"


def test_form_of_an_unknown_visitor_is_not_saved(client, delegate):
    client.post("/usuarios/activar/", FORM)
    assert log_in_again(client, delegate).url == "/"


def test_saved_form_can_be_discarded(too_late, delegate):
    log_in_again(too_late, delegate)
    assert too_late.post("/ingresar/retomar/").url == "/"
    assert SAVED_FORM not in too_late.session


def test_saved_form_is_not_shown_to_another_account(too_late, stranger):
    assert log_in_again(too_late, stranger).url == "/"
    assert SAVED_FORM not in too_late.session


def test_saved_form_lasts_half_an_hour(too_late, delegate, clock):
    clock.shift(timedelta(minutes=31))
    assert log_in_again(too_late, delegate).url == "/"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/clave/cambiar/", {"old": "secreto", "new": "secreto", "confirmation": "secreto"}),
        ("/seguridad/codigos/", {"password": "secreto"}),
        ("/salir/", {}),
        ("/tokens/probar/", {"token": "eyJhbGciOiJFUzI1NiJ9.e30.c2VjcmV0"}),
        ("/seguridad/aplicacion/", {"name": "secreto", "code": "123456"}),
        ("/usuarios/activar/", {"numero": "1" * 60_000}),
    ],
)
def test_secrets_and_long_forms_are_never_saved(at_noon, clock, path, fields):
    clock.shift(timedelta(minutes=21))
    at_noon.post(path, fields)
    assert SAVED_FORM not in at_noon.session


def test_reason_typed_in_the_admin_is_saved(ministry, clock):
    client = Client()
    client.force_login(ministry)
    clock.shift(timedelta(minutes=21))
    client.post(f"/admin/accounts/account/{ministry.pk}/acto/suspender/", {"reason": "Perdió el equipo"})
    assert client.session[SAVED_FORM]["fields"] == [["reason", "Perdió el equipo"]]


def test_forms_are_saved_of_these_views_and_no_other():
    resumable = {pattern.name for pattern in own_patterns() if declared(pattern.callback).resumable}
    assert resumable == {
        *("activate_user", "associate_user", "update_user_roles", "deactivate_user", "change_last_day"),
        *("apply_upload", "user_certificate", "entity_certificate", "associate_entities"),
        *("create_sede", "edit_sede", "disable_sede", "enable_sede"),
        *("correct_my_data", "change_my_email", "change_provider_email", "correct_identity", "withdraw_identity"),
        *("register_entity", "correct_registration", "new_authorized", "edit_authorized", "end_authorized"),
        *("register_delegate", "register_professional", "register_sso", "register_other"),
        *("generate_token", "revoke_token", "remove_factor"),
    }


def test_form_of_another_site_is_never_saved(delegate, clock):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    clock.shift(timedelta(minutes=21))
    client.post("/usuarios/activar/", FORM)
    assert SAVED_FORM not in client.session
