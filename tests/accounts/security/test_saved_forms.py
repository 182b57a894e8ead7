"""Does a form that was sent after the end of the session wait for its sender?"""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.security.saved_forms import SAVED_FORM
from delegates.forms.appointments import AuthorizedForm
from mipres_admin.access.declarations import declared, own_patterns
from roles.forms.provider_networks import NetworkForm
from roles.forms.users import AssociateForm, DeactivateForm, LastDayForm, UpdateRolesForm
from roles.models import RoleAssignment
from roles.rules import activation_for
from tests import factories
from tests.accounts.login_page import solution

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- what was sent too late
PAGE = "/usuarios/11111111-1111-4111-8111-111111111111/asociar/?opcion=x"
FORM = {"sede": "110010000101", "option": "a&b<c>", "roles": ["Rol_Anulador", "Rol_Ordenador"]}
BESIDES = {"password": "secreto", "token": "secreto", "seen": "secreto", "csrfmiddlewaretoken": "secreto"}


@pytest.fixture
def too_late(at_noon, clock):
    clock.shift(timedelta(minutes=21))
    at_noon.post(PAGE, FORM | BESIDES)
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
    assert f'action="{PAGE}"' in page
    assert re.findall(r'name="(sede|option|roles)" value="([^"]*)"', page) == [
        ("sede", "110010000101"),
        ("option", "a&amp;b&lt;c&gt;"),
        ("roles", "Rol_Anulador"),
        ("roles", "Rol_Ordenador"),
    ]


def test_no_field_is_saved_that_the_form_does_not_have(too_late):
    assert {name for name, _ in too_late.session[SAVED_FORM]["fields"]} == set(FORM)
    assert "secreto" not in str(dict(too_late.session))


def test_saved_form_is_discarded_once_sent_again(too_late, delegate):
    log_in_again(too_late, delegate)
    too_late.post(PAGE, FORM)
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
        ("/usuarios/activar/", {"document_number": "1" * 60_000}),
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
    fields = {"reason": "Perdió el equipo", "password": "secreto"}
    client.post(f"/admin/accounts/account/{ministry.pk}/acto/suspender/", fields)
    assert client.session[SAVED_FORM]["fields"] == [["reason", "Perdió el equipo"]]


def test_forms_are_saved_of_these_views_and_no_other():
    resumable = {pattern.name for pattern in own_patterns() if declared(pattern.callback).resumable is not None}
    assert resumable == {
        *("activate_user", "associate_user", "update_user_roles", "deactivate_user", "change_last_day"),
        *("apply_upload", "user_certificate", "entity_certificate", "associate_entities"),
        *("create_sede", "edit_sede", "disable_sede", "enable_sede"),
        *("correct_my_data", "change_my_email", "change_provider_email", "correct_identity", "withdraw_identity"),
        *(
            "register_entity",
            "add_provider_role",
            "correct_registration",
            "new_authorized",
            "edit_authorized",
            "end_authorized",
        ),
        *("register_delegate", "register_professional", "register_sso", "register_other"),
        *("generate_token", "revoke_token", "remove_factor"),
    }


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/admin/accounts/staffaccount/add/", {"login": "APEREZ", "reason": "Ingresa", "email": "a@b.example"}),
        ("/admin/tokens/serverclient/add/", {"name": "Suministros", "reason": "Lo pide"}),
        ("/admin/accounts/account/1/acto/no-existe/", None),
        ("/admin/accounts/account/", None),
        ("/admin/no-existe/", None),
    ],
)
def test_of_the_admin_the_fields_of_the_form_are_saved(ministry, clock, path, fields):
    client = Client()
    client.force_login(ministry)
    clock.shift(timedelta(minutes=21))
    client.post(path, (fields or {"reason": "x"}) | {"password": "secreto", "action": "x"})
    saved = client.session.get(SAVED_FORM)
    assert (saved and dict(saved["fields"])) == fields


def test_neither_a_file_nor_what_is_sent_in_its_name_is_saved(clock):
    client = Client()
    client.force_login(factories.make_natural())
    clock.shift(timedelta(minutes=21))
    here, rut = reverse("register_entity"), SimpleUploadedFile("rut.pdf", b"%PDF-")
    client.post(here, {"name": "Clínica", "rut": rut})
    assert SAVED_FORM not in client.session
    client.post(here, {"name": "Clínica", "rut": "secreto"})
    assert client.session[SAVED_FORM]["fields"] == [["name", "Clínica"]]


def test_fields_that_a_form_adds_by_itself_are_saved_too(delegate):
    activation = activation_for(delegate.entity, factories.make_user(), None)
    forms = {
        "associate_user": AssociateForm(activation=activation),
        "update_user_roles": UpdateRolesForm(activation=activation),
        "deactivate_user": DeactivateForm(activation=activation),
        "change_last_day": LastDayForm(activation=activation),
        "associate_entities": NetworkForm(kind="IPS"),
        "new_authorized": AuthorizedForm(entity=delegate.entity),
    }
    saved = {pattern.name: declared(pattern.callback).resumable for pattern in own_patterns()}
    assert {name for name, form in forms.items() if not form.fields.keys() <= saved[name]} == set()
    assert saved["register_professional"] == {"document_type", "document_number", "profession"}


def test_form_of_another_site_is_never_saved(delegate, clock):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    clock.shift(timedelta(minutes=21))
    client.post("/usuarios/activar/", FORM)
    assert SAVED_FORM not in client.session
