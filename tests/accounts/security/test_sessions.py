"""How long does a session last?"""

from datetime import timedelta

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- how long


def test_twenty_minutes_without_a_request_end_the_session_and_say_so(at_noon, clock):
    clock.shift(timedelta(minutes=20))
    assert at_noon.get("/usuarios/").url == "/ingresar/?next=/usuarios/"
    assert "pasaron 20 minutos sin actividad" in at_noon.get("/ingresar/").text


def test_nineteen_minutes_do_not_end_the_session(at_noon, clock):
    for _ in range(4):
        clock.shift(timedelta(minutes=19))
        assert at_noon.get("/").status_code == 200


def test_twelve_hours_end_the_session_however_busy_it_is(at_noon, clock):
    for _ in range(4 * 12 - 1):
        clock.shift(timedelta(minutes=15))
        assert at_noon.get("/salir/").status_code == 200
    clock.shift(timedelta(minutes=15))
    assert at_noon.get("/").status_code == 302
    assert "duró 12 horas, el máximo" in at_noon.get("/ingresar/").text


def test_an_ended_session_has_its_end_written(at_noon, clock, delegate):
    clock.shift(timedelta(minutes=25))
    at_noon.get("/")
    assert delegate.sessions.get().ended_at is not None


def test_last_request_is_written_once_a_minute(at_noon, clock, delegate):
    clock.shift(timedelta(seconds=59))
    at_noon.get("/")
    before = delegate.sessions.get()
    clock.shift(timedelta(seconds=1))
    at_noon.get("/")
    assert before.last_seen_at == before.started_at
    assert delegate.sessions.get().last_seen_at == before.started_at + timedelta(minutes=1)


def test_the_page_knows_how_long_the_session_lives(at_noon, clock):
    clock.shift(timedelta(seconds=30))
    assert 'data-left="1170" data-warn="120"' in at_noon.get("/").text


def test_old_rows_go_with_the_next_log_in(at_noon, clock, delegate):
    clock.shift(timedelta(days=31))
    Client().force_login(delegate)
    assert delegate.sessions.count() == 1
