"""Does the Ministry find, read and download any act, without a way to change one?"""

import io
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Account
from entities.events import Event as SedeEvent
from mipres_admin.history import admin, chain
from mipres_admin.history.models import HistoryEntry, HistoryLink
from mipres_admin.history.recording import record
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/history/historyentry/"
EXCEL = f"{LIST}descargar/"


@pytest.fixture
def staff(ministry):
    client = Client()
    client.force_login(ministry)
    return client


def write(by, event=SedeEvent.SEDE_EDITED, obj=None, **fields):
    with transaction.atomic():
        return record(by=by, event=event, obj=obj or by, **fields)


def write_at(moment, by, event=SedeEvent.SEDE_EDITED):
    """Only the portal's clock writes the moment; a test may."""
    return HistoryEntry.objects.create(
        at=moment, event=event, actor=by, entity=by.entity, object_type="x.x", object_id="1", before={}, after={}
    )


def acts_on(page):
    return {row.entry.pk for row in page.context["rows"]}


# ---------------------------------------------------------------- finding


def test_an_act_is_listed_in_the_words_of_the_portal(staff, delegate):
    write(delegate, reason="Lo pidió la entidad")
    said = staff.get(LIST).text
    for text in ("Sede editada", delegate.login, delegate.entity.name, "Lo pidió la entidad", "Cuenta"):
        assert text in said


def test_acts_are_found_by_what_they_did(staff, delegate):
    wanted = write(delegate, event=SedeEvent.SEDE_CREATED)
    write(delegate)
    assert acts_on(staff.get(LIST, {"acto": "sede.created"})) == {wanted.pk}


@pytest.mark.parametrize("words", ["nit", "name", "accents"])
def test_acts_are_found_by_entity(staff, delegate, stranger, words):
    wanted = write(delegate)
    write(stranger)
    said = {"nit": delegate.entity.nit, "name": "clínica río", "accents": "CLINICA"}[words]
    assert acts_on(staff.get(LIST, {"entidad": said, "acto": "sede.edited"})) == {wanted.pk}


@pytest.mark.parametrize("words", ["login", "names"])
def test_acts_are_found_by_who_did_them(staff, delegate, stranger, words):
    wanted = write(delegate)
    write(stranger)
    said = delegate.login.lower() if words == "login" else f"ana {delegate.person.first_surname}"
    assert acts_on(staff.get(LIST, {"quien": said, "acto": "sede.edited"})) == {wanted.pk}


def test_acts_are_found_by_object(staff, delegate, stranger):
    wanted = write(delegate)
    write(stranger)
    said = f"accounts.account:{delegate.pk}"
    assert f"?objeto={said}".replace(":", "%3A") in staff.get(LIST).text.replace(":", "%3A")
    assert acts_on(staff.get(LIST, {"objeto": said})) == {wanted.pk}


def test_a_day_is_colombias(staff, delegate):
    """11 p.m. in Bogotá is the next day in Greenwich."""
    evening = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    wanted = write_at(evening, delegate)
    write_at(evening + timedelta(hours=1), delegate)
    assert acts_on(staff.get(LIST, {"desde": "2026-03-01", "hasta": "2026-03-01"})) == {wanted.pk}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"desde": "ayer"}, "«Desde» debe ser una fecha"),
        ({"hasta": "9999-12-31"}, "«Hasta» debe ser una fecha"),
        ({"desde": "2026-02-02", "hasta": "2026-02-01"}, "debe ser el mismo día"),
        ({"acto": "x"}, "El acto debe ser uno de la lista."),
        ({"entidad": "no existe"}, "No hay entidades con esas palabras."),
        ({"entidad": "\0"}, "caracteres nulos"),
        ({"quien": "ab"}, "tres letras o más"),
        ({"quien": "nadie así"}, "No hay cuentas con esas palabras."),
        ({"objeto": "x"}, "El objeto debe ser un tipo"),
        ({"objeto": "no.existe"}, "El objeto debe ser de un tipo"),
    ],
)
def test_a_filter_that_is_wrong_is_explained_and_finds_nothing(staff, delegate, asked, said):
    write(delegate)
    page = staff.get(LIST, asked)
    assert page.status_code == 200
    assert said in page.text
    assert acts_on(page) == set()
    assert staff.get(EXCEL, asked).status_code == 302


def test_words_that_fit_too_many_ask_for_more(staff, monkeypatch):
    monkeypatch.setattr("mipres_admin.history.forms.MAX_MATCHES", 1)
    for _ in range(2):
        factories.make_entity(name="Hospital")
    assert "Hay más de 1 entidades" in staff.get(LIST, {"entidad": "hospital"}).text


def test_pages_go_by_key_and_the_count_stops(staff, delegate, monkeypatch):
    monkeypatch.setattr(admin, "COUNTED_TO", 10)
    entries = [write(delegate) for _ in range(30)]
    first = staff.get(LIST, {"acto": "sede.edited"})
    assert "más de <strong>" in first.text or "más de 10" in first.text
    second = staff.get(first.context["page"].next_url)
    assert acts_on(first) | acts_on(second) == {entry.pk for entry in entries}
    assert acts_on(staff.get(second.context["page"].previous_url)) == acts_on(first)


def test_a_page_costs_a_fixed_number_of_statements_and_none_counts_the_table(staff, delegate):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as said:
            staff.get(LIST)
        return [one["sql"] for one in said if "historyentry" in one["sql"]]

    write(delegate)
    few = len(statements())
    for _ in range(40):
        write(delegate)
    many = statements()
    assert len(many) <= few + 2
    assert all("LIMIT" in one for one in many)


MANY = """
INSERT INTO history_historyentry
    (at, event, object_type, object_id, before, after, reason, request_id, actor_id, entity_id)
SELECT now() - i * interval '1 hour', 'act' || i % 40, 'x.x', i::text, '{}', '{}', '', '', a.id, a.entity_id
FROM generate_series(1, 6000) AS i JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM accounts_account) AS a
    ON a.number = 1 + i % 60
"""


def test_a_long_history_is_walked_by_index_in_the_order_of_the_list():
    accounts = [factories.make_delegate(factories.make_entity()) for _ in range(60)]
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE history_historyentry")
        # so few rows are as well sorted; what counts is that no sorting is needed
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    acts, one = HistoryEntry.objects.order_by("-at", "-id"), accounts[3]
    days = {"at__gte": timezone.now() - timedelta(days=200), "at__lte": timezone.now() - timedelta(days=100)}
    wanted = {
        "history_at": acts.filter(at__lte=days["at__lte"]),
        "history_event": acts.filter(event="act7", **days),
        "history_actor": acts.filter(actor=one, **days),
        "history_of_entity": acts.filter(entity=one.entity, **days),
    }
    plans = {index: found[:26].explain() for index, found in wanted.items()}
    assert all(index in plan and "Sort" not in plan for index, plan in plans.items()), plans


# ---------------------------------------------------------------- one act


@pytest.mark.django_db(transaction=True)
def test_an_act_is_read_before_beside_after_with_its_place_in_the_chain(staff, delegate):
    roles = [{"role": "Rol_Anulador", "from": "2026-11-21", "until": None}]
    sede = {"sede": "110010000101"}
    entry = write(delegate, before=sede | {"roles": roles}, after=sede | {"roles": []})
    page = staff.get(f"{LIST}{entry.pk}/change/")
    told = {pair.label: (pair.before, pair.after, pair.differs) for pair in page.context["pairs"]}
    assert told == {
        "Sede": ("110010000101", "110010000101", False),
        "Roles": ("Rol_Anulador, Desde: 2026-11-21", "—", True),
    }
    link = HistoryLink.objects.get(entry_id=entry.pk)
    assert link.sha256 in page.text
    assert "El acto es el que se escribió" in page.text
    assert "Sin sello todavía" in page.text
    assert "{" not in page.text.partition('id="content-main"')[2]


@pytest.mark.django_db(transaction=True)
def test_an_act_that_somebody_rewrote_says_so(staff, delegate):
    entry = write(delegate)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_historyentry DISABLE TRIGGER history_no_update_or_delete")
        cursor.execute("UPDATE history_historyentry SET event = 'otro' WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE history_historyentry ENABLE ALWAYS TRIGGER history_no_update_or_delete")
    assert "El acto no es el que se escribió" in staff.get(f"{LIST}{entry.pk}/change/").text
    assert not chain.matches_link(entry.pk)


SOME = [[1, {"b": None}], [], [{"x": 1}], [{"x": 1}, {"x": 2}], "texto", 5, None]


@pytest.mark.parametrize("value", SOME)
def test_an_unknown_event_of_any_content_can_be_read(staff, value):
    unknown = {"event": "otro.acto", "object_type": "no.hay", "object_id": "\\"}
    entry = HistoryEntry.objects.create(**unknown, before={"a": value}, after={})
    assert "otro.acto" in staff.get(f"{LIST}{entry.pk}/change/").text
    assert "otro.acto" in staff.get(LIST).text


def test_the_reason_is_a_row_beside_before_and_after(staff, delegate):
    entry = write(delegate, before={"state": "queued"}, after={"state": "applied"}, reason="Lo pidió la entidad")
    page = staff.get(f"{LIST}{entry.pk}/change/")
    pairs = [(pair.label, pair.before, pair.after) for pair in page.context["pairs"]]
    assert pairs == [("Estado", "Por aplicar", "Aplicada"), ("Motivo", "—", "Lo pidió la entidad")]
    assert page.text.count("Lo pidió la entidad") == 2


def test_the_workbook_has_the_reason_in_its_column_and_in_what_was_after(staff, delegate):
    write(delegate, after={"name": "x"}, reason="Lo pidió la entidad")
    (row,) = sheet(staff.get(EXCEL, {"acto": "sede.edited"}))
    assert (row["MOTIVO"], row["DESPUÉS"]) == ("Lo pidió la entidad", "Nombre: x\nMotivo: Lo pidió la entidad")


@pytest.mark.parametrize("pk", ["9999999", "x", "%00"])
def test_an_act_that_is_not_there_is_not_found(staff, pk):
    assert staff.get(f"{LIST}{pk}/change/").status_code == 404


# ---------------------------------------------------------------- the workbook


def sheet(response):
    rows = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)
    heading, *rows = rows
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_the_workbook_has_the_acts_of_the_filter(staff, delegate):
    entry = write(delegate, after={"name": "=1+1"})
    write(delegate, event=SedeEvent.SEDE_CREATED)
    (row,) = sheet(staff.get(EXCEL, {"acto": "sede.edited"}))
    assert (row["ACTO"], row["USUARIO"], row["DESPUÉS"]) == ("Sede editada", delegate.login, "Nombre: =1+1")
    assert row["ESLABÓN (SHA-256)"] == HistoryLink.objects.get(entry_id=entry.pk).sha256


@pytest.mark.django_db(transaction=True)
def test_libreoffice_reads_it_and_finds_no_formula(staff, delegate, tmp_path, soffice):
    write(delegate, reason="=HYPERLINK(1)")
    source = tmp_path / "historia.xlsx"
    source.write_bytes(b"".join(staff.get(EXCEL, {"acto": "sede.edited"}).streaming_content))
    profile, as_csv = f"-env:UserInstallation=file://{tmp_path}/lo", "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [soffice, profile, "--headless", "--convert-to", as_csv, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    said = (tmp_path / "historia.csv").read_text(encoding="utf-8")
    assert "Sede editada" in said
    assert "=HYPERLINK(1)" in said


def test_taking_it_is_an_act_without_the_words_that_name_a_person(staff, ministry, delegate):
    write(delegate)
    surname = delegate.person.first_surname.lower()
    asked = {"quien": surname, "entidad": delegate.entity.nit, "desde": "2026-01-01", "acto": "sede.edited"}
    b"".join(staff.get(EXCEL, asked).streaming_content)
    entry = HistoryEntry.objects.get(event="history.downloaded")
    filters = {
        "acto": "sede.edited",
        "desde": "2026-01-01",
        "entidad": [delegate.entity.pk],
        "quien": [delegate.pk],
    }
    assert (entry.actor, entry.entity, entry.after) == (ministry, None, {"filters": filters, "rows": 1})


def test_more_than_excel_holds_asks_for_a_shorter_range(staff, delegate, monkeypatch):
    monkeypatch.setattr(admin, "LAST_ROW", 3)
    for _ in range(3):
        write(delegate)
    said = staff.get(EXCEL, {"acto": "sede.edited"}, follow=True)
    assert "máximo 2 actos" in said.text
    assert "acto=sede.edited" in said.redirect_chain[0][0]
    assert not HistoryEntry.objects.filter(event="history.downloaded").exists()


# ---------------------------------------------------------------- not by everybody, and nothing by anybody


def staff_with(*codenames):
    account = Account.objects.create_user("AUDITOR1", factories.PASSWORD, email="a@minsalud.example", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(account)
    return client


def test_who_may_see_the_history_may_not_take_it_away(delegate):
    client, entry = staff_with("view_historyentry"), write(delegate)
    assert "descargar" not in client.get(LIST).text
    assert client.get(f"{LIST}{entry.pk}/change/").status_code == 200
    assert client.get(EXCEL).status_code == 403


def test_who_may_not_see_it_is_refused(delegate):
    client, entry = staff_with(), write(delegate)
    assert {client.get(at).status_code for at in (LIST, f"{LIST}{entry.pk}/change/", EXCEL)} == {403}


def test_a_delegate_is_refused(delegate_client, delegate):
    entry = write(delegate)
    assert {delegate_client.get(at).status_code for at in (LIST, f"{LIST}{entry.pk}/change/", EXCEL)} == {403}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", ["historyentry", "historylink", "historyseal"])
def test_nothing_is_added_changed_or_deleted(staff, delegate, model):
    entry = write(delegate)
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
def test_a_link_is_found_by_the_number_of_its_act(staff, delegate):
    entries = [write(delegate) for _ in range(2)]
    page = staff.get("/admin/history/historylink/", {"q": str(entries[0].pk)})
    assert [link.entry_id for link in page.context["cl"].result_list] == [entries[0].pk]
