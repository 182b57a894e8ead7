"""What does a passkey alone open, and what does a log-in without one, or with the wrong one, show?"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.email_replacement import replace_email
from accounts.actions.ministry_interventions import suspend_account
from accounts.models import Account, AccountSession, Passkey
from accounts.security.webauthn import user_handle
from entities.models import Entity
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.authenticator import PRESENT, Authenticator, add, challenge_for, log_in_with
from tests.accounts.links import link_to
from tests.accounts.login_page import PAGE, is_logged_in, log_in
from tests.accounts.origins import client_at, device_cookie_of
from tests.accounts.second_factors import STEP, pending_client

pytestmark = pytest.mark.django_db
REFUSED = "No se pudo ingresar con la llave de acceso."
LOCKED = "Ingreso bloqueado por seguridad"


@pytest.fixture
def device(delegate):
    device = Authenticator()
    device.save(delegate)
    return device


def text_of(response):
    """The page but for what is random in every page."""
    return re.sub(r"/captcha/[^/]+/", "", re.sub(r'value="[^"]*"', "", response.text))


# ---------------------------------------------------------------- who gets in


def test_a_passkey_opens_its_account_without_password_and_captcha(client, delegate, device):
    assert log_in_with(client, device).url == "/"
    assert client.session["_auth_user_id"] == str(delegate.pk)
    assert AccountSession.objects.get().verified_by == "passkey"
    assert client.get("/").status_code == 200


def test_the_log_in_is_history_and_the_use_is_saved(client, delegate, device):
    log_in_with(client, device)
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.actor_id, entry.after) == ("session.opened", delegate.pk, {"factor": "passkey_alone"})
    passkey = Passkey.objects.get()
    assert passkey.sign_count == 1
    assert passkey.last_used_at is not None


def test_the_ministry_enters_its_administration_with_a_passkey(client, ministry):
    device = Authenticator()
    device.save(ministry)
    log_in_with(client, device)
    assert client.get("/admin/").status_code == 200


def test_the_passkey_opens_the_account_that_added_it_and_no_other(client, delegate, device):
    factories.make_delegate(factories.make_entity(), person=delegate.person)
    log_in_with(client, device)
    assert client.session["_auth_user_id"] == str(delegate.pk)


def test_the_key_of_the_session_changes_at_log_in(client, device):
    challenge = challenge_for(client)
    before = client.session.session_key
    client.post(PAGE, {"answer": device.sign(challenge)})
    assert client.session.session_key != before


@pytest.mark.parametrize(("wanted", "reached"), [("/usuarios/", "/usuarios/"), ("https://malo.example/", "/")])
def test_afterwards_people_go_only_to_pages_of_the_portal(client, device, wanted, reached):
    assert log_in_with(client, device, f"{PAGE}?next={wanted}").url == reached


def test_a_passkey_added_on_the_page_logs_in(delegate_client, client, delegate):
    device = Authenticator()
    add(delegate_client, device)
    log_in_with(client, device)
    assert is_logged_in(client)


# ---------------------------------------------------------------- who does not


def inactive(delegate, device):
    Account.objects.update(is_active=False)


def of_inactive_entity(delegate, device):
    Entity.objects.update(is_active=False)


def suspended(delegate, device):
    suspend_account(by=factories.make_staff("soporte"), account=delegate, reason="Se investiga su conducta")


def removed(delegate, device):
    Passkey.objects.all().delete()


def of_another_key(delegate, device):
    device.key = Authenticator().key


def of_another_account(delegate, device):
    device.handle = user_handle(factories.make_delegate(factories.make_entity()))


def without_account(delegate, device):
    device.handle = ""


def copied(delegate, device):
    Passkey.objects.update(sign_count=9)


def with_another_email(delegate, device):
    replace_email(by=delegate, account=delegate, email="otro@entidad.example", template="delegate_email_changed")


WAYS = (
    inactive,
    of_inactive_entity,
    suspended,
    removed,
    of_another_key,
    of_another_account,
    without_account,
    copied,
    with_another_email,
)


@pytest.mark.parametrize("way", WAYS)
def test_a_passkey_that_opens_nothing_gets_the_answer_of_an_unknown_one(client, delegate, device, way):
    way(delegate, device)
    response = log_in_with(client, device)
    assert REFUSED in response.text
    assert not is_logged_in(client)
    assert text_of(response) == text_of(log_in_with(client, Authenticator()))


FORGERIES = (
    {"origin": "https://malo.example"},
    {"site": "malo.example"},
    {"flags": PRESENT},
    {"flags": 0},
    {"kind": "webauthn.create"},
)


@pytest.mark.parametrize("forged", FORGERIES)
def test_an_answer_for_elsewhere_or_unverified_opens_nothing(client, device, forged):
    response = log_in_with(client, device, **forged)
    assert not is_logged_in(client)
    assert text_of(response) == text_of(log_in_with(client, Authenticator(), **forged))


def test_a_known_and_an_unknown_passkey_cost_the_same_statements(delegate, device):
    of_another_key(delegate, device)
    statements = []
    for one in (device, Authenticator()):
        client = Client()
        answer = {"answer": one.sign(challenge_for(client))}
        with CaptureQueriesContext(connection) as queries:
            client.post(PAGE, answer)
        statements.append([query["sql"].split()[0] for query in queries])
    assert statements[0] == statements[1]


# ---------------------------------------------------------------- the challenge


def test_a_challenge_is_of_use_once(client, device):
    challenge = challenge_for(client)
    client.post(PAGE, {"answer": "{}"})
    client.post(PAGE, {"answer": device.sign(challenge)})
    assert not is_logged_in(client)


def test_an_answer_opens_no_second_session(client, device):
    challenge = challenge_for(client)
    thief = Client()
    thief.cookies = client.cookies.copy()
    answer = {"answer": device.sign(challenge)}
    client.post(PAGE, answer)
    assert REFUSED in thief.post(PAGE, answer).text
    assert not is_logged_in(thief)


def test_the_answer_to_the_challenge_of_another_session_opens_nothing(client, device):
    challenge_for(client)
    client.post(PAGE, {"answer": device.sign(challenge_for(Client()))})
    assert not is_logged_in(client)


def test_without_a_challenge_an_answer_opens_nothing(client, device):
    client.post(PAGE, {"answer": device.sign("")})
    assert not is_logged_in(client)


def test_a_challenge_expires(client, device, time_machine):
    time_machine.move_to("2026-11-20T12:00:00-05:00", tick=False)
    challenge = challenge_for(client)
    time_machine.shift(timedelta(minutes=6))
    client.post(PAGE, {"answer": device.sign(challenge)})
    assert not is_logged_in(client)


def test_a_challenge_of_the_second_factor_does_not_log_in(delegate, device):
    client = pending_client(delegate)
    client.get(STEP)
    client.post(PAGE, {"answer": device.sign(client.session["passkey_challenge"]["challenge"])})
    assert not is_logged_in(client)


def test_a_challenge_of_the_log_in_is_no_second_factor(delegate, device):
    client = pending_client(delegate)
    client.post(STEP, {"answer": device.sign(challenge_for(client))})
    assert not is_logged_in(client)


# ---------------------------------------------------------------- counting


def fail(client, device, times=5):
    for _ in range(times):
        response = log_in_with(client, device, origin="https://malo.example")
    return response


def test_five_failures_lock_the_passkey_for_that_origin_alone(device):
    here, elsewhere = client_at("198.51.100.1"), client_at("203.0.113.1")
    fail(here, device)
    assert LOCKED in log_in_with(here, device).text
    assert log_in_with(elsewhere, device).url == "/"


def test_an_unknown_passkey_is_locked_alike(device):
    here = client_at("198.51.100.1")
    fail(here, device)
    locked = text_of(log_in_with(here, device))
    unknown = Authenticator()
    fail(here, unknown)
    assert text_of(log_in_with(here, unknown)) == locked


def test_failures_with_a_passkey_do_not_lock_the_password(client, delegate, device):
    fail(client, device)
    Passkey.objects.all().delete()
    log_in(client, delegate.login)
    assert is_logged_in(client)


def test_a_known_device_has_a_count_of_its_own(client, device):
    log_in_with(client, device)
    known = client_at("198.51.100.1", device_cookie_of(client))
    fail(client_at("198.51.100.1"), device)
    assert log_in_with(known, device).url == "/"


def test_failures_count_for_the_address_with_those_of_passwords(settings, delegate):
    settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS = 3
    here = client_at("198.51.100.1")
    for _ in range(3):
        fail(here, Authenticator(), 1)
    assert LOCKED in log_in(here, delegate.login).text


def test_a_log_in_forgets_the_failures(device):
    here = client_at("198.51.100.1")
    fail(here, device, 4)
    log_in_with(client_at("198.51.100.1"), device)
    fail(here, device, 4)
    assert log_in_with(here, device).url == "/"


def test_failures_are_history_of_the_account(client, delegate, device):
    fail(client, device)
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.object_id, entry.after) == ("session.refused", str(delegate.pk), {"locked": True})


# ---------------------------------------------------------------- after a password that a link has set


def test_a_password_set_by_link_closes_the_account_to_passkeys_alone(client, delegate, device):
    new = "otra frase larga y tranquila"
    assert Client().post(link_to(delegate), {"new": new, "confirmation": new}).status_code == 302
    assert REFUSED in log_in_with(client, device).text
    assert not is_logged_in(client)


def test_a_passkey_that_follows_the_new_password_opens_alone_again(client, delegate, device):
    Passkey.objects.update(opens_alone=False)
    pending = pending_client(delegate)
    pending.get(STEP)
    pending.post(STEP, {"answer": device.sign(pending.session["passkey_challenge"]["challenge"])})
    assert is_logged_in(pending)
    assert log_in_with(client, device).url == "/"


def test_another_factor_after_the_new_password_gives_the_passkey_nothing_back(client, delegate, device, app):
    Passkey.objects.update(opens_alone=False)
    pending_client(delegate).post(STEP, {"code": factories.code_of(app)})
    assert REFUSED in log_in_with(client, device).text
