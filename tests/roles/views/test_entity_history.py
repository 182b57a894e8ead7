"""Do the people of an entity read all of its history, and nobody else's?"""

import io
from unittest.mock import Mock

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions.login_and_password import record_failed_attempt
from accounts.events import Event as AccountEvent
from accounts.security.login_limits import Attempt
from delegates.events import Event as AppointmentEvent
from delegates.models import Representation
from entities.events import Event as SedeEvent
from mipres_admin.history import workbook
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import record
from mipres_admin.origin import Origin, origin
from roles.actions.lookup import look_up_user
from roles.actions.role_assignments import activate_user
from tests.factories import (
    make_appointment,
    make_assignment,
    make_delegate,
    make_entity,
    make_natural,
    make_sede,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGE, EXCEL = "/historia/", "/historia/descargar/"


def write(by, event=SedeEvent.SEDE_EDITED, obj=None, **fields):
    with transaction.atomic():
        return record(by=by, event=event, obj=obj or by, **fields)


@pytest.fixture
def from_there():
    token = origin.set(Origin("203.0.113.7", "a" * 32))
    yield "203.0.113.7"
    origin.reset(token)


def table(page):
    return page.text.partition("<tbody>")[2].partition("</tbody>")[0]


def list_of(client, at=PAGE, **query):
    return [entry.pk for entry in client.get(at, query).context["page"].rows]


# ---------------------------------------------------------------- whose


def test_delegate_reads_the_events_of_the_whole_entity(delegate_client, delegate, colleague):
    entries = [write(delegate).pk, write(colleague).pk]
    assert list_of(delegate_client) == entries[::-1]


def test_history_has_no_events_of_other_entities(delegate_client, stranger, ministry):
    write(stranger)
    write(ministry)
    assert list_of(delegate_client) == []


def test_another_entitys_account_is_no_filter(delegate_client, stranger):
    write(stranger)
    page = delegate_client.get(PAGE, {"quien": stranger.pk})
    assert "«Quién» debe ser uno de la lista." in page.text
    assert list(page.context["page"].rows) == []


def test_workbook_of_a_delegate_has_the_events_of_their_entity(delegate_client, delegate, stranger):
    write(delegate, after={"name": "=1+1"})
    write(stranger)
    (row,) = sheet(delegate_client.get(EXCEL))
    assert (row["ACTO"], row["USUARIO"], row["DESPUÉS"]) == ("Sede editada", delegate.login, "Nombre: =1+1")


def test_a_menu_item_leads_there(delegate_client):
    assert f'href="{PAGE}"' in delegate_client.get("/").text


# ---------------------------------------------------------------- the legal representative


@pytest.fixture
def representative(delegate):
    natural = make_natural()
    Representation.objects.create(entity=delegate.entity, person=natural.person)
    client = Client()
    client.force_login(natural)
    return client


def of_entity(delegate, name="entity_history"):
    return reverse(name, args=[delegate.entity.pk])


def test_representative_reads_earlier_events_too(delegate):
    entry = write(delegate)
    natural = make_natural()
    Representation.objects.create(entity=delegate.entity, person=natural.person)
    client = Client()
    client.force_login(natural)
    assert list_of(client, of_entity(delegate)) == [entry.pk]
    (row,) = sheet(client.get(of_entity(delegate, "download_entity_history")))
    assert row["ACTO"] == "Sede editada"
    taken = HistoryEntry.objects.get(event="history.downloaded")
    assert (taken.actor, taken.entity) == (natural, delegate.entity)


def test_the_page_of_the_entity_leads_to_its_history(representative, delegate):
    assert of_entity(delegate) in representative.get(reverse("legal_entity", args=[delegate.entity.pk])).text


@pytest.mark.parametrize("name", ["entity_history", "download_entity_history"])
def test_former_representative_gets_404(representative, delegate, name):
    representation = Representation.objects.get()
    Representation.objects.filter(pk=representation.pk).update(ended_at=representation.since)
    assert representative.get(of_entity(delegate, name)).status_code == 404


@pytest.mark.parametrize("name", ["entity_history", "download_entity_history"])
def test_another_entitys_history_is_not_found(representative, stranger, name):
    write(stranger)
    assert representative.get(of_entity(stranger, name)).status_code == 404


# ---------------------------------------------------------------- who is named


def test_ministry_is_shown_without_a_name(delegate_client, delegate, ministry, from_there):
    write(ministry, obj=delegate, entity=delegate.entity, reason="Lo pidió usted")
    page = delegate_client.get(PAGE)
    assert "Ministerio" in table(page)
    assert "Lo pidió usted" in table(page)
    assert ministry.login not in page.text
    assert from_there not in table(page)


@pytest.mark.parametrize("excel", [False, True])
def test_another_entity_is_not_named(delegate_client, delegate, stranger, from_there, excel):
    write(stranger, obj=delegate, entity=delegate.entity)
    shown = str(sheet(delegate_client.get(EXCEL))) if excel else table(delegate_client.get(PAGE))
    assert "Otra entidad" in shown
    for hidden in (stranger.entity.name, stranger.login, stranger.display_name, from_there):
        assert hidden not in shown


def test_failed_login_is_shown_with_its_address_only(delegate_client, delegate, from_there):
    record_failed_attempt(AccountEvent.SESSION_REFUSED, Mock(spec=Attempt, is_last_allowed=False), delegate)
    page = delegate_client.get(PAGE, {"acto": "session.refused"})
    assert "Sin identificar" in table(page)
    assert from_there in table(page)


def test_a_document_is_nobodys_name(delegate_client, delegate):
    natural = make_natural()
    write(natural, obj=delegate, entity=delegate.entity)
    page = delegate_client.get(PAGE)
    assert str(natural.person) in table(page)
    assert natural.person.document_number not in page.text


def test_a_user_of_the_entity_is_named(delegate_client, delegate, sede):
    user = make_user(first_name="Rosalba")
    activate_user(by=delegate, user=user, sede=sede, option="profesional", roles=["Rol_Anulador"])
    page = delegate_client.get(PAGE)
    assert "Rosalba" in table(page)
    assert "Rol_Anulador, Desde:" in table(page)


def test_person_only_looked_up_is_not_named(delegate_client, delegate, stranger):
    user = make_user(first_name="Rosalba")
    make_assignment(user, make_sede(stranger.entity), "Rol_Anulador", stranger)
    person = user.person
    look_up_user(by=delegate, document_type=person.document_type, document_number=person.document_number)
    page = delegate_client.get(PAGE, {"acto": "user.looked_up"})
    assert "Usuario registrado" in table(page)
    assert "Rosalba" not in page.text
    assert person.document_number not in page.text


def test_an_authorised_person_is_named_without_document_and_with_a_masked_address(delegate_client, delegate):
    appointment = make_appointment(delegate.entity, delegate)
    write(delegate, event=AppointmentEvent.APPOINTMENT_MADE, obj=appointment, after={"email": "p***@correo.example"})
    page = delegate_client.get(PAGE)
    assert appointment.first_surname in table(page)
    assert appointment.document_number not in page.text
    assert appointment.email not in page.text


def test_what_only_machines_read_is_left_out(delegate_client, delegate):
    code = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    write(delegate, after={"token": code, "name": "Facturación", "until": "2026-11-21T15:00:00+00:00"})
    page = delegate_client.get(PAGE)
    assert code not in page.text
    assert "2026-11-21 10:00:00" in table(page)


# ---------------------------------------------------------------- filters


@pytest.mark.parametrize("who", ["ministerio", "personas", "portal", "nadie", "account"])
def test_events_are_filtered_by_actor(delegate_client, delegate, ministry, who):
    entity = delegate.entity
    entries = {
        "ministerio": write(ministry, obj=delegate, entity=entity),
        "personas": write(make_natural(), obj=delegate, entity=entity),
        "portal": write(None, obj=delegate, entity=entity),
        "account": write(delegate),
    }
    token = origin.set(Origin("203.0.113.7", ""))
    entries["nadie"] = write(None, obj=delegate, entity=entity)
    origin.reset(token)
    query = str(delegate.pk) if who == "account" else who
    assert list_of(delegate_client, quien=query) == [entries[who].pk]


def test_events_are_filtered_by_event(delegate_client, delegate):
    expected = write(delegate, event=SedeEvent.SEDE_CREATED)
    write(delegate)
    assert list_of(delegate_client, acto="sede.created") == [expected.pk]
    assert list_of(delegate_client, acto="sede.created", hasta="2020-01-02") == []


@pytest.mark.parametrize("query", [{"acto": "x"}, {"desde": "x"}, {"quien": "99999999999999999999"}, {"hasta": "\0"}])
def test_a_wrong_filter_is_explained(delegate_client, delegate, query):
    write(delegate)
    page = delegate_client.get(PAGE, query)
    assert page.status_code == 200
    assert list(page.context["page"].rows) == []
    assert delegate_client.get(EXCEL, query).status_code == 302


def test_pages_follow_each_other(delegate_client, delegate):
    entries = [write(delegate).pk for _ in range(30)]
    first = delegate_client.get(PAGE)
    second = delegate_client.get(first.context["page"].next_url)
    rows = [entry.pk for page in (first, second) for entry in page.context["page"].rows]
    assert rows == entries[::-1]


# ---------------------------------------------------------------- the workbook


def sheet(response):
    heading, *rows = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_download_records_an_event_of_the_entity(delegate_client, delegate):
    write(delegate)
    delegate_client.get(EXCEL, {"acto": "sede.edited", "desde": "2026-01-01"})
    entry = HistoryEntry.objects.get(event="history.downloaded")
    filters = {"acto": "sede.edited", "desde": "2026-01-01"}
    assert (entry.actor, entry.entity, entry.after) == (delegate, delegate.entity, {"filters": filters, "rows": 1})


def test_more_than_excel_holds_asks_for_a_shorter_range(delegate_client, delegate, monkeypatch):
    monkeypatch.setattr(workbook, "LAST_ROW", 2)
    for _ in range(2):
        write(delegate)
    assert "máximo 1 actos" in delegate_client.get(EXCEL, follow=True).text
    assert not HistoryEntry.objects.filter(event="history.downloaded").exists()


def test_empty_history_says_what_will_appear():
    client = Client()
    client.force_login(make_delegate(make_entity("ET")))
    assert "Todavía no hay actos" in client.get(PAGE).text


# ---------------------------------------------------------------- at which sede


def test_events_of_roles_name_their_sede(delegate_client, delegate, sede, user):
    for roles in (["Rol_Anulador"], ["Rol_Prescriptor"]):
        activate_user(by=delegate, user=user, sede=sede, option="profesional", roles=roles)
    for at in (PAGE, reverse("user_history", args=[user.public_id])):
        assert table(delegate_client.get(at)).count(str(sede)) == 2
    book = load_workbook(io.BytesIO(delegate_client.get(EXCEL).getvalue())).active
    assert [str(row[8]).count(f"Sede: {sede}") for row in book.iter_rows(min_row=2, max_row=3, values_only=True)] == [
        1,
        1,
    ]
