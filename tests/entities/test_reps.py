"""Does the REPS become entities and sedes, as often as it is loaded?"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from accounts.models import Account
from demo.synthetic_reps import HEADINGS, OTHER_PURPOSE, TRANSPORT
from entities.models import Entity, EntityKind, Sede
from entities.registries.reps import Reps
from mipres_admin.history.models import HistoryEntry
from registries.loading.loader import Options, load_file
from registries.models import RegistryLoad
from roles.matrix import Role
from tests import factories
from tests.registry_files import (
    CAMEL_HEADINGS,
    counts,
    csv_file,
    load,
    professional_row,
    sede_row,
    sites,
    versions,
    xlsx_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


# ---------------------------------------------------------------- what a row becomes


def test_an_ips_becomes_an_entity_by_its_nit(reps: Any) -> None:
    reps(sede_row())
    entity = Entity.objects.get()
    assert (entity.kind, entity.identification_type, entity.nit, entity.name) == (
        EntityKind.IPS,
        "NI",
        "990000001",
        "CLÍNICA DEL RÍO S.A.S.",
    )


def test_an_independent_professional_becomes_an_entity_by_his_document(reps: Any) -> None:
    reps(professional_row())
    entity = Entity.objects.get()
    assert (entity.kind, entity.identification_type, entity.nit) == ("PI", "CC", "1900000001")


def test_a_sede_has_every_column(reps: Any) -> None:
    reps(sede_row())
    assert Sede.objects.values(
        "code",
        "name",
        "municipality_id",
        "address",
        "phone",
        "email",
        "provider_class",
        "reps_snapshot_date",
        "closed_on",
    ).get() == {
        "code": "110010000101",
        "name": "CLÍNICA DEL RÍO CENTRO",
        "municipality_id": "11001",
        "address": "Calle 1 # 2-3",
        "phone": "6015550101",
        "email": "citas@rio.example",
        "provider_class": "IPS",
        "reps_snapshot_date": date(2026, 3, 12),
        "closed_on": None,
    }


@pytest.mark.parametrize(
    ("spelled", "kind", "provider_class"),
    [
        ("IPS", "IPS", "IPS"),
        (OTHER_PURPOSE, "IPS", "OD"),
        ("Objeto Social Diferente", "IPS", "OD"),
        (TRANSPORT, "IPS", "TE"),
        ("TRANSPORTE ESPECIAL", "IPS", "TE"),
    ],
)
def test_each_class_has_its_kind(reps: Any, spelled: str, kind: str, provider_class: str) -> None:
    reps(sede_row(claseprestador=spelled))
    assert Sede.objects.values_list("entity__kind", "provider_class").get() == (kind, provider_class)


def test_sedes_with_one_nit_share_one_entity(reps: Any) -> None:
    reps(*sites(3))
    assert Entity.objects.get().sedes.count() == 3


def test_one_nit_as_ips_and_as_transport_is_one_entity(reps: Any) -> None:
    reps(sede_row(), sede_row(codigohabilitacionsede="110010000102", claseprestador=TRANSPORT))
    assert Entity.objects.count() == 1


def test_the_entity_takes_the_name_of_its_first_sede(reps: Any) -> None:
    reps(
        sede_row(codigohabilitacionsede="110010000102", nombreprestador="SEGUNDO NOMBRE"),
        sede_row(nombreprestador="PRIMER NOMBRE"),
    )
    assert Entity.objects.get().name == "PRIMER NOMBRE"


def test_blanks_around_and_inside_are_tidied(reps: Any) -> None:
    reps(sede_row(nombresede="  CLÍNICA \t DEL\nRÍO  "))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO"


def test_spaces_inside_the_code_do_not_matter(reps: Any) -> None:
    reps(sede_row(codigohabilitacionsede="11001 00001 01"))
    assert Sede.objects.get().code == "110010000101"


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-03-12",
        "12/03/2026",
        "12/03/2026 15:11",
        "2026-03-12T00:00:00.000",
        "2026-03-12 15:11:00",
        "Fecha corte REPS: Mar 12 2026  3:11PM",
        "mar 12 2026",
    ],
)
def test_a_cut_date_is_understood(reps: Any, spelled: str) -> None:
    reps(sede_row(fecha_corte_reps=spelled))
    assert Sede.objects.get().reps_snapshot_date == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("code", "department", "name", "expected"),
    [
        ("5001", "", "", "05001"),
        ("", "Bogotá D.C", "BOGOTÁ", "11001"),
        ("", "Antioquia", "Medellin", "05001"),
        ("", "ANTIOQUIA", "SANTAFE DE ANTIOQUIA", "05042"),
        ("", "Cali", "CALI", "76001"),
        ("", "Norte de Santander", "CÚCUTA", "54001"),
        ("", "San Andrés y Providencia", "SAN ANDRÉS", "88001"),
        ("CALI", "Valle del cauca", "", "76001"),
        ("99999", "Bolívar", "Cartagena", "13001"),
    ],
)
def test_a_municipality_is_found(reps: Any, code: str, department: str, name: str, expected: str) -> None:
    reps(sede_row(municipiosede=code, departamentodededesc=department, municipiosededesc=name))
    assert Sede.objects.get().municipality_id == expected


# ---------------------------------------------------------------- the forms of the file


def test_the_headings_of_the_manual_download_are_known(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], shown=CAMEL_HEADINGS))
    assert Sede.objects.get().phone == "6015550101"


def test_the_class_by_name_is_preferred_to_the_class_by_number(tmp_path: Path) -> None:
    headings = [*HEADINGS, "ClasePrestadorDesc"]
    row = sede_row(claseprestador="3", ClasePrestadorDesc="Transporte Especial de Pacientes")
    load("import_reps", csv_file(tmp_path / "reps.csv", [row], headings))
    assert Sede.objects.get().provider_class == "TE"


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], HEADINGS[::-1]))
    assert Sede.objects.get().code == "110010000101"


@pytest.mark.parametrize("missing", ["municipiosede", "fecha_corte_reps"])
def test_an_optional_column_may_be_missing(tmp_path: Path, missing: str) -> None:
    headings = [heading for heading in HEADINGS if heading != missing]
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], headings))
    assert Sede.objects.get().municipality_id == "11001"


def test_a_semicolon_separates_too(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], delimiter=";"))
    assert Sede.objects.count() == 1


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], encoding="utf-8-sig"))
    assert Sede.objects.count() == 1


def test_blank_lines_do_not_matter(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(), {}])
    path.write_text(path.read_text() + "\n\n")
    assert counts(load("import_reps", path))["rechazadas"] == 0


def test_blank_cells_too_many_do_not_matter(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row()])
    path.write_text(path.read_text().rstrip("\n") + ",,\n")
    assert counts(load("import_reps", path))["nuevas"] == 1


def test_a_workbook_is_loaded(tmp_path: Path) -> None:
    rows = [HEADINGS, [sede_row().get(heading) for heading in HEADINGS]]
    load("import_reps", xlsx_file(tmp_path / "reps.xlsx", rows))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO CENTRO"


def test_blank_cells_and_rows_of_a_workbook_do_not_matter(tmp_path: Path) -> None:
    row = [sede_row().get(heading) for heading in HEADINGS]
    path = xlsx_file(tmp_path / "reps.xlsx", [[*HEADINGS, None], [*row, "", None], [None, ""], []])
    said = counts(load("import_reps", path))
    assert (said["nuevas"], said["rechazadas"]) == (1, 0)


@pytest.mark.parametrize(("cell", "text"), [(1.5, "1.5"), (1e16, "10000000000000000"), (True, "True")])
def test_a_number_of_a_workbook_is_written_out(tmp_path: Path, cell: object, text: str) -> None:
    row: dict[str, Any] = sede_row() | {"direcci_nsede": cell}
    load("import_reps", xlsx_file(tmp_path / "reps.xlsx", [HEADINGS, [row.get(heading) for heading in HEADINGS]]))
    assert Sede.objects.get().address == text


def test_numbers_and_dates_of_a_workbook_are_text(tmp_path: Path) -> None:
    row: dict[str, Any] = sede_row() | {
        "codigohabilitacionsede": 110010000101.0,
        "codigoprestador": 1100100001,
        "numeroidentificacion": 990000001,
        "municipiosede": 11001,
        "fecha_corte_reps": date(2026, 3, 12),
    }
    load("import_reps", xlsx_file(tmp_path / "reps.xlsx", [HEADINGS, [row.get(heading) for heading in HEADINGS]]))
    assert Sede.objects.values_list("code", "entity__nit", "reps_snapshot_date").get() == (
        "110010000101",
        "990000001",
        date(2026, 3, 12),
    )


# ---------------------------------------------------------------- again


def test_the_same_file_again_changes_nothing(reps: Any) -> None:
    reps(*sites(3), professional_row())
    assert reps(*sites(3), professional_row()) == {
        "nuevas": 0,
        "cambiadas": 0,
        "reabiertas": 0,
        "cerradas": 0,
        "sin cambio": 4,
        "rechazadas": 0,
        "entidades nuevas": 0,
        "entidades cambiadas": 0,
    }


def test_the_same_file_again_writes_no_row(reps: Any) -> None:
    reps(*sites(3), professional_row())
    before = set(versions(Entity, Sede))
    reps(*sites(3), professional_row())
    assert set(versions(Entity, Sede)) == before


def test_only_the_changed_sede_is_written(reps: Any) -> None:
    reps(*sites(3))
    before = set(versions(Entity, Sede))
    rows = sites(3)
    rows[1]["t_lefonosede"] = "6015550199"
    assert reps(*rows)["cambiadas"] == 1
    assert len(set(versions(Entity, Sede)) - before) == 1


def test_a_new_name_of_the_provider_changes_the_entity(reps: Any) -> None:
    reps(sede_row())
    assert reps(sede_row(nombreprestador="OTRA RAZÓN SOCIAL S.A."))["entidades cambiadas"] == 1
    assert Entity.objects.get().name == "OTRA RAZÓN SOCIAL S.A."


def test_a_later_cut_is_noted_but_is_not_a_change(reps: Any) -> None:
    reps(sede_row())
    assert reps(sede_row(fecha_corte_reps="2026-04-12"))["sin cambio"] == 1
    assert Sede.objects.get().reps_snapshot_date == date(2026, 4, 12)


def test_a_file_without_cut_keeps_the_one_known(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps=""))
    assert Sede.objects.get().reps_snapshot_date == date(2026, 3, 12)


def test_a_sede_without_roles_may_go_to_another_entity(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(numeroidentificacion="990000002"))
    assert Sede.objects.get().entity.nit == "990000002"


def test_a_sede_with_roles_stays_with_its_entity(reps: Any, ministry: Account) -> None:
    reps(sede_row(), *sites(9)[1:])
    sede = Sede.objects.get(code="110010000101")
    factories.make_assignment(factories.make_user(), sede, Role.PRESCRIPTOR, ministry)
    assert reps(sede_row(numeroidentificacion="990000002"), *sites(9)[1:])["rechazadas"] == 1
    sede.refresh_from_db()
    assert (sede.entity.nit, sede.closed_on) == ("990000001", None)


def test_a_sede_with_roles_still_gets_its_new_telephone(reps: Any, ministry: Account) -> None:
    reps(sede_row())
    factories.make_assignment(factories.make_user(), Sede.objects.get(), Role.PRESCRIPTOR, ministry)
    reps(sede_row(t_lefonosede="6015550199"))
    assert Sede.objects.get().phone == "6015550199"


# ---------------------------------------------------------------- closed, and open again


def test_a_sede_that_is_gone_is_closed_on_the_day_of_the_cut(reps: Any) -> None:
    reps(*sites(5))
    assert reps(*sites(4))["cerradas"] == 1
    assert Sede.objects.get(closed_on__isnull=False).closed_on == date(2026, 3, 12)


@time_machine.travel("2026-07-01 12:00-05:00", tick=False)
def test_without_a_cut_it_is_closed_today(reps: Any) -> None:
    reps(*(row | {"fecha_corte_reps": ""} for row in sites(5)))
    reps(*(row | {"fecha_corte_reps": ""} for row in sites(4)))
    assert Sede.objects.get(closed_on__isnull=False).closed_on == date(2026, 7, 1)


def test_the_summary_names_what_was_closed(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    said = load("import_reps", csv_file(tmp_path / "reps.csv", sites(4)))
    assert "Cerradas:\n  110010000105" in said


def test_a_sede_that_comes_back_is_open_again(reps: Any) -> None:
    reps(*sites(5))
    reps(*sites(4))
    assert reps(*sites(5))["reabiertas"] == 1
    assert not Sede.objects.filter(closed_on__isnull=False).exists()


def test_a_closed_sede_is_closed_once(reps: Any) -> None:
    reps(*sites(5))
    reps(*sites(4))
    assert reps(*sites(4))["cerradas"] == 0


def test_a_sede_whose_row_is_rejected_is_not_closed(reps: Any) -> None:
    reps(*sites(3))
    rows = sites(3)
    rows[2]["nombresede"] = ""
    reps(*rows)
    assert Sede.objects.open().count() == 3


def test_a_sede_whose_code_lost_its_zero_is_not_closed(reps: Any) -> None:
    reps(sede_row(), professional_row())
    reps(sede_row(), professional_row(codigohabilitacionsede="50010000201"))
    assert Sede.objects.open().count() == 2


def test_a_sede_of_a_proveedor_is_never_closed(reps: Any) -> None:
    proveedor = factories.make_entity(EntityKind.PROVEEDOR)
    factories.make_sede(proveedor, code="PROV000001")
    reps(*sites(5))
    assert Sede.objects.get(code="PROV000001").closed_on is None


# ---------------------------------------------------------------- guards


def test_a_file_that_closes_more_than_a_fifth_is_refused(reps: Any) -> None:
    reps(*sites(9))
    with pytest.raises(CommandError, match=r"cerraría 2 de 9 registros abiertos.*--allow-closing"):
        reps(*sites(7))
    assert Sede.objects.open().count() == 9


def test_a_fifth_exactly_is_allowed(reps: Any) -> None:
    reps(*sites(10))
    assert reps(*sites(8))["cerradas"] == 2


def test_closing_more_can_be_allowed(reps: Any) -> None:
    reps(*sites(9))
    assert reps(*sites(2), allow_closing=True)["cerradas"] == 7


def test_an_older_cut_is_refused(reps: Any) -> None:
    reps(sede_row())
    with pytest.raises(CommandError, match=r"\(2026-02-12\) es anterior al último cargado \(2026-03-12\).*--force"):
        reps(sede_row(fecha_corte_reps="2026-02-12", nombresede="OTRA"))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO CENTRO"


def test_an_older_cut_can_be_forced(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps="2026-02-12"), force=True)
    assert Sede.objects.get().reps_snapshot_date == date(2026, 2, 12)


def test_after_a_forced_cut_the_same_cut_needs_no_force(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps="2026-02-12"), force=True)
    assert reps(sede_row(fecha_corte_reps="2026-02-12"))["sin cambio"] == 1


# ---------------------------------------------------------------- all or nothing, and its history


def test_a_load_is_recorded_with_its_counts(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "corte.csv", [sede_row()]))
    loaded = RegistryLoad.objects.get()
    assert (loaded.kind, loaded.file_name, loaded.snapshot_date, loaded.counts["new"]) == (
        "reps",
        "corte.csv",
        date(2026, 3, 12),
        1,
    )


def test_a_load_has_one_row_of_history(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "corte.csv", [sede_row(), sede_row(nombresede="REPETIDA")]))
    entry = HistoryEntry.objects.get()
    loaded = RegistryLoad.objects.get()
    assert (entry.event, entry.actor, entry.object_type, entry.object_id) == (
        "reps.loaded",
        None,
        "registries.registryload",
        str(loaded.pk),
    )
    assert entry.after == {
        "file": "corte.csv",
        "sha256": loaded.sha256,
        "snapshot_date": "2026-03-12",
        "new": 1,
        "changed": 0,
        "reopened": 0,
        "closed": 0,
        "same": 0,
        "rejected": 1,
        "entities_new": 1,
        "entities_changed": 0,
    }


def test_without_its_history_nothing_is_loaded(reps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**fields: Any) -> None:
        raise RuntimeError("history is down")

    monkeypatch.setattr("registries.loading.loader.record", fail)
    with pytest.raises(RuntimeError, match="history is down"):
        reps(sede_row())
    assert not Entity.objects.exists()


def test_a_refused_file_leaves_no_record(reps: Any) -> None:
    reps(*sites(9))
    with pytest.raises(CommandError):
        reps(*sites(2))
    assert RegistryLoad.objects.count() == 1


def test_verbosity_nought_says_nothing(tmp_path: Path) -> None:
    assert load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()]), verbosity=0) == ""


def test_progress_is_drawn_on_a_terminal(reps: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    reps(sede_row())
    assert "100% 1 filas" in capsys.readouterr().err


def test_progress_is_drawn_while_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, float]] = []
    monkeypatch.setattr("registries.loading.loader.PROGRESS_EVERY", 2)
    with_rows = csv_file(tmp_path / "reps.csv", sites(5))
    load_file(Reps(), with_rows, Options(), lambda rows, done: drawn.append((rows, done)))
    assert [rows for rows, _ in drawn] == [2, 4, 5]
    assert all(0 < done <= 1 for _, done in drawn)


def test_progress_of_a_workbook_is_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    monkeypatch.setattr("registries.loading.loader.PROGRESS_EVERY", 2)
    rows = [[row.get(heading) for heading in HEADINGS] for row in sites(4)]
    path = xlsx_file(tmp_path / "reps.xlsx", [HEADINGS, *rows])
    load_file(Reps(), path, Options(), lambda _, done: drawn.append(done))
    assert drawn == [0.6, 1.0, 1.0]


def test_nothing_is_drawn_elsewhere(reps: Any, capsys: Any) -> None:
    reps(sede_row())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": ""}, "registry_load_kind_well_formed"),
        ({"kind": "REPS 2"}, "registry_load_kind_well_formed"),
        ({"file_name": ""}, "registry_load_has_file_name"),
        ({"sha256": "corta"}, "registry_load_sha256_well_formed"),
    ],
)
def test_a_record_of_a_load_is_well_formed(fields: dict[str, str], constraint: str) -> None:
    good = {"kind": "reps", "file_name": "reps.csv", "sha256": "0" * 64, "counts": {}}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RegistryLoad.objects.create(**(good | fields))


def test_a_record_of_a_load_names_its_registry_and_file() -> None:
    assert str(RegistryLoad(kind="rethus", file_name="octubre.csv")) == "ReTHUS octubre.csv"
