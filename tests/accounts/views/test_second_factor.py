"""What does the second step of the log-in, and adding and removing factors, look like?"""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Account, AuthenticatorApp, RecoveryCode
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.second_factors import STEP, enrol, key_on, pending_client, remove

pytestmark = pytest.mark.django_db
NOON = "2026-11-20T12:00:00-05:00"


def events():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


def test_pending_log_in_cannot_add_another_factor(delegate, app):
    client = pending_client(delegate)
    assert client.get("/seguridad/aplicacion/").url == STEP
    assert client.get("/seguridad/llave/").url == STEP


def test_a_stranger_is_led_to_the_log_in(client):
    assert client.get(STEP).url == "/ingresar/"


def test_after_ten_minutes_the_password_counts_no_more(delegate, app, time_machine):
    time_machine.move_to(NOON, tick=False)
    client = pending_client(delegate)
    time_machine.shift(timedelta(minutes=11))
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


def test_another_password_ends_what_is_in_between(delegate, app):
    client = pending_client(delegate)
    delegate.set_password("otra frase larga y tranquila")
    delegate.save()
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


def test_an_account_that_is_switched_off_in_between_stays_out(delegate, app):
    client = pending_client(delegate)
    Account.objects.filter(pk=delegate.pk).update(is_active=False)
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


def test_the_key_of_the_session_changes_at_each_step(delegate, app, client):
    client.get("/ingresar/")
    keys = [client.session.session_key]
    log_in(client, delegate.login)
    keys.append(client.session.session_key)
    client.post(STEP, {"code": factories.code_of(app)})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_the_person_reaches_the_page_that_was_asked_for(delegate, app):
    client = Client()
    log_in(client, delegate.login, page="/ingresar/?next=/usuarios/")
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/usuarios/"


def test_the_code_may_be_written_in_groups(delegate, app):
    code = factories.code_of(app)
    assert pending_client(delegate).post(STEP, {"code": f" {code[:3]} {code[3:]} "}).url == "/"


@pytest.mark.parametrize(
    "code", ["000000", "١٢٣٤٥٦", "12345", "1234567", "abcdef", "²²²²²²", "-12345", "x" * 41, "\x00", ""]
)
def test_another_code_is_refused_without_a_session(delegate, app, code):
    client = pending_client(delegate)
    response = client.post(STEP, {"code": code})
    assert response.status_code == 200
    assert "Revise lo siguiente" in response.text
    assert not is_logged_in(client)


def test_codes_are_shown_until_the_person_has_them_and_never_again(safe_client):
    safe_client.post("/seguridad/codigos/")
    shown = re.findall(r"<li><code>([^<]+)", safe_client.get("/seguridad/codigos/").text)
    assert len(shown) == 10
    safe_client.post("/seguridad/codigos/", {"guardados": "si"})
    assert shown[0] not in safe_client.get("/seguridad/codigos/").text


# ---------------------------------------------------------------- adding


def test_the_ministry_adds_its_first_app_while_it_enters(ministry):
    client = pending_client(ministry)
    assert "Agregue un segundo factor" in client.get(STEP).text
    assert enrol(client).url == "/seguridad/codigos/"
    assert client.get("/admin/").status_code == 200
    assert events() == ["session.mfa_required", "factor.enrolled", "session.opened", "recovery_codes.created"]


def test_a_delegate_adds_an_app_and_stays_in(delegate_client, delegate):
    delegate.sessions.update(verified_by="")
    before = delegate_client.session.session_key
    assert enrol(delegate_client).url == "/seguridad/codigos/"
    assert delegate_client.get("/").status_code == 200
    assert delegate_client.session.session_key != before


def test_a_wrong_code_adds_nothing_and_the_key_stays_the_same(delegate_client):
    before = key_on(delegate_client.get("/seguridad/aplicacion/"))
    response = enrol(delegate_client, code="000000")
    assert "revise que la hora de su teléfono sea automática" in response.text
    assert key_on(response) == before
    assert not AuthenticatorApp.objects.exists()


def test_a_second_factor_keeps_the_recovery_codes_of_the_first(safe_client, codes, delegate):
    assert enrol(safe_client).url == "/seguridad/"
    assert RecoveryCode.objects.filter(account=delegate).current().count() == len(codes)


@pytest.mark.parametrize("field", ["name", "code"])
def test_null_bytes_and_long_values_are_refused(delegate_client, field):
    for value in ("\x00", "x" * 300):
        assert enrol(delegate_client, **{field: value}).status_code == 200
    assert not AuthenticatorApp.objects.exists()


# ---------------------------------------------------------------- removing


def test_ministry_cannot_remove_its_last_factor(ministry):
    app, client = factories.make_app(ministry), Client()
    client.force_login(ministry)
    assert "Es su único segundo factor y su cuenta debe tener uno." in remove(client, app).text
    assert AuthenticatorApp.objects.filter(pk=app.pk).exists()
