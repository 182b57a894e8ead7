"""Does the holder of an account confirm who they are before what an intruder would do first?"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.urls.converters import UUIDConverter

from accounts.models import AuthenticatorApp, RecoveryCode
from delegates.rules.appointments import version
from mipres_admin.access.declarations import declared, own_patterns
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import log_in
from tests.accounts.second_factors import enrol, remove
from tests.delegates.appointing import represent

pytestmark = pytest.mark.django_db
PAGE = "/seguridad/confirmar/"
NEW = "otra frase larga y tranquila"
MINUTES = timedelta(minutes=11)


def is_asked(response):
    return response.status_code == 302 and response.url.startswith(PAGE)


@pytest.fixture
def late(at_noon, clock):
    """The delegate's browser, eleven minutes after the log-in."""
    clock.shift(MINUTES)
    return at_noon


def last_event():
    return HistoryEntry.objects.latest("id").event


# ---------------------------------------------------------------- which forms need it

# ends an account, its sessions or factors, or gives somebody access: to the account, to an entity, to its services
CONFIRMED = {
    *("change_password", "change_my_email", "change_provider_email", "end_session", "end_sessions"),
    *("enrol_totp", "enrol_passkey", "remove_factor", "recovery_codes"),
    *("new_authorized", "edit_authorized", "end_authorized", "generate_token", "withdraw_identity"),
}
UNCONFIRMED = {
    *("confirm_identity", "switch_entity"),  # they ask for the proof themselves
    *("resume_form", "keep_session", "stop_impersonation"),  # they change nothing
    "revoke_token",  # a token that leaks must end at once, and any holder of one may end it without log-in
    # what mails a link, or waits for the Ministry's review, gives nothing to who sits there
    *(
        "register_delegate",
        "register_entity",
        "add_provider_role",
        "correct_registration",
        "correct_identity",
        "upload_identity_copy",
    ),
    # the person's own data, and the daily work of delegates
    *("correct_my_data", "register_professional", "register_sso", "register_other", "try_token"),
    *("users", "activate_user", "associate_user", "update_user_roles", "deactivate_user", "change_last_day"),
    *("upload_users", "apply_upload", "entity_certificate", "user_certificate", "associate_entities"),
    *("create_sede", "edit_sede", "disable_sede", "enable_sede"),
}


def forms_of_accounts():
    """The patterns of views that take a form from who has logged in."""
    for pattern in own_patterns():
        access = declared(pattern.callback)
        if "POST" in access.methods and access.who not in ("public", "pending_login"):
            yield pattern


def test_every_form_is_listed_as_confirmed_or_not():
    assert {pattern.name for pattern in forms_of_accounts()} == CONFIRMED | UNCONFIRMED
    assert not CONFIRMED & UNCONFIRMED


def account_for(access):
    if access.who == "delegate":
        return factories.make_delegate(factories.make_entity(access.kinds[0]))
    return factories.make_claim().account if access.who == "unverified" else factories.make_natural()


@pytest.mark.parametrize("name", sorted(CONFIRMED))
def test_an_old_session_sends_none_of_these_forms(name):
    pattern = next(pattern for pattern in forms_of_accounts() if pattern.name == name)
    account = account_for(declared(pattern.callback))
    factories.make_app(account)
    (client := Client()).force_login(account)
    account.sessions.update(confirmed_at="2020-01-01T00:00Z")
    converters = pattern.pattern.converters.items()
    some = {key: uuid4() if isinstance(converter, UUIDConverter) else 1 for key, converter in converters}
    response = client.post(reverse(name, kwargs=some))
    assert is_asked(response)
    assert client.get(response.url).status_code == 200, "the proof can be given"


@pytest.mark.parametrize("page", ["/seguridad/aplicacion/", "/seguridad/llave/"])
def test_who_logged_in_lately_is_not_asked(at_noon, page):
    assert at_noon.get(page).status_code == 200


def test_an_old_session_adds_no_factor(late):
    assert is_asked(enrol_late(late))
    assert is_asked(late.get("/seguridad/llave/"))
    assert not AuthenticatorApp.objects.exists()


def enrol_late(client):
    return client.post("/seguridad/aplicacion/", {"name": "Ajeno", "code": "123456"})


def test_an_old_session_ends_no_sessions(late, delegate):
    other = factories.make_session(delegate)
    assert is_asked(late.post("/seguridad/sesiones/cerrar/"))
    assert is_asked(late.post(reverse("end_session", args=[other.public_id])))
    assert delegate.sessions.current().count() == 2


def test_an_old_session_removes_no_factor_and_makes_no_codes(safe_client, app, codes, delegate):
    delegate.sessions.update(confirmed_at="2020-01-01T00:00Z")
    assert is_asked(remove(safe_client, app))
    assert is_asked(safe_client.post("/seguridad/codigos/"))
    assert RecoveryCode.objects.current().count() == len(codes)


def test_an_old_session_with_a_factor_changes_no_password(safe_client, delegate):
    delegate.sessions.update(confirmed_at="2020-01-01T00:00Z")
    fields = {"old": factories.PASSWORD, "new": NEW, "confirmation": NEW}
    assert is_asked(safe_client.post("/clave/cambiar/", fields))
    delegate.refresh_from_db()
    assert delegate.check_password(factories.PASSWORD)


def test_without_a_factor_the_form_of_the_password_asks_for_it_itself(late):
    assert late.get("/clave/cambiar/").status_code == 200


@pytest.fixture
def representative(ips):
    """A representative with an appointment and a client whose session is old."""
    account, client = represent(ips), Client()
    client.force_login(account)
    account.sessions.update(confirmed_at="2020-01-01T00:00Z")
    return account, client, factories.make_appointment(ips, account)


def test_an_old_session_changes_no_email_of_its_own(representative):
    assert is_asked(representative[1].post("/seguridad-social/mis-datos/correo/", {"email": "x@y.example"}))
    assert not OutgoingMail.objects.exists()


def test_an_old_session_changes_no_delegate_and_appoints_none(representative):
    _, client, appointment = representative
    address = reverse("edit_authorized", args=[appointment.entity_id, appointment.public_id])
    assert is_asked(client.get(address))
    assert is_asked(client.post(address, {"email": "x@y.example", "expected_version": version(appointment)}))
    assert is_asked(client.post(reverse("new_authorized", args=[appointment.entity_id]), {"email": "x@y.example"}))


# ---------------------------------------------------------------- the proof


def test_the_password_confirms_and_the_page_that_was_asked_for_opens(late):
    confirmation = late.get("/seguridad/aplicacion/").url
    assert late.post(confirmation, {"password": factories.PASSWORD}).url == "/seguridad/aplicacion/"
    assert last_event() == "security.confirmed"
    assert enrol(late).url == "/seguridad/codigos/"


def test_a_wrong_password_confirms_nothing(late):
    assert "La contraseña debe ser la que usa hoy" in late.post(PAGE, {"password": "otra cosa distinta"}).text
    assert last_event() == "security.refused"
    assert is_asked(late.get("/seguridad/aplicacion/"))


def test_who_has_a_factor_confirms_with_it_and_not_with_the_password(late, delegate):
    app = factories.make_app(delegate)
    delegate.sessions.update(verified_by="totp")
    assert "Use su segundo factor" in late.post(PAGE, {"password": factories.PASSWORD}).text
    assert is_asked(late.get("/seguridad/llave/"))
    assert late.post(PAGE, {"code": factories.code_of(app)}).status_code == 302
    assert late.get("/seguridad/llave/").status_code == 200


def test_a_confirmation_counts_for_ten_minutes_and_this_session_alone(late, delegate, clock):
    late.post(PAGE, {"password": factories.PASSWORD})
    other = Client()
    other.force_login(delegate)
    delegate.sessions.exclude(public_id=late.session["account_session"]).update(confirmed_at="2020-01-01T00:00Z")
    assert late.get("/seguridad/llave/").status_code == 200
    assert is_asked(other.get("/seguridad/llave/"))
    clock.shift(MINUTES)
    assert is_asked(late.get("/seguridad/llave/"))


def test_a_confirmation_changes_the_key_of_the_session(late):
    before = late.session.session_key
    late.post(PAGE, {"password": factories.PASSWORD})
    assert late.session.session_key != before


def test_a_form_sent_too_late_waits_for_the_confirmation(representative):
    _, client, _ = representative
    confirmation = client.post("/seguridad-social/mis-datos/correo/", {"email": "x@y.example"}).url
    assert client.post(confirmation, {"password": factories.PASSWORD}).url == "/ingresar/retomar/"
    assert 'name="email" value="x@y.example"' in client.get("/ingresar/retomar/").text


@pytest.mark.parametrize("url", ["https://malo.example/", "//malo.example", "javascript:alert(1)"])
def test_a_confirmation_leads_to_no_other_site(late, url):
    assert late.post(PAGE, {"password": factories.PASSWORD}, query_params={"next": url}).url == "/"


def test_wrong_codes_of_a_confirmation_count_as_those_of_a_log_in(delegate, app):
    client = Client()
    client.force_login(delegate)
    for _ in range(5):
        client.post(PAGE, {"code": "000000"})
    assert "bloqueado" in client.post(PAGE, {"code": factories.code_of(app)}).text
    log_in(other := Client(), delegate.login)
    assert "bloqueado" in other.post("/ingresar/segundo-factor/", {"code": factories.code_of(app)}).text
