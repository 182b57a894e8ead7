"""Is a file loaded whole or not at all, with its checks and its event?"""

import re
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from demo.synthetic_reps import HEADINGS
from entities.models import Entity, Sede
from entities.registries.reps import Reps
from mipres_admin.history.models import HistoryEntry
from registries.loading.loader import Options, load_file
from registries.models import RegistryLoad
from roles.matrix import Role
from tests.factories import make_assignment, make_user
from tests.registry_files import (
    counts,
    csv_file,
    load,
    sede_row,
    sites,
    xlsx_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


def many_sites(count: int) -> list[dict[str, str]]:
    """So many sedes of as many prestadores of one entity."""
    codes = [f"1100{number:06}" for number in range(1, count + 1)]
    return [sede_row(codigoprestador=code, codigohabilitacionsede=f"{code}01") for code in codes]


GOOD = sede_row(codigohabilitacionsede="110010000199", nombresede="LA BUENA")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the command says of a good row and these."""

    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_reps", csv_file(tmp_path / "reps.csv", (GOOD, *rows)), **options)

    return load_rows


def test_file_that_closes_more_than_one_per_cent_is_refused(reps: Any) -> None:
    reps(*many_sites(199))
    with pytest.raises(CommandError, match=r"cerraría 2 de 199 registros abiertos.*más del 1 %.*--allow-closing"):
        reps(*many_sites(197))
    assert Sede.objects.open().count() == 199


def test_one_per_cent_exactly_is_allowed(reps: Any) -> None:
    reps(*many_sites(200))
    assert reps(*many_sites(198))["cerradas"] == 2


def test_roles_that_end_above_one_per_cent_refuse_the_file(
    reps: Any, tmp_path: Path, sede: Sede, delegate: Account
) -> None:
    make_assignment(make_user(), sede, Role.PRESCRIPTOR, delegate)
    own = sede_row(
        codigoprestador=sede.code[:10], codigohabilitacionsede=sede.code, numeroidentificacion=sede.entity.nit
    )
    rows = many_sites(200)
    reps(*rows, own, allow_closing=True)
    refusal = r"cerraría 1 de 201 registros abiertos, y terminarían 1 de 1 roles vigentes: más del 1 %"
    with pytest.raises(CommandError, match=refusal):
        reps(*rows)
    assert Sede.objects.open().count() == 201


def test_command_says_what_closes_before_it_is_applied(tmp_path: Path) -> None:
    path, seen = csv_file(tmp_path / "reps.csv", [sede_row()]), []
    load_file(Reps(), path, Options(), lambda *_: None, announce=lambda text: seen.append((text, _applied())))
    assert seen == [("El archivo cerraría 0 de 0 registros abiertos, y terminarían 0 de 0 roles vigentes.", 0)]
    assert _applied() == 1


def _applied() -> int:
    return HistoryEntry.objects.filter(event="reps.loaded").count()


@pytest.mark.parametrize("options", [{}, {"preview": True}])
@pytest.mark.parametrize(("sign", "rule"), [("\x07", "sede_texts_clean"), ("\0", "DataError")])
def test_value_that_the_database_refuses_refuses_the_file_without_its_row(
    said: Any, monkeypatch: pytest.MonkeyPatch, sign: str, rule: str, options: dict[str, bool]
) -> None:
    monkeypatch.setattr("registries.loading.cell_values.CONTROL", re.compile("(?!)"))
    bad = sede_row(nombresede=f"LA{sign}MALA")
    with pytest.raises(CommandError, match=rf"No se cargó nada: la base de datos .*\(regla {rule}\)") as refused:
        said(bad, **options)
    shown = "".join(traceback.format_exception(refused.value))
    assert not re.search("MALA|DETAIL|CONTEXT", shown)
    assert (Sede.objects.count(), RegistryLoad.objects.count()) == (0, 0)


def test_preview_by_command_changes_nothing(reps: Any, tmp_path: Path) -> None:
    reps(*sites(9))
    said = load("import_reps", csv_file(tmp_path / "reps.csv", sites(7)), preview=True)
    assert "El archivo cerraría 2 de 9 registros abiertos" in said
    assert "No se cargaría así: el archivo cerraría 2 de 9" in said
    assert "use --allow-closing" in said
    assert (Sede.objects.open().count(), RegistryLoad.objects.count()) == (9, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, None), ({"strict": True}, "No se cargaría así: hay filas rechazadas y usted pidió --strict.")],
)
def test_preview_by_command_names_what_its_options_refuse(tmp_path: Path, options: Any, said: str | None) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(), sede_row(codigohabilitacionsede="110010000101.0")])
    shown = load("import_reps", path, preview=True, **options)
    assert ("No se cargaría así" in shown) is (said is not None)
    assert said is None or said in shown


@pytest.mark.parametrize("cut", [-25, -60, -150])
def test_file_cut_in_mid_line_is_refused(reps: Any, tmp_path: Path, cut: int) -> None:
    path = csv_file(tmp_path / "reps.csv", sites(9))
    path.write_text(path.read_text()[:cut])
    with pytest.raises(CommandError, match="se corta a mitad de la línea 10"):
        load("import_reps", path, allow_closing=True)
    assert not Sede.objects.exists()


def test_last_line_without_end_that_is_whole_is_loaded(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", sites(2))
    path.write_text(path.read_text().rstrip("\n"))
    load("import_reps", path)
    assert Sede.objects.count() == 2


def test_closing_more_can_be_allowed(reps: Any) -> None:
    reps(*sites(9))
    assert reps(*sites(2), allow_closing=True)["cerradas"] == 7


def test_older_snapshot_is_refused(reps: Any) -> None:
    reps(sede_row())
    with pytest.raises(CommandError, match=r"\(2026-02-12\) es anterior al último cargado \(2026-03-12\).*--force"):
        reps(sede_row(fecha_corte_reps="2026-02-12", nombresede="OTRA"))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO CENTRO"


def test_older_snapshot_can_be_forced(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps="2026-02-12"), force=True)
    assert Sede.objects.get().reps_snapshot_date == date(2026, 2, 12)


def test_after_a_forced_snapshot_the_same_snapshot_needs_no_force(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps="2026-02-12"), force=True)
    assert reps(sede_row(fecha_corte_reps="2026-02-12"))["sin cambio"] == 1


def test_load_is_recorded_with_its_counts(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "corte.csv", [sede_row()]))
    loaded = RegistryLoad.objects.get()
    assert (loaded.kind, loaded.file_name, loaded.snapshot_date, loaded.counts["new"]) == (
        "reps",
        "corte.csv",
        date(2026, 3, 12),
        1,
    )


def test_load_has_one_row_of_history(tmp_path: Path) -> None:
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


def test_failed_event_loads_nothing(reps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**fields: Any) -> None:
        raise RuntimeError("history is down")

    monkeypatch.setattr("registries.loading.loader.record", fail)
    with pytest.raises(RuntimeError, match="history is down"):
        reps(sede_row())
    assert not Entity.objects.exists()


def test_refused_file_leaves_no_record(reps: Any) -> None:
    reps(*sites(9))
    with pytest.raises(CommandError):
        reps(*sites(2))
    assert RegistryLoad.objects.count() == 1


def test_second_row_of_a_code_is_rejected_and_names_the_first(said: Any) -> None:
    assert "línea 4: repite la línea 3." in said(sede_row(), sede_row(nombresede="OTRA"))
    assert Sede.objects.get(code="110010000101").name == "CLÍNICA DEL RÍO CENTRO"


def test_good_row_after_a_rejected_one_of_its_code_goes_in(said: Any) -> None:
    said(sede_row(nombresede=""), sede_row(nombresede="LA SEGUNDA"))
    assert Sede.objects.get(code="110010000101").name == "LA SEGUNDA"


def test_row_with_too_few_columns_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [GOOD])
    path.write_text(path.read_text() + "1100100001,CLÍNICA\n")
    assert "línea 3: tiene 2 columnas y el encabezado tiene 22; revise comas y comillas" in load("import_reps", path)


def test_row_with_too_many_columns_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [GOOD, sede_row()])
    path.write_text(path.read_text().rstrip("\n") + ",de más\n")
    assert "línea 3: tiene 23 columnas" in load("import_reps", path)


def test_line_counts_those_inside_cells(said: Any) -> None:
    two_lines = sede_row(direcci_nsede="Calle 1\nInterior 2")
    assert "línea 5: falta el nombre de la sede" in said(two_lines, sede_row(nombresede=""))


def test_row_of_a_workbook_is_its_line(tmp_path: Path) -> None:
    rows = [HEADINGS, *([row.get(heading) for heading in HEADINGS] for row in (GOOD, sede_row(nombresede="")))]
    assert "línea 3: falta el nombre de la sede" in load("import_reps", xlsx_file(tmp_path / "reps.xlsx", rows))


def test_strict_refuses_the_whole_file(said: Any) -> None:
    with pytest.raises(CommandError, match=r"usted pidió --strict\.\nFilas rechazadas:\n  línea 3: falta el nombre"):
        said(sede_row(nombresede=""), strict=True)
    assert not Sede.objects.exists()


def test_strict_loads_a_file_without_bad_rows(said: Any) -> None:
    said(sede_row(), strict=True)
    assert Sede.objects.count() == 2


def test_file_without_good_rows_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(nombresede="")])
    with pytest.raises(CommandError, match=r"no trae ninguna fila válida\.\nFilas rechazadas:\n  línea 2: falta"):
        load("import_reps", path)


def test_statistics_know_the_new_rows_before_they_are_joined(reps):
    with CaptureQueriesContext(connection) as captured:
        reps(*many_sites(12))
    statements = [query["sql"] for query in captured]
    (renewed,) = (number for number, sql in enumerate(statements) if sql.startswith("ANALYZE registry_changes"))
    assert "entities_sede" in statements[renewed]
    assert next(number for number, sql in enumerate(statements) if "INSERT INTO entities_sede" in sql) < renewed


def test_statistics_of_the_tables_stay_when_little_is_new(reps):
    reps(*many_sites(12))
    with CaptureQueriesContext(connection) as captured:
        reps(*many_sites(12))
    assert "ANALYZE registry_changes" in [query["sql"] for query in captured]
