"""Does the Ministry's filter of the history find events, and explain what is wrong with it?"""

from datetime import UTC, datetime, timedelta

import pytest

from entities.events import Event as SedeEvent
from tests import factories
from tests.mipres_admin.history.history_pages import EXCEL, LIST, entries_on, record_at, record_event

pytestmark = pytest.mark.django_db


def test_list_is_filtered_by_event(staff, delegate):
    expected = record_event(delegate, event=SedeEvent.SEDE_CREATED)
    record_event(delegate)
    assert entries_on(staff.get(LIST, {"acto": "sede.created"})) == {expected.pk}


@pytest.mark.parametrize("words", ["nit", "name", "accents"])
def test_list_is_filtered_by_entity(staff, delegate, stranger, words):
    expected = record_event(delegate)
    record_event(stranger)
    text = {"nit": delegate.entity.nit, "name": "clínica río", "accents": "CLINICA"}[words]
    assert entries_on(staff.get(LIST, {"entidad": text, "acto": "sede.edited"})) == {expected.pk}


@pytest.mark.parametrize("words", ["login", "names"])
def test_list_is_filtered_by_actor(staff, delegate, stranger, words):
    expected = record_event(delegate)
    record_event(stranger)
    text = delegate.login.lower() if words == "login" else f"ana {delegate.person.first_surname}"
    assert entries_on(staff.get(LIST, {"quien": text, "acto": "sede.edited"})) == {expected.pk}


def test_list_is_filtered_by_object(staff, delegate, stranger):
    expected = record_event(delegate)
    record_event(stranger)
    text = f"accounts.account:{delegate.pk}"
    assert f"?objeto={text}".replace(":", "%3A") in staff.get(LIST).text.replace(":", "%3A")
    assert entries_on(staff.get(LIST, {"objeto": text})) == {expected.pk}


def test_days_of_the_filter_are_colombias(staff, delegate):
    """11 p.m. in Bogotá is the next day in Greenwich."""
    evening = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    expected = record_at(evening, delegate)
    record_at(evening + timedelta(hours=1), delegate)
    assert entries_on(staff.get(LIST, {"desde": "2026-03-01", "hasta": "2026-03-01"})) == {expected.pk}


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"desde": "ayer"}, "«Desde» debe ser una fecha"),
        ({"hasta": "9999-12-31"}, "«Hasta» debe ser una fecha"),
        ({"desde": "2026-02-02", "hasta": "2026-02-01"}, "debe ser el mismo día"),
        ({"acto": "x"}, "El acto debe ser uno de la lista."),
        ({"entidad": "no existe"}, "No hay entidades con esas palabras."),
        ({"entidad": "\0"}, "que no se ven"),
        ({"quien": "ab"}, "tres letras o más"),
        ({"quien": "nadie así"}, "No hay cuentas con esas palabras."),
        ({"objeto": "x"}, "El objeto debe ser uno de la lista"),
        ({"objeto": "no.existe"}, "El objeto debe ser uno de la lista"),
    ],
)
def test_invalid_filter_is_explained_and_finds_nothing(staff, delegate, filters, text):
    record_event(delegate)
    page = staff.get(LIST, filters)
    assert page.status_code == 200
    assert text in page.text
    assert entries_on(page) == set()
    assert staff.get(EXCEL, filters).status_code == 302


def test_words_that_match_too_many_entities_ask_for_more_words(staff, monkeypatch):
    monkeypatch.setattr("mipres_admin.history.forms.MAX_MATCHES", 1)
    for _ in range(2):
        factories.make_entity(name="Hospital")
    assert "Hay más de 1 entidades" in staff.get(LIST, {"entidad": "hospital"}).text
