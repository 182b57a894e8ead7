"""Is everything as before after a load is undone?"""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from demo.synthetic_reps import Inventor, write
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryLoad
from roles.matrix import Role
from roles.models import SsoPost
from tests import factories
from tests.registries.registry_pages import LIST, contents, loaded, page_of, run_action, run_worker
from tests.registry_files import csv_file, load, sede_row, sites

pytestmark = pytest.mark.django_db


DAY = timedelta(days=1)


@pytest.fixture
def clerk(ministry: Account) -> Client:
    client = Client()
    client.force_login(ministry)
    return client


def undone(client: Client, kind: str = "reps", reason: str = "Archivo equivocado") -> RegistryLoad:
    last = RegistryLoad.objects.not_undone(kind).first()
    assert last is not None
    run_action(client, last, "deshacer", reason=reason)
    run_worker()
    last.refresh_from_db()
    return last


def story(seed: int) -> random.Random:
    """The same seed tells the same story."""
    return random.Random(seed)


def rethus(seed: int) -> list[dict[str, str]]:
    dice = story(seed)
    return [
        {
            "tipo_documento": "CC", "numero_documento": f"10250001{number:02}", "codigo_profesion": f"P{code:02}",
            "profesion": f"Profesión {code}", "registro_profesional": f"RM-{dice.randint(1, 3)}",
        }
        for number in range(20) for code in (7, 90 + seed % 5)
        if dice.random() < 0.7
    ]  # fmt: skip


def sso(seed: int) -> list[dict[str, str]]:
    dice, today = story(seed), timezone.localdate()
    rows = []
    for number in range(20):
        first = today + DAY * dice.randint(-20, 20)
        if dice.random() < 0.8:
            rows.append({
                "tipo_documento": "CC", "numero_documento": f"10250002{number:02}",
                "codigo_habilitacion": f"11001000010{dice.randint(1, 3)}",
                "desde": str(first), "hasta": str(first + DAY * dice.randint(0, 40)),
            })  # fmt: skip
    return rows


def eps(seed: int) -> list[dict[str, str]]:
    dice = story(seed)
    return [
        {
            "codigo": f"EPS{number:03}", "nit": f"8600669{number:02}", "nombre": f"EPS {number} {dice.randint(1, 2)}",
            "regimen": "Contributivo",
        }
        for number in range(20) if dice.random() < 0.7
    ]  # fmt: skip


def reps_file(path: Path, seed: int) -> Path:
    """Some of the same sedes, with other data, under other entities, and others."""
    dice = story(seed)
    rows = [
        sede_row(
            codigohabilitacionsede=f"1100100001{number:02}",
            numeroidentificacion=f"99000000{dice.randint(1, 3)}",
            nombreprestador=f"PRESTADOR {dice.randint(1, 2)}",
            t_lefonosede=f"60155501{dice.randint(0, 3):02}",
            fecha_corte_reps=dice.choice(["2026-03-12", "", "2026-04-12"]),
        )
        for number in range(30)
        if dice.random() < 0.7
    ]
    return csv_file(path, rows)


MAKERS: dict[str, Any] = {
    "reps": reps_file,
    "eps": lambda path, seed: csv_file(path, eps(seed), tuple(eps(1)[0])),
    "rethus": lambda path, seed: csv_file(path, rethus(seed), tuple(rethus(1)[0])),
    "sso": lambda path, seed: csv_file(path, sso(seed), tuple(sso(1)[0])),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", MAKERS)
def test_after_undo_every_table_is_as_before_the_load(clerk, tmp_path, kind, seed):
    load("import_reps", csv_file(tmp_path / "sedes.csv", sites(3)))
    load(f"import_{kind}", MAKERS[kind](tmp_path / "first.csv", seed), allow_closing=True, force=True)
    before = contents()
    boxes = {"allow_closing": "on", "force": "on"}
    done = loaded(clerk, kind, MAKERS[kind](tmp_path / "second.csv", seed + 100), **boxes)
    assert done.state == "applied"
    assert contents() != before
    assert undone(clerk, kind).state == "undone"
    assert contents() == before


def test_first_load_of_all_is_undone_to_nothing(clerk, tmp_path):
    write(tmp_path / "reps.csv", Inventor(1, date(2026, 3, 12)).rows(500))
    loaded(clerk, "reps", tmp_path / "reps.csv")
    undone(clerk)
    assert not Entity.objects.exists()


def test_same_file_can_be_loaded_again(clerk, tmp_path):
    path = csv_file(tmp_path / "reps.csv", sites(5))
    load("import_reps", csv_file(tmp_path / "a.csv", [row | {"fecha_corte_reps": "2026-02-12"} for row in sites(5)]))
    loaded(clerk, "reps", path)
    undone(clerk)
    after = contents()
    february = csv_file(tmp_path / "b.csv", [row | {"fecha_corte_reps": "2026-02-20"} for row in sites(5)])
    assert loaded(clerk, "reps", february).state == "applied"
    undone(clerk)
    assert contents() == after
    assert loaded(clerk, "reps", path).state == "applied"


def test_load_by_command_is_undone_too(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    undone(clerk)
    assert not Sede.objects.exists()


def test_undo_has_one_event_with_its_reason_and_a_report(clerk, tmp_path, ministry):
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    last = undone(clerk)
    entry = HistoryEntry.objects.get(event="registry.undone")
    assert (entry.actor, entry.reason, entry.after["deleted"]) == (ministry, "Archivo equivocado", 6)
    page = page_of(clerk, last)
    assert "Deshecha" in page
    assert "Filas nuevas borradas</th><td>6" in page


def test_undo_page_shows_the_counts(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    last = RegistryLoad.objects.get()
    page = clerk.get(f"{LIST}{last.pk}/acto/deshacer/").text
    assert "Volverían a como estaban 0 filas y se borrarían 6 nuevas." in page


def test_undo_skips_and_names_a_row_changed_since(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    rows = [row | {"t_lefonosede": "6015550199"} for row in sites(5)]
    load("import_reps", csv_file(tmp_path / "b.csv", rows))
    Sede.objects.filter(code="110010000102").update(name="Corregida")
    last = undone(clerk)
    assert "110010000102 Corregida: cambió después de la carga" in page_of(clerk, last)
    assert set(Sede.objects.values_list("code", "phone").order_by("code")[:2]) == {
        ("110010000101", "6015550101"),
        ("110010000102", "6015550199"),
    }


def test_undo_closes_and_names_a_new_sede_in_use(clerk, tmp_path, ministry):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    sede = Sede.objects.get(code="110010000103")
    factories.make_assignment(factories.make_user(), sede, Role.PRESCRIPTOR, ministry)
    last = undone(clerk)
    left = Sede.objects.get()
    assert (left.code, left.closed_on) == ("110010000103", timezone.localdate())
    page = page_of(clerk, last)
    assert "110010000103 CLÍNICA DEL RÍO CENTRO: ya se usa; queda cerrada" in page
    assert "CLÍNICA DEL RÍO S.A.S.: ya se usa; queda" in page
    text = b"".join(clerk.get(f"{LIST}{last.pk}/sin-deshacer.csv")).decode()
    assert "ya se usa" in text


def test_undo_leaves_a_moved_sede_with_new_roles(clerk, tmp_path, ministry):
    load("import_reps", csv_file(tmp_path / "a.csv", [sede_row()]))
    load("import_reps", csv_file(tmp_path / "b.csv", [sede_row(numeroidentificacion="990000002")]))
    factories.make_assignment(factories.make_user(), Sede.objects.get(), Role.PRESCRIPTOR, ministry)
    last = undone(clerk)
    assert last.state == "undone"
    assert "hay roles en la sede desde la carga" in page_of(clerk, last)
    assert Sede.objects.get().entity.nit == "990000002"


def test_undo_leaves_and_names_a_row_that_conflicts_with_a_newer_one(clerk, tmp_path):
    today = timezone.localdate()
    load("import_reps", csv_file(tmp_path / "sedes.csv", sites(3)))
    rows = [
        {"tipo_documento": "CC", "numero_documento": f"102500020{n}", "codigo_habilitacion": "110010000101",
         "desde": str(today + DAY * 10), "hasta": str(today + DAY * 20)} for n in range(9)
    ]  # fmt: skip
    headings = tuple(rows[0])
    load("import_sso", csv_file(tmp_path / "a.csv", rows, headings))
    load("import_sso", csv_file(tmp_path / "b.csv", rows[:7], headings), allow_closing=True)
    SsoPost.objects.create(
        document_type="CC", document_number="1025000208", sede=Sede.objects.get(code="110010000102"),
        starts_on=today + DAY * 15, ends_on=today + DAY * 16,
    )  # fmt: skip
    last = undone(clerk, "sso")
    assert last.state == "undone"
    text = f"CC …0208 desde {today + DAY * 10}: se cruza con lo que se registró después; queda como está"
    assert text in page_of(clerk, last)
    posts = SsoPost.objects.filter(sede__code="110010000101").values_list("document_number", flat=True)
    assert sorted(posts) == [f"102500020{n}" for n in range(8)]


def test_only_the_last_load_can_be_undone(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    first = RegistryLoad.objects.get()
    load("import_reps", csv_file(tmp_path / "b.csv", sites(4)), allow_closing=True)
    assert "deshacer" not in page_of(clerk, first)
    said = run_action(clerk, first, "deshacer")
    assert "La carga no se puede deshacer" in said
    run_worker()
    assert Sede.objects.count() == 5


def test_undone_load_and_the_one_before_cannot_be_undone(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    load("import_reps", csv_file(tmp_path / "b.csv", sites(4)), allow_closing=True)
    last = undone(clerk)
    assert "Ya estaba hecho" in run_action(clerk, last, "deshacer")
    assert "La carga no se puede deshacer" in run_action(clerk, RegistryLoad.objects.earliest("pk"), "deshacer")
    assert Sede.objects.open().count() == 5


def test_newer_load_prevents_a_queued_undo(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    last = RegistryLoad.objects.get()
    run_action(clerk, last, "deshacer")
    load("import_reps", csv_file(tmp_path / "b.csv", sites(5)))
    run_worker()
    last.refresh_from_db()
    assert last.state == "applied"
    assert "ya no se puede deshacer" in page_of(clerk, last)


def test_undo_makes_room_before_a_row_gets_its_days_back(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "sedes.csv", sites(3)))
    headings, today = tuple(sso(1)[0]), timezone.localdate()

    def rows(*days: tuple[int, int]) -> list[dict[str, str]]:
        first = {"tipo_documento": "CC", "numero_documento": "1025000201", "codigo_habilitacion": "110010000101"}
        return [first | {"desde": str(today + DAY * start), "hasta": str(today + DAY * end)} for start, end in days]

    load("import_sso", csv_file(tmp_path / "a.csv", rows((1, 20), (21, 30)), headings))
    before = contents()
    load("import_sso", csv_file(tmp_path / "b.csv", rows((1, 5), (21, 60)), headings), allow_closing=True)
    assert undone(clerk, "sso").state == "undone"
    assert contents() == before


def test_undo_leaves_and_names_a_new_row_that_the_database_keeps(clerk, tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    with connection.cursor() as cursor:  # a table that no model knows
        cursor.execute("CREATE TABLE inspections (sede bigint REFERENCES entities_sede DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("INSERT INTO inspections SELECT id FROM entities_sede WHERE code = '110010000102'")
    last = undone(clerk)
    assert (last.state, [sede.code for sede in Sede.objects.all()]) == ("undone", ["110010000102"])
    assert "110010000102 CLÍNICA DEL RÍO CENTRO: ya se usa; queda cerrada" in page_of(clerk, last)
