"""Does a sender whose requests are slow leave threads to others, and does nobody notice who is not slow?"""

from contextlib import ExitStack
from threading import Event, Thread

import pytest
from django.test import Client

from mipres_admin import in_flight
from mipres_admin.in_flight import PLACES, InFlight, TooManyInFlight
from mipres_admin.middleware.in_flight import accounts


@pytest.fixture
def slow(monkeypatch):
    """Every request is slow from its beginning on."""
    monkeypatch.setattr(in_flight, "SLOW", 0)


@pytest.fixture
def full():
    """A function by which a sender takes all its places, until the test ends."""
    with ExitStack() as kept:
        yield lambda group, sender: [kept.enter_context(group.place(sender)) for _ in range(PLACES)]


def test_slow_requests_of_one_sender_refuse_the_next_at_once(full, slow):
    group = InFlight(waiting=9)
    full(group, "a")
    with pytest.raises(TooManyInFlight), group.place("a"):
        pass
    with group.place("b"):
        pass


def test_a_request_waits_for_one_that_is_not_slow():
    group, entered, leave = InFlight(waiting=1), Event(), Event()

    def hold():
        with group.place("a"):
            entered.set()
            leave.wait(5)

    with ExitStack() as kept:
        for _ in range(PLACES - 1):
            kept.enter_context(group.place("a"))
        (thread := Thread(target=hold)).start()
        assert entered.wait(5)
        Thread(target=leave.set).start()
        with group.place("a"):
            thread.join(5)


def test_no_more_wait_than_are_allowed(full):
    group = InFlight(waiting=0)
    full(group, "a")
    with pytest.raises(TooManyInFlight), group.place("a"):
        pass


def test_who_waits_is_refused_when_those_before_are_slow(full, monkeypatch):
    monkeypatch.setattr(in_flight, "SLOW", 0.05)
    group = InFlight(waiting=1)
    full(group, "a")
    for _ in range(2):
        with pytest.raises(TooManyInFlight), group.place("a"):
            pass


def test_nothing_is_kept_of_requests_that_have_ended(full, slow):
    group = InFlight(waiting=1)
    with ExitStack() as kept:
        for _ in range(PLACES):
            kept.enter_context(group.place("a"))
        with pytest.raises(TooManyInFlight), group.place("a"):
            pass
    assert (group._since, group._waiting) == ({}, {})


@pytest.mark.django_db
def test_an_account_with_slow_requests_gets_a_page_from_all_its_sessions(
    delegate, delegate_client, colleague, client, full, slow
):
    full(accounts, f"account {delegate.pk}")
    response = delegate_client.post("/usuarios/", {"q": "x"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
    assert "no guardó ningún cambio" in " ".join(response.text.split())
    assert delegate.login not in response.text
    other_session, other = Client(), Client()
    other_session.force_login(delegate)
    other.force_login(colleague)
    assert other_session.get("/").status_code == 429
    assert (other.get("/").status_code, client.get("/ingresar/").status_code) == (200, 200)


@pytest.mark.django_db
def test_an_error_gives_the_place_back(delegate_client, monkeypatch):
    monkeypatch.setattr("roles.views.users.render", None)
    for _ in range(PLACES + 1):
        with pytest.raises(TypeError):
            delegate_client.get("/usuarios/")
    assert accounts._since == {}
