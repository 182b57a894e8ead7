"""Does the Ministry find, read and download any event, and cannot change it?"""

import io
import subprocess
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Account
from entities.events import Event as SedeEvent
from mipres_admin.history import admin, chain, workbook
from mipres_admin.history.models import HistoryEntry, HistoryLink
from tests import factories
from tests.mipres_admin.history.history_pages import EXCEL, LIST, entries_on, record_event

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- the list


def test_list_shows_events_in_spanish(staff, delegate):
    record_event(delegate, reason="Lo pidió la entidad")
    page = staff.get(LIST).text
    for text in ("Sede editada", delegate.login, delegate.entity.name, "Lo pidió la entidad", "Cuenta"):
        assert text in page


def test_pages_go_by_key_and_the_count_stops(staff, delegate, monkeypatch):
    monkeypatch.setattr(admin, "COUNTED_TO", 10)
    entries = [record_event(delegate) for _ in range(30)]
    first = staff.get(LIST, {"acto": "sede.edited"})
    assert "más de <strong>" in first.text or "más de 10" in first.text
    second = staff.get(first.context["page"].next_url)
    assert entries_on(first) | entries_on(second) == {entry.pk for entry in entries}
    assert entries_on(staff.get(second.context["page"].previous_url)) == entries_on(first)


def test_page_takes_a_fixed_number_of_limited_queries(staff, delegate):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            staff.get(LIST)
        return [query["sql"] for query in queries if "historyentry" in query["sql"]]

    record_event(delegate)
    few = len(statements())
    for _ in range(40):
        record_event(delegate)
    many = statements()
    assert len(many) <= few + 2
    assert all("LIMIT" in query for query in many)


INSERT_MANY = """
INSERT INTO history_historyentry
    (at, event, object_type, object_id, before, after, reason, request_id, actor_id, entity_id)
SELECT now() - i * interval '1 hour', 'act' || i % 40, 'x.x', i::text, '{}', '{}', '', '', a.id, a.entity_id
FROM generate_series(1, 6000) AS i JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM accounts_account) AS a
    ON a.number = 1 + i % 60
"""


def test_filters_of_a_long_history_use_indexes_without_sorting():
    accounts = [factories.make_delegate(factories.make_entity()) for _ in range(60)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MANY)
        cursor.execute("ANALYZE history_historyentry")
        # PostgreSQL would sort so few rows; the test is that it need not
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    events, account = HistoryEntry.objects.order_by("-at", "-id"), accounts[3]
    days = {"at__gte": timezone.now() - timedelta(days=200), "at__lte": timezone.now() - timedelta(days=100)}
    expected = {
        "history_at": events.filter(at__lte=days["at__lte"]),
        "history_event": events.filter(event="act7", **days),
        "history_actor": events.filter(actor=account, **days),
        "history_of_entity": events.filter(entity=account.entity, **days),
    }
    plans = {index: filtered[:26].explain() for index, filtered in expected.items()}
    assert all(index in plan and "Sort" not in plan for index, plan in plans.items()), plans


# ---------------------------------------------------------------- one event


@pytest.mark.django_db(transaction=True)
def test_event_page_shows_before_after_and_the_link(staff, delegate):
    roles = [{"role": "Rol_Anulador", "from": "2026-11-21", "until": None}]
    sede = {"sede": "110010000101"}
    entry = record_event(delegate, before=sede | {"roles": roles}, after=sede | {"roles": []})
    page = staff.get(f"{LIST}{entry.pk}/change/")
    shown = {pair.label: (pair.before, pair.after, pair.differs) for pair in page.context["pairs"]}
    assert shown == {
        "Sede": ("110010000101", "110010000101", False),
        "Roles": ("Rol_Anulador, Desde: 2026-11-21", "—", True),
    }
    link = HistoryLink.objects.get(entry_id=entry.pk)
    assert link.sha256 in page.text
    assert "El acto es el que se escribió" in page.text
    assert "Sin sello todavía" in page.text
    assert "{" not in page.text.partition('id="content-main"')[2]


@pytest.mark.django_db(transaction=True)
def test_page_of_a_changed_event_says_so(staff, delegate):
    entry = record_event(delegate)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_historyentry DISABLE TRIGGER history_no_update_or_delete")
        cursor.execute("UPDATE history_historyentry SET event = 'otro' WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE history_historyentry ENABLE ALWAYS TRIGGER history_no_update_or_delete")
    assert "El acto no es el que se escribió" in staff.get(f"{LIST}{entry.pk}/change/").text
    assert not chain.matches_link(entry.pk)


VALUES = [[1, {"b": None}], [], [{"x": 1}], [{"x": 1}, {"x": 2}], "texto", 5, None]


@pytest.mark.parametrize("value", VALUES)
def test_unknown_event_of_any_content_is_shown(staff, value):
    unknown = {"event": "otro.acto", "object_type": "no.hay", "object_id": "\\"}
    entry = HistoryEntry.objects.create(**unknown, before={"a": value}, after={})
    assert "otro.acto" in staff.get(f"{LIST}{entry.pk}/change/").text
    assert "otro.acto" in staff.get(LIST).text


def test_event_page_shows_the_reason_as_a_row(staff, delegate):
    entry = record_event(delegate, before={"state": "queued"}, after={"state": "applied"}, reason="Lo pidió la entidad")
    page = staff.get(f"{LIST}{entry.pk}/change/")
    pairs = [(pair.label, pair.before, pair.after) for pair in page.context["pairs"]]
    assert pairs == [("Estado", "Por aplicar", "Aplicada"), ("Motivo", "—", "Lo pidió la entidad")]
    assert page.text.count("Lo pidió la entidad") == 2


def test_workbook_has_the_reason_in_its_column_and_in_after(staff, delegate):
    record_event(delegate, after={"name": "x"}, reason="Lo pidió la entidad")
    (row,) = sheet(staff.get(EXCEL, {"acto": "sede.edited"}))
    assert (row["MOTIVO"], row["DESPUÉS"]) == ("Lo pidió la entidad", "Nombre: x\nMotivo: Lo pidió la entidad")


@pytest.mark.parametrize("pk", ["9999999", "x", "%00"])
def test_missing_event_is_not_found(staff, pk):
    assert staff.get(f"{LIST}{pk}/change/").status_code == 404


# ---------------------------------------------------------------- the workbook


def sheet(response):
    rows = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)
    heading, *rows = rows
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_workbook_has_the_filtered_events(staff, delegate):
    entry = record_event(delegate, after={"name": "=1+1"})
    record_event(delegate, event=SedeEvent.SEDE_CREATED)
    (row,) = sheet(staff.get(EXCEL, {"acto": "sede.edited"}))
    assert (row["ACTO"], row["USUARIO"], row["DESPUÉS"]) == ("Sede editada", delegate.login, "Nombre: =1+1")
    assert row["ESLABÓN (SHA-256)"] == HistoryLink.objects.get(entry_id=entry.pk).sha256


@pytest.mark.django_db(transaction=True)
def test_libreoffice_reads_the_workbook_and_finds_no_formula(staff, delegate, tmp_path, soffice):
    record_event(delegate, reason="=HYPERLINK(1)")
    source = tmp_path / "historia.xlsx"
    source.write_bytes(b"".join(staff.get(EXCEL, {"acto": "sede.edited"}).streaming_content))
    profile, as_csv = f"-env:UserInstallation=file://{tmp_path}/lo", "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [soffice, profile, "--headless", "--convert-to", as_csv, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "historia.csv").read_text(encoding="utf-8")
    assert "Sede editada" in text
    assert "=HYPERLINK(1)" in text


def test_download_of_too_many_rows_asks_for_a_shorter_range(staff, delegate, monkeypatch):
    monkeypatch.setattr(workbook, "LAST_ROW", 3)
    for _ in range(3):
        record_event(delegate)
    page = staff.get(EXCEL, {"acto": "sede.edited"}, follow=True)
    assert "máximo 2 actos" in page.text
    assert "acto=sede.edited" in page.redirect_chain[0][0]
    assert not HistoryEntry.objects.filter(event="history.downloaded").exists()


# ---------------------------------------------------------------- permissions


def staff_with(*codenames):
    account = Account.objects.create_user("AUDITOR1", factories.PASSWORD, email="a@minsalud.example", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(account)
    return client


def test_staff_with_view_permission_only_may_not_download(delegate):
    client, entry = staff_with("view_historyentry"), record_event(delegate)
    assert "descargar" not in client.get(LIST).text
    assert client.get(f"{LIST}{entry.pk}/change/").status_code == 200
    assert client.get(EXCEL).status_code == 403


def test_staff_without_permission_is_refused(delegate):
    client, entry = staff_with(), record_event(delegate)
    assert {client.get(at).status_code for at in (LIST, f"{LIST}{entry.pk}/change/", EXCEL)} == {403}


def test_delegate_is_refused(delegate_client, delegate):
    entry = record_event(delegate)
    assert {delegate_client.get(at).status_code for at in (LIST, f"{LIST}{entry.pk}/change/", EXCEL)} == {403}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", ["historyentry", "historylink", "historyseal"])
def test_admin_adds_changes_and_deletes_nothing(staff, delegate, model):
    entry = record_event(delegate)
    at = f"/admin/history/{model}/"
    before = list(HistoryEntry.objects.values()), list(HistoryLink.objects.values())
    assert staff.get(at).status_code == 200
    assert staff.get(f"{at}add/").status_code == 403
    pk = entry.pk if model == "historyentry" else HistoryLink.objects.get(entry_id=entry.pk).pk
    staff.post(f"{at}{pk}/change/", {"event": "otro", "_save": "1"})
    staff.post(f"{at}{pk}/delete/", {"post": "yes"})
    staff.post(at, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
    assert (list(HistoryEntry.objects.values()), list(HistoryLink.objects.values())) == before


@pytest.mark.django_db(transaction=True)
def test_link_is_found_by_the_number_of_its_event(staff, delegate):
    entries = [record_event(delegate) for _ in range(2)]
    page = staff.get("/admin/history/historylink/", {"q": str(entries[0].pk)})
    assert [link.entry_id for link in page.context["cl"].result_list] == [entries[0].pk]
