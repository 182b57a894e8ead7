"""Does the page "Seguridad de la cuenta" list and end sessions?"""

from datetime import timedelta

import pytest
from django.test import Client

from mipres_admin.history.models import HistoryEntry
from tests import factories

pytestmark = pytest.mark.django_db


def events():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


def test_to_continue_prolongs_the_session(at_noon, clock):
    clock.shift(timedelta(minutes=19))
    assert at_noon.post("/sesion/seguir/").json() == {"seconds": 1200}
    clock.shift(timedelta(minutes=19))
    assert at_noon.get("/").status_code == 200


def test_another_site_cannot_prolong_a_session(delegate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post("/sesion/seguir/").status_code == 403


# ---------------------------------------------------------------- the list


def test_the_page_names_each_session_and_marks_this_one(at_noon, delegate):
    factories.make_session(delegate, device="Safari en iPhone", address="192.0.2.7")
    factories.make_session(
        delegate, device="Edge en Windows", ended_at=delegate.sessions.get(device__startswith="C").started_at
    )
    page = at_noon.get("/seguridad/").text
    assert "Chrome en Windows" in page
    assert "192.0.2.7" in page
    assert "Edge" not in page
    assert page.count("Esta sesión</span>") == 1


def test_the_page_shows_no_session_of_anybody_else(at_noon, stranger):
    factories.make_session(stranger, device="Opera en Linux")
    assert "Opera" not in at_noon.get("/seguridad/").text


def test_one_session_can_be_ended(at_noon, delegate):
    other = Client()
    other.force_login(delegate)
    session = delegate.sessions.get(device="Navegador desconocido")
    at_noon.post(f"/seguridad/sesiones/{session.public_id}/cerrar/")
    assert other.get("/").status_code == 302
    assert at_noon.get("/").status_code == 200
    assert events() == ["session.opened", "session.ended"]


def test_ending_a_session_twice_is_once(at_noon, delegate):
    session = factories.make_session(delegate)
    for _ in range(2):
        at_noon.post(f"/seguridad/sesiones/{session.public_id}/cerrar/")
    assert events() == ["session.opened", "session.ended"]


def test_all_others_can_be_ended(at_noon, delegate):
    others = [Client(), Client()]
    for other in others:
        other.force_login(delegate)
    at_noon.post("/seguridad/sesiones/cerrar/")
    assert [other.get("/").status_code for other in others] == [302, 302]
    assert at_noon.get("/").status_code == 200
    assert HistoryEntry.objects.latest("id").after == {"sessions": 2}


def test_another_password_ends_the_others_also_in_the_list(at_noon, delegate):
    factories.make_session(delegate)
    new = "otra frase larga y tranquila"
    at_noon.post("/clave/cambiar/", {"old": factories.PASSWORD, "new": new, "confirmation": new})
    assert delegate.sessions.current().count() == 1
    assert at_noon.get("/").status_code == 200
