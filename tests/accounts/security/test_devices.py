"""Which devices have a count of their own, and what can a thief do with their cookie?"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions.ministry_interventions import reactivate_account, suspend_account
from accounts.actions.staff import close_staff
from accounts.models import KnownDevice
from accounts.security import devices, login_limits
from tests import factories
from tests.accounts.links import link_to
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.origins import client_at, coming_from, device_cookie_of
from tests.accounts.passwords import NEW, change

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "203.0.113.1", "203.0.113.2"


def logged_out(account, address=HOME):
    """A browser that logged in well and then logged out."""
    client = client_at(address)
    log_in(client, account.login)
    client.post("/salir/")
    return client


def fail(client, login, times=6):
    for _ in range(times):
        response = log_in(client, login, "otra cosa distinta")
    return response


def attack(login, addresses=20):
    """So many wrong passwords, each from another address."""
    for last in range(addresses):
        with coming_from(f"198.51.100.{last}"):
            login_limits.register_attempt(login=login, account=None)


def is_known(cookie, account):
    return bool(devices.find(cookie, account))


@pytest.fixture
def known(delegate):
    return logged_out(delegate)


@pytest.fixture
def cookie(known):
    return device_cookie_of(known)


# ---------------------------------------------------------------- the owner


def test_known_device_enters_while_its_own_address_is_locked(known, delegate):
    assert "Ingreso bloqueado" in fail(client_at(HOME), delegate.login).text
    log_in(known, delegate.login)
    assert is_logged_in(known)


def test_known_device_enters_while_the_login_is_under_attack(known, delegate):
    attack(delegate.login)
    assert "Ingreso bloqueado" in log_in(client_at(ELSEWHERE), delegate.login).text
    log_in(known, delegate.login)
    assert is_logged_in(known)


def test_known_device_enters_from_an_address_with_many_failures(known, delegate, settings):
    settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS = 2
    fail(client_at(HOME), "ADMIPS999999999", 2)
    log_in(known, delegate.login)
    assert is_logged_in(known)


def test_known_device_that_fails_five_times_is_locked_alone(known, delegate):
    assert "Espere 30 minutos" in fail(known, delegate.login).text
    log_in(other := client_at(HOME), delegate.login)
    assert is_logged_in(other)


def test_known_device_of_the_ministry_enters_during_an_attack(ministry):
    request = SimpleNamespace()
    devices.remember(request, ministry)
    attack(ministry.login)
    assert log_in(client_at(HOME, request.device_cookie), ministry.login).url == "/ingresar/segundo-factor/"


def test_mailed_link_makes_the_browser_known(client, delegate):
    attack(delegate.login)
    client.post(link_to(delegate, "recover"), {"new": NEW, "confirmation": NEW})
    attack(delegate.login)
    log_in(client, delegate.login, NEW)
    assert is_logged_in(client)


def test_one_browser_knows_five_accounts(delegate):
    accounts = [delegate, *(factories.make_delegate(delegate.entity, login=f"OTRO{n}") for n in range(5))]
    client = Client()
    for account in accounts:
        log_in(client, account.login)
        client.post("/salir/")
    known = [is_known(device_cookie_of(client), account) for account in accounts]
    assert known == [False] + [True] * 5


# ---------------------------------------------------------------- the cookie


def test_scripts_and_other_sites_never_see_the_cookie(known, settings):
    morsel = known.cookies[settings.DEVICE_COOKIE_NAME]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert morsel["max-age"] == timedelta(days=180).total_seconds()


def test_cookie_never_travels_over_plain_http_in_production(delegate, settings):
    settings.SESSION_COOKIE_SECURE = True
    morsel = logged_out(delegate).cookies[settings.DEVICE_COOKIE_NAME]
    # what a browser demands of a name that begins with __Host-
    assert (morsel["secure"], morsel["path"], morsel["domain"]) == (True, "/", "")


def test_nothing_about_anybody_is_in_the_cookie(cookie, delegate):
    ((secret,), digest) = signing.loads(cookie, salt=devices.SALT), KnownDevice.objects.get().digest
    assert len(secret) == 32
    assert secret not in digest
    assert delegate.login not in secret


def test_cookie_changes_with_each_log_in_and_the_old_one_is_useless(known, cookie, delegate):
    log_in(known, delegate.login)
    assert not is_known(cookie, delegate)
    assert is_known(device_cookie_of(known), delegate)


def test_forged_cookie_is_no_device(cookie, delegate):
    forged = signing.dumps(["x" * 32], salt=devices.SALT)
    for value in (cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), forged, "x", "", "null", ":::"):
        assert not is_known(value, delegate)


@pytest.fixture(params=["forged", "of another account", "expired", "of an old key", "of an old password"])
def useless(request, clock, cookie, colleague, delegate, settings):
    """A cookie that makes no device of the delegate's known."""
    match request.param:
        case "forged":
            return signing.dumps(["x" * 32], salt=devices.SALT, key="invented")
        case "of another account":
            return device_cookie_of(logged_out(colleague))
        case "expired":
            clock.shift(timedelta(days=180, seconds=1))
        case "of an old key":
            settings.SECRET_KEY = "another" * 10
        case "of an old password":
            delegate.set_password(factories.PASSWORD)
            delegate.save()
    return cookie


def test_useless_cookie_lets_nobody_in_under_attack(useless, delegate):
    attack(delegate.login)
    log_in(client := client_at(ELSEWHERE, useless), delegate.login)
    assert not is_logged_in(client)


def test_useless_cookie_gets_the_answer_of_none(useless, delegate, settings):
    told = []
    for client in (client_at(ELSEWHERE), client_at("203.0.113.3", useless)):
        answers = [log_in(client, delegate.login, "otra cosa distinta") for _ in range(6)]
        told.append([(answer.status_code, answer.context["form"].errors.as_json()) for answer in answers])
        assert all(settings.DEVICE_COOKIE_NAME not in answer.cookies for answer in answers)
    assert told[0] == told[1]


def test_key_in_retirement_keeps_devices_known(cookie, delegate, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert is_known(cookie, delegate)


def test_cookie_costs_the_same_for_names_that_do_not_exist(cookie, colleague, django_assert_num_queries):
    for account in (colleague, None):
        with django_assert_num_queries(1):
            devices.find(cookie, account)


def test_signed_values_of_other_places_are_no_devices(delegate):
    assert not is_known(signing.dumps(["x"], salt="otra"), delegate)


def test_cookie_is_of_no_use_for_another_account(cookie, colleague):
    assert not is_known(cookie, colleague)
    assert not is_known(cookie, None)


def test_stolen_cookie_gives_five_guesses_of_its_own(cookie, delegate):
    thief = client_at(ELSEWHERE, cookie)
    assert "Ingreso bloqueado" in fail(thief, delegate.login).text
    log_in(owner := client_at(HOME), delegate.login)
    assert is_logged_in(owner)


def test_cookie_is_of_no_use_after_180_days(clock, delegate):
    cookie = device_cookie_of(logged_out(delegate))
    clock.shift(timedelta(days=180))
    assert not is_known(cookie, delegate)
    devices.forget_old()
    assert not KnownDevice.objects.exists()


# ---------------------------------------------------------------- what forgets it


def test_password_change_forgets_every_device_but_this(cookie, delegate):
    client = Client()
    log_in(client, delegate.login)
    change(client)
    delegate.refresh_from_db()
    assert not is_known(cookie, delegate)
    assert is_known(device_cookie_of(client), delegate)
    assert delegate.known_devices.count() == 1


def test_password_that_changes_behind_the_portal_forgets_the_devices(cookie, delegate):
    delegate.set_password(NEW)
    delegate.save()
    assert not is_known(cookie, delegate)


def test_end_of_all_other_sessions_forgets_their_devices(cookie, delegate):
    client = Client()
    log_in(client, delegate.login)
    client.post("/seguridad/sesiones/cerrar/")
    assert not is_known(cookie, delegate)
    assert is_known(device_cookie_of(client), delegate)


def test_end_of_one_session_forgets_its_device(delegate_client, delegate):
    lost = Client()
    log_in(lost, delegate.login)
    session = delegate.sessions.latest("pk")
    delegate_client.post(f"/seguridad/sesiones/{session.public_id}/cerrar/")
    assert not is_known(device_cookie_of(lost), delegate)


def test_suspension_forgets_devices_for_good(known, cookie, delegate, ministry):
    suspend_account(by=ministry, account=delegate, reason="Prueba")
    assert not is_known(cookie, delegate)
    told = [log_in(client, delegate.login).context["form"].errors for client in (known, client_at(ELSEWHERE))]
    assert told[0] == told[1]
    reactivate_account(by=ministry, account=delegate, reason="Prueba")
    assert not is_known(cookie, delegate)


def test_closed_account_forgets_devices_and_tells_no_more(chief):
    closed, request = factories.make_staff("soporte"), SimpleNamespace()
    devices.remember(request, closed)
    close_staff(by=chief, account=closed, reason="Prueba")
    assert not is_known(request.device_cookie, closed)
    client = client_at(HOME, request.device_cookie)
    told = [log_in(client, login).context["form"].errors for login in (closed.login, "MIN999999")]
    assert told[0] == told[1]


def test_account_keeps_its_ten_newest_devices(delegate):
    first, *others = (device_cookie_of(logged_out(delegate, f"203.0.113.{n}")) for n in range(11))
    assert not is_known(first, delegate)
    assert all(is_known(cookie, delegate) for cookie in others)


def test_guesses_without_a_right_password_leave_no_device(client, delegate):
    fail(client, delegate.login)
    assert not KnownDevice.objects.exists()


# ---------------------------------------------------------------- where else it counts


def test_second_factor_of_a_known_device_is_not_locked_by_others(delegate, cookie):
    for last in range(30):
        with coming_from(f"198.51.100.{last}"):
            try:
                login_limits.register_attempt(login=delegate.login, account=delegate, kind=login_limits.FACTOR)
            except ValidationError:
                break
    assert last == 20
    with coming_from(HOME, cookie):
        assert login_limits.register_attempt(login=delegate.login, account=delegate, kind=login_limits.FACTOR)
