"""How many guesses does anybody get, even all at once, and when are they forgotten?"""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import get_hasher
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.actions import login_and_password as actions
from accounts.security import login_limits
from mipres_admin.history.models import HistoryEntry
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in

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


def guess(login="ADMIPS900000000", address=None):
    return login_limits.register_attempt(login=login, address=address)


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
def test_the_message_says_what_to_do(client, delegate):
    fail(client, delegate.login, 5)
    assert "comuníquese con Atención al usuario" in log_in(client, delegate.login).text


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
def test_after_thirty_minutes_five_more_guesses_are_allowed_and_no_sixth(client, delegate, clock):
    fail(client, delegate.login, 5)
    clock.shift(timedelta(minutes=30))
    assert "Credenciales inválidas" in fail(client, delegate.login, 5).text
    assert "Ingreso bloqueado" in fail(client, delegate.login).text


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
def test_history_tells_which_failure_locked_and_nothing_of_the_knocking(client, delegate):
    fail(client, delegate.login, 7)
    refusals = HistoryEntry.objects.filter(event="session.refused").order_by("id")
    assert [entry.after["locked"] for entry in refusals] == [False] * 4 + [True]


# ---------------------------------------------------------------- an address


@pytest.mark.django_db
def test_a_hundred_failures_from_one_address_lock_it(client, delegate, clock):
    for number in range(100):
        guess(f"ADMIPS{number:09}", "127.0.0.1")
    assert LOCKED.format("30 minutos") in log_in(client, delegate.login).text


@pytest.mark.django_db
def test_a_locked_address_locks_no_more_names(clock):
    for number in range(100):
        guess(f"ADMIPS{number:09}", "192.0.2.1")
    for _ in range(5):
        with pytest.raises(ValidationError):
            guess("ADMIPS900000000", "192.0.2.1")
    assert guess("ADMIPS900000000", "192.0.2.2").login.count == 1


@pytest.mark.django_db
def test_an_address_is_free_again_in_the_next_half_hour(clock):
    for number in range(100):
        guess(f"ADMIPS{number:09}", "192.0.2.1")
    clock.shift(timedelta(minutes=30))
    assert guess(address="192.0.2.1").login.count == 1


@pytest.mark.django_db
def test_a_success_gives_the_address_only_its_own_attempt_back(clock):
    guess("ADMIPS900000001", "192.0.2.1")
    guess("ADMIPS900000002", "192.0.2.1").reset()
    assert RateCounter.objects.get(key=login_limits._key("address", "192.0.2.1")).count == 1


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
    keys = [login_limits._count_address(address, 9).key for address in (one, other)]
    assert (keys[0] == keys[1]) is same


# ---------------------------------------------------------------- what is kept


@pytest.mark.django_db
def test_counters_hold_neither_login_nor_address():
    guess("ADMIPS900000000", "192.0.2.1")
    keys = " ".join(RateCounter.objects.values_list("key", flat=True))
    assert not any(piece in keys for piece in ("ADMIPS", "900000000", "192.0"))


@pytest.mark.django_db
def test_the_hash_of_a_counter_needs_the_secret_key(settings):
    before = login_limits._key("login", "ADMIPS900000000")
    settings.SECRET_KEY = "another" * 10
    assert login_limits._key("login", "ADMIPS900000000") != before


@pytest.mark.django_db
def test_old_counters_are_swept_and_young_ones_stay(clock):
    guess("ADMIPS900000001")
    clock.shift(timedelta(minutes=30))
    young = guess("ADMIPS900000002")
    limiter.sweep()
    assert list(RateCounter.objects.values_list("key", flat=True)) == [young.key]


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
            actions.open_session(login=login, password="otra cosa distinta")
        except ValidationError as refusal:
            answers.append(refusal.code)

    at_once(guess_wrong, 30)
    assert len(looks) == 5
    assert sorted(answers) == ["credentials"] * 5 + ["locked"] * 25
