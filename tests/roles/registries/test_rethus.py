"""Does ReTHUS come in, with every profession of every person?"""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError
from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryLoad
from roles.models import Profession, RethusEntry
from tests.cells import each_cell
from tests.registry_files import counts, csv_file, load, versions, xlsx_file

pytestmark = pytest.mark.django_db

HEADINGS = ("tipo_documento", "numero_documento", "codigo_profesion", "profesion", "registro_profesional")
ROW = {
    "tipo_documento": "CC",
    "numero_documento": "1900000001",
    "codigo_profesion": "P07",
    "profesion": "Medicina",
    "registro_profesional": "RM-1",
}


def people(count: int) -> list[dict[str, str]]:
    return [ROW | {"numero_documento": f"19000000{number:02}"} for number in range(1, count + 1)]


@pytest.fixture
def rethus(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        options = {"allow_closing": True} | options
        return load("import_rethus", csv_file(tmp_path / "rethus.csv", rows, HEADINGS), **options)

    return load_rows


def test_a_row_becomes_an_entry(rethus: Any) -> None:
    rethus(ROW)
    assert RethusEntry.objects.values_list(
        "document_type", "document_number", "profession_id", "registry_number", "closed_on"
    ).get() == ("CC", "1900000001", "P07", "RM-1", None)


def test_a_person_may_have_several_professions(rethus: Any) -> None:
    rethus(ROW, ROW | {"codigo_profesion": "P03", "profesion": "Enfermería"})
    assert RethusEntry.objects.count() == 2


def test_an_unknown_profession_joins_the_catalogue(rethus: Any) -> None:
    message = counts(rethus(ROW | {"codigo_profesion": "P99", "profesion": "Terapias alternativas"}))
    assert (message["profesiones nuevas"], Profession.objects.get(code="P99").name) == (1, "Terapias alternativas")


def test_a_known_profession_keeps_its_name(rethus: Any) -> None:
    before = Profession.objects.get(code="P07").name
    rethus(ROW | {"profesion": "MEDICINA Y CIRUGÍA"})
    assert Profession.objects.get(code="P07").name == before


def test_other_spellings_of_headings_and_types_are_known(tmp_path: Path) -> None:
    shown = ("TipoDocumento", "Número Documento", "Código_Profesión", "PROFESIÓN", "RegistroProfesional")
    row = ROW | {"tipo_documento": "Cédula de Ciudadanía"}
    load("import_rethus", csv_file(tmp_path / "rethus.csv", [row], HEADINGS, shown))
    assert RethusEntry.objects.get().document_type == "CC"


def test_a_workbook_is_loaded(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "rethus.xlsx", [HEADINGS, ["CC", 1900000001, "P07", None, 12345]])
    load("import_rethus", path)
    assert RethusEntry.objects.get().registry_number == "12345"


def test_the_same_file_again_writes_no_row(rethus: Any) -> None:
    rethus(*people(3))
    before = set(versions(RethusEntry))
    assert counts(rethus(*people(3)))["sin cambio"] == 3
    assert set(versions(RethusEntry)) == before


def test_a_new_registry_number_is_a_change(rethus: Any) -> None:
    rethus(*people(3))
    rows = people(3)
    rows[0]["registro_profesional"] = "RM-2"
    assert counts(rethus(*rows))["cambiadas"] == 1
    assert RethusEntry.objects.filter(registry_number="RM-2").count() == 1


@time_machine.travel("2026-07-01 12:00-05:00", tick=False)
def test_a_row_that_is_gone_is_closed_today(rethus: Any) -> None:
    rethus(*people(5))
    assert counts(rethus(*people(4)))["cerradas"] == 1
    assert RethusEntry.objects.get(closed_on__isnull=False).closed_on == timezone.localdate()


def test_the_summary_masks_the_documents_it_closes(rethus: Any) -> None:
    rethus(*people(5))
    assert "Cerradas:\n  CC …0005 P07\n" in rethus(*people(4))


def test_a_row_that_comes_back_is_open_again(rethus: Any) -> None:
    rethus(*people(5))
    rethus(*people(4))
    assert counts(rethus(*people(5)))["reabiertas"] == 1
    assert not RethusEntry.objects.filter(closed_on__isnull=False).exists()


def test_a_person_with_a_rejected_row_keeps_the_others(rethus: Any) -> None:
    rethus(*people(3))
    rows = people(3)
    rows[2]["codigo_profesion"] = "Medicina"
    assert counts(rethus(*rows))["cerradas"] == 0


def test_closing_more_than_one_per_cent_is_refused(rethus: Any) -> None:
    rethus(*people(4))
    with pytest.raises(CommandError, match="cerraría 1 de 4 registros abiertos"):
        rethus(*people(3), allow_closing=False)


@each_cell(
    ("cells", "reason"),
    [
        ({"tipo_documento": "NI"}, "el tipo de documento «NI» no se conoce; debe ser CC, CE, PA, CD, SC, PE, PT, PR"),
        ({"tipo_documento": "TI"}, "el tipo de documento «TI» no se conoce"),
        ({"numero_documento": "1900000.0"}, "el documento «1900000.0» parece un número con decimales"),
        ({"codigo_profesion": "07"}, "el código de profesión «07» debe ser P y dos dígitos, por ejemplo P07"),
        (
            {"codigo_profesion": "P98", "profesion": ""},
            "falta el nombre de la profesión P98, que es nueva",
        ),
        ({"profesion": "A" * 81}, "el nombre de la profesión tiene 81 caracteres y debe tener 80 o menos"),
        ({"registro_profesional": ""}, "falta el registro profesional"),
        ({"registro_profesional": "1" * 31}, "el registro profesional tiene 31 caracteres y debe tener 30 o menos"),
        ({"numero_documento": "1900000001"}, "repite la línea 2"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(rethus: Any, cells: dict[str, str], reason: str) -> None:
    assert f"línea 3: {reason}" in rethus(ROW, ROW | {"numero_documento": "1900000002"} | cells)
    assert RethusEntry.objects.count() == 1


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "rethus.csv", [ROW], HEADINGS[:-1])
    with pytest.raises(CommandError, match="Falta la columna registro_profesional"):
        load("import_rethus", path)


def test_a_load_has_its_record_and_its_history(rethus: Any) -> None:
    rethus(ROW)
    assert RegistryLoad.objects.get().kind == "rethus"
    assert HistoryEntry.objects.get().event == "rethus.loaded"
