"""How many guesses does anybody get, even all at once, and when are they forgotten?"""

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.hashers import get_hasher
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from accounts.actions.login_and_password import open_session
from accounts.security import login_limits
from mipres_admin.history.models import HistoryEntry
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.accounts.origins import client_at, coming_from

NOON = "2026-11-20T12:00:00-05:00"
LOCKED = "Ingreso bloqueado por seguridad, porque hubo demasiados intentos fallidos. Espere {} e intente de nuevo"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moment:
        yield moment


def fail(client, login, times=1):
    for _ in range(times):
        response = log_in(client, login, "otra cosa distinta")
    return response


def guess(login="ADMIPS900000000", address=None, account=None, device_cookie=""):
    with coming_from(address, device_cookie):
        return login_limits.register_attempt(login=login, account=account)


def guesses(number, login="ADMIPS900000000", hour=0):
    """Guess from so many addresses; how many of them were looked at."""
    looked_at = 0
    for last in range(number):
        with suppress(ValidationError):
            guess(login, f"198.51.{hour}.{last}")
            looked_at += 1
    return looked_at


# ---------------------------------------------------------------- a login


@pytest.mark.django_db
def test_four_failures_do_not_lock(client, delegate):
    fail(client, delegate.login, 4)
    log_in(client, delegate.login)
    assert is_logged_in(client)


@pytest.mark.django_db
def test_after_five_failures_the_right_password_is_refused_too(client, delegate, clock):
    fail(client, delegate.login, 5)
    assert LOCKED.format("30 minutos") in log_in(client, delegate.login).text
    assert not is_logged_in(client)


@pytest.mark.django_db
def test_while_locked_no_password_is_looked_at(client, delegate, monkeypatch):
    fail(client, delegate.login, 5)
    monkeypatch.setattr(type(get_hasher()), "verify", None)
    assert "Ingreso bloqueado" in log_in(client, delegate.login).text


@pytest.mark.django_db
def test_names_that_do_not_exist_are_locked_alike(client, clock):
    fail(client, "ADMIPS999999999", 5)
    assert LOCKED.format("30 minutos") in log_in(client, "ADMIPS999999999").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        "use «Olvidé mi clave - Recordar contraseña»: el ingreso se desbloquea cuando asigna su contraseña",
        "comuníquese con Atención al usuario",
    ],
)
def test_the_message_says_what_to_do(client, delegate, words):
    fail(client, delegate.login, 5)
    assert words in log_in(client, delegate.login).text


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "left"), [(600, "20 minutos"), (29 * 60, "1 minuto"), (29 * 60 + 59, "1 minuto")])
def test_the_message_says_how_long(client, delegate, clock, later, left):
    fail(client, delegate.login, 5)
    clock.shift(later)
    assert LOCKED.format(left) in log_in(client, delegate.login).text


@pytest.mark.django_db
def test_after_thirty_minutes_the_right_password_opens(client, delegate, clock):
    fail(client, delegate.login, 5)
    clock.shift(timedelta(minutes=30))
    log_in(client, delegate.login)
    assert is_logged_in(client)


@pytest.mark.django_db
def test_each_failure_after_the_lock_doubles_the_wait(clock):
    for _ in range(5):
        guess()
    for minutes in (30, 60, 120, 240, 480, 480):
        with pytest.raises(ValidationError, match=f"Espere {minutes} minutos"):
            guess()
        clock.shift(timedelta(minutes=minutes))
        guess()


@pytest.mark.django_db
def test_a_day_after_the_last_failure_five_guesses_are_allowed(clock):
    for _ in range(5):
        guess()
    clock.shift(timedelta(days=1))
    assert [guess().is_last_allowed for _ in range(5)] == [False] * 4 + [True]


@pytest.mark.django_db
def test_attempts_while_locked_do_not_prolong_the_lock(client, delegate, clock):
    fail(client, delegate.login, 5)
    clock.shift(timedelta(minutes=29))
    fail(client, delegate.login, 3)
    clock.shift(timedelta(minutes=1))
    log_in(client, delegate.login)
    assert is_logged_in(client)


@pytest.mark.django_db
def test_lock_period_begins_again_with_each_failure(clock):
    for _ in range(4):
        guess()
        clock.shift(timedelta(minutes=29))
    assert guess().is_last_allowed


@pytest.mark.django_db
def test_success_forgets_the_failures(client, delegate):
    fail(client, delegate.login, 4)
    log_in(client, delegate.login)
    client.post("/salir/")
    assert "Credenciales inválidas" in fail(client, delegate.login, 4).text


@pytest.mark.django_db
def test_the_case_of_the_login_makes_no_other_counter(client, delegate):
    fail(client, delegate.login.lower(), 5)
    assert "Ingreso bloqueado" in log_in(client, delegate.login).text


@pytest.mark.django_db
def test_a_lock_touches_nobody_else(client, delegate, colleague):
    fail(client, delegate.login, 5)
    log_in(client, colleague.login)
    assert is_logged_in(client)


@pytest.mark.django_db
def test_a_lock_stays_where_the_failures_come_from(delegate):
    fail(client_at("203.0.113.1"), delegate.login, 6)
    log_in(owner := client_at("203.0.113.2"), delegate.login)
    assert is_logged_in(owner)


@pytest.mark.django_db
def test_a_lock_of_the_ministry_stays_where_the_failures_come_from(ministry):
    fail(client_at("203.0.113.1"), ministry.login, 6)
    assert log_in(client_at("203.0.113.2"), ministry.login).url == "/ingresar/segundo-factor/"


@pytest.mark.django_db
def test_history_tells_which_failure_locked_and_nothing_of_the_knocking(client, delegate):
    fail(client, delegate.login, 7)
    refusals = HistoryEntry.objects.filter(event="session.refused").order_by("id")
    assert [entry.after["locked"] for entry in refusals] == [False] * 4 + [True]


# ---------------------------------------------------------------- an address


@pytest.fixture
def slow_address(clock):
    """An address with a hundred failures in this half hour."""
    for number in range(100):
        guess(f"ADMIPS{number:09}", "127.0.0.1")


@pytest.mark.django_db
def test_a_hundred_failures_from_one_address_slow_it(client, delegate, clock, slow_address):
    assert LOCKED.format("1 minuto") in log_in(client, delegate.login).text
    clock.shift(5)
    log_in(client, delegate.login)
    assert is_logged_in(client)


@pytest.mark.django_db
def test_a_slow_address_guesses_ninety_times_an_hour_more(clock, slow_address):
    looked_at = 0
    for number in range(360):
        clock.shift(5)
        with suppress(ValidationError):
            guess(f"ADMEPS{number:09}", "127.0.0.1")
            looked_at += 1
    assert looked_at <= 100 + 2 * 60


@pytest.mark.django_db
def test_guesses_of_a_slow_address_count_for_no_login(slow_address):
    for _ in range(5):
        with pytest.raises(ValidationError):
            guess("ADMIPS900000000", "127.0.0.1")
    assert guess("ADMIPS900000000", "192.0.2.2").shared[-1].count == 1


@pytest.mark.django_db
def test_an_address_is_free_again_in_the_next_half_hour(clock, slow_address):
    clock.shift(timedelta(minutes=30))
    assert guess(address="127.0.0.1").shared[0].count == 1


@pytest.mark.django_db
def test_a_success_gives_shared_counts_only_its_own_attempt_back(clock):
    guess("ADMIPS900000001", "192.0.2.1")
    address = guess("ADMIPS900000002", "192.0.2.1")
    address.reset()
    assert RateCounter.objects.get(key=address.shared[0].key).count == 1
    assert RateCounter.objects.get(key=address.subject).count == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_an_address_is_what_one_household_has(one, other, same):
    assert (guess(address=one).own.key == guess(address=other).own.key) is same


@pytest.mark.django_db
@pytest.mark.parametrize(("networks", "guessed"), [("2001:db8:0:{:x}::1", 8), ("2001:db8:0:{:x}00::1", 32)])
def test_many_networks_of_one_organisation_share_an_allowance(clock, settings, networks, guessed):
    settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS = 2
    addresses = [networks.format(number) for number in range(guessed + 3)]
    looked_at = 0
    for number, address in enumerate(addresses):
        with suppress(ValidationError):
            guess(f"ADMIPS{number}", address)
            looked_at += 1
    assert looked_at == guessed
    guess("ADMIPS900000000", "2001:db8:1::1")


# ---------------------------------------------------------------- a login under attack


@pytest.mark.django_db
def test_attack_over_many_origins_gets_twenty_passwords_checked_and_the_owner_enters(delegate, monkeypatch):
    log_in(owner := client_at("192.0.2.1"), delegate.login)
    owner.post("/salir/")
    checked, hasher = [], type(get_hasher())
    verify = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda *args: (checked.append(args), verify(*args))[1])
    for last in range(24):
        fail(client_at(f"198.51.100.{last}"), delegate.login)
    assert len(checked) == 20
    log_in(owner, delegate.login)
    assert is_logged_in(owner)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["X-Forwarded-For", "X_Forwarded_For", "Forwarded", "X-Real-IP", "True-Client-IP"])
def test_client_does_not_choose_its_origin(delegate, name):
    for last in range(5):
        fail(Client(headers={name: f"203.0.113.{last}"}), delegate.login)
    assert "Ingreso bloqueado" in log_in(Client(headers={name: "203.0.113.9"}), delegate.login).text


@pytest.mark.django_db
def test_behind_the_proxy_only_the_address_that_it_added_counts(delegate, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for last in range(5):
        fail(Client(headers={"X-Forwarded-For": f"203.0.113.{last}, 198.51.100.7"}), delegate.login)
    assert "Ingreso bloqueado" in log_in(Client(headers={"X-Forwarded-For": "198.51.100.7"}), delegate.login).text
    log_in(other := Client(headers={"X-Forwarded-For": "198.51.100.7, 198.51.100.8"}), delegate.login)
    assert is_logged_in(other)


@pytest.mark.django_db
def test_twenty_failures_from_many_addresses_slow_unknown_devices_down(clock, delegate):
    assert guesses(40, delegate.login) == 20
    owner = Client()
    assert LOCKED.format("1 minuto") in log_in(owner, delegate.login).text
    clock.shift(15)
    log_in(owner, delegate.login)
    assert is_logged_in(owner)


@pytest.mark.django_db
def test_guesser_with_any_number_of_addresses_gets_thirty_five_an_hour(clock):
    hours = []
    for hour in range(2):
        looked_at = guesses(20, hour=hour)
        for turn in range(180):
            with suppress(ValidationError):
                guess(address=f"10.{hour}.0.{turn}")
                looked_at += 1
            clock.shift(20)
        hours.append(looked_at)
    assert hours[0] <= 20 + 15
    assert hours[1] <= 12


@pytest.mark.django_db
def test_guess_that_must_wait_costs_who_guesses_nothing(clock):
    guesses(20)
    for _ in range(9):
        with pytest.raises(ValidationError):
            guess(address="192.0.2.1")
    clock.shift(15)
    assert guess(address="192.0.2.1").own.count == 1


@pytest.mark.django_db
def test_right_password_from_an_unknown_device_does_not_slow_the_login(delegate):
    for last in range(22):
        with coming_from(f"198.51.100.{last}"):
            assert open_session(login=delegate.login, password=factories.PASSWORD) == delegate


# ---------------------------------------------------------------- requests for mailed links


def request_links(number, kind):
    with coming_from("198.51.100.1"):
        for data in range(number):
            login_limits.register_link_request(kind=kind, login=f"CC{data}", email="rosa@correo.example")


@pytest.mark.django_db
def test_requests_without_a_session_use_up_none_of_a_session():
    request_links(5, "sign_up")
    request_links(5, "email_change")
    with pytest.raises(ValidationError, match="demasiadas solicitudes"):
        request_links(1, "email_change")


@pytest.mark.django_db
def test_a_hundred_networks_an_hour_fill_a_mailbox(clock, monkeypatch):
    monkeypatch.setattr(login_limits, "FIRST_MAILS_ALLOWED", 3)
    request = partial(login_limits.register_link_request, kind="sign_up", email="rosa@correo.example")
    for last in range(3):
        with coming_from(f"198.51.100.{last}"):
            request()
    with coming_from("198.51.100.9"), pytest.raises(ValidationError, match="Espere 1 minuto"):
        request()


@pytest.mark.django_db
def test_one_organisation_with_many_networks_does_not_fill_a_mailbox(clock, monkeypatch):
    monkeypatch.setattr(login_limits, "FIRST_MAILS_ALLOWED", 2)
    request = partial(login_limits.register_link_request, kind="sign_up", email="rosa@correo.example")
    for number in range(20):
        with coming_from(f"2001:db8:0:{number:x}00::1"), suppress(ValidationError):
            request()
    with coming_from("2001:db8:1::1"):
        request()


# ---------------------------------------------------------------- what is kept


@pytest.mark.django_db
def test_counters_hold_neither_login_nor_address():
    guess("ADMIPS900000000", "192.0.2.1")
    keys = " ".join(RateCounter.objects.values_list("key", flat=True))
    assert not any(piece in keys for piece in ("ADMIPS", "900000000", "192.0"))


@pytest.mark.django_db
def test_the_hash_of_a_counter_needs_the_secret_key(settings):
    before = guess().own.key
    settings.SECRET_KEY = "another" * 10
    assert guess().own.key != before


@pytest.mark.django_db
def test_old_counters_are_swept_and_young_ones_stay(clock):
    guess("ADMIPS900000001")
    clock.shift(timedelta(hours=1))
    young = guess("ADMIPS900000002")
    limiter.sweep()
    kept = {young.own.key, *(one.key for one in young.shared)}
    assert set(RateCounter.objects.values_list("key", flat=True)) == kept


# ---------------------------------------------------------------- all at once


def at_once(function, times):
    """Do it in so many threads that begin together, each with its own connection."""
    begin = threading.Barrier(times)

    def run():
        try:
            begin.wait(20)
            function()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_of_thirty_guesses_at_once_five_passwords_are_looked_at(monkeypatch):
    login = factories.make_delegate(factories.make_entity()).login
    looks, answers = [], []
    hasher = type(get_hasher())
    verify = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda *args: (looks.append(args), verify(*args))[1])

    def guess_wrong():
        try:
            open_session(login=login, password="otra cosa distinta")
        except ValidationError as refusal:
            answers.append(refusal.code)

    at_once(guess_wrong, 30)
    assert len(looks) == 5
    assert sorted(answers) == ["credentials"] * 5 + ["locked"] * 25


@pytest.mark.django_db(transaction=True)
def test_of_thirty_addresses_at_once_none_passes_the_pace_of_the_login(settings):
    settings.LOGIN_FAILURES_ALLOWED_ANYWHERE = 3
    numbers, passed = iter(range(30)), []

    def guess_from_another_address():
        with suppress(ValidationError):
            passed.append(guess(address=f"198.51.100.{next(numbers)}"))

    at_once(guess_from_another_address, 30)
    assert len(passed) == 3
