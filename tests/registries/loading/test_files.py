"""Which files are read, and which are refused with a reason?"""

from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management.base import CommandError

from demo.synthetic_reps import HEADINGS
from entities.models import Entity, Sede
from tests.registry_files import (
    CAMEL_HEADINGS,
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


@pytest.fixture
def refused(tmp_path: Path) -> Any:
    """Why a file is refused; nothing may have been loaded."""

    def try_to_load(path: Path) -> str:
        with pytest.raises(CommandError) as found:
            load("import_reps", path)
        assert Entity.objects.count() + Sede.objects.count() == 0
        return str(found.value)

    return try_to_load


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reps.csv"


def test_headings_of_the_manual_download_are_known(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], shown=CAMEL_HEADINGS))
    assert Sede.objects.get().phone == "6015550101"


def test_class_by_name_is_preferred_to_the_class_by_number(tmp_path: Path) -> None:
    headings = [*HEADINGS, "ClasePrestadorDesc"]
    row = sede_row(claseprestador="3", ClasePrestadorDesc="Transporte Especial de Pacientes")
    load("import_reps", csv_file(tmp_path / "reps.csv", [row], headings))
    assert Sede.objects.get().provider_class == "TE"


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], HEADINGS[::-1]))
    assert Sede.objects.get().code == "110010000101"


@pytest.mark.parametrize("missing", ["municipiosede", "fecha_corte_reps"])
def test_optional_column_may_be_missing(tmp_path: Path, missing: str) -> None:
    headings = [heading for heading in HEADINGS if heading != missing]
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], headings))
    assert Sede.objects.get().municipality_id == "11001"


def test_semicolon_separates_too(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()], delimiter=";"))
    assert Sede.objects.count() == 1


def test_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
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


def test_workbook_is_loaded(tmp_path: Path) -> None:
    rows = [HEADINGS, [sede_row().get(heading) for heading in HEADINGS]]
    load("import_reps", xlsx_file(tmp_path / "reps.xlsx", rows))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO CENTRO"


def test_blank_cells_and_rows_of_a_workbook_do_not_matter(tmp_path: Path) -> None:
    row = [sede_row().get(heading) for heading in HEADINGS]
    path = xlsx_file(tmp_path / "reps.xlsx", [[*HEADINGS, None], [*row, "", None], [None, ""], []])
    said = counts(load("import_reps", path))
    assert (said["nuevas"], said["rechazadas"]) == (1, 0)


@pytest.mark.parametrize(("cell", "text"), [(1.5, "1.5"), (1e14, "100000000000000"), (1e16, "1e+16"), (True, "True")])
def test_number_of_a_workbook_is_written_out(tmp_path: Path, cell: object, text: str) -> None:
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


@pytest.mark.parametrize("missing", ["codigoprestador", "nombreprestador", "nombresede", "tipoid", "claseprestador"])
def test_missing_column_is_named(refused: Any, path: Path, missing: str) -> None:
    headings = [heading for heading in HEADINGS if heading != missing]
    assert f"Falta la columna {missing}" in refused(csv_file(path, [sede_row()], headings)).replace(
        "ClasePrestadorDesc o ", ""
    )


def test_every_missing_column_is_named_in_both_spellings(refused: Any, path: Path) -> None:
    headings = [heading for heading in HEADINGS if heading not in ("direcci_nsede", "t_lefonosede")]
    said = refused(csv_file(path, [sede_row()], headings))
    assert "Falta la columna direcci_nsede o DireccionSede; t_lefonosede o TelefonoSede. El archivo trae:" in said


def test_repeated_heading_is_named_as_it_is_spelled(refused: Any, path: Path) -> None:
    said = refused(csv_file(path, [sede_row()], [*HEADINGS, "NombreSede"]))
    assert "El encabezado está repetido: nombresede y NombreSede. Deje una sola columna." in said


def test_latin_1_is_recognised_with_its_line_and_word(refused: Any, path: Path) -> None:
    said = refused(csv_file(path, [*sites(1), sede_row(nombresede="MUÑOZ")], encoding="latin-1"))
    assert "reps.csv no está en UTF-8: la línea 2 trae el byte 0xCD. Parece Latin-1 (Windows-1252)" in said
    assert "donde se lee «CLÍNICA»" in said
    assert "iconv -f WINDOWS-1252 -t UTF-8 'reps.csv' > utf8.csv" in said


def test_wrong_byte_in_the_last_line_undoes_the_rest(refused: Any, path: Path) -> None:
    csv_file(path, sites(75))
    path.write_bytes(path.read_bytes() + "1100100001,CLÍNICA\n".encode("latin-1"))
    assert "la línea 77 trae el byte 0xCD" in refused(path)


def test_unknown_encoding_is_refused(refused: Any, path: Path) -> None:
    path.write_bytes(b"codigoprestador\n\x81\x8d\n")
    assert "la línea 2 trae el byte 0x81. No se reconoce su codificación" in refused(path)


def test_file_snapshot_in_the_middle_of_a_letter_is_refused(refused: Any, path: Path) -> None:
    csv_file(path, [])
    path.write_bytes(path.read_bytes() + "1100100001,CLÍ".encode()[:-1])
    assert "Termina a mitad de una letra; quizá se descargó incompleto." in refused(path)


def test_utf_16_is_recognised(refused: Any, path: Path) -> None:
    said = refused(csv_file(path, [sede_row()], encoding="utf-16"))
    assert "reps.csv está en UTF-16." in said
    assert "iconv -f UTF-16" in said


def test_unclosed_quote_is_a_broken_file(refused: Any, path: Path) -> None:
    csv_file(path, sites(2))
    path.write_text(path.read_text() + '1100100001,"CLÍNICA,110010000103\n1100100001,OTRA\n')
    assert "no es un CSV bien formado desde la línea 4" in refused(path)


def test_empty_file_is_refused(refused: Any, path: Path) -> None:
    path.touch()
    assert "El archivo reps.csv está vacío." in refused(path)


def test_file_of_blank_lines_has_no_columns(refused: Any, path: Path) -> None:
    path.write_text("\n\n")
    assert "El archivo trae: ninguna." in refused(path)


def test_file_that_is_not_there_is_refused(refused: Any, path: Path) -> None:
    assert "No se puede leer" in refused(path)


def test_csv_with_the_name_of_a_workbook_is_refused(refused: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.xlsx", [sede_row()])
    assert "reps.xlsx se llama como un libro de Excel, pero no lo es." in refused(path)


def test_old_workbook_is_recognised(refused: Any, tmp_path: Path) -> None:
    path = tmp_path / "reps.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "reps.xls es un libro de Excel antiguo (.xls). Guárdelo como .xlsx o como CSV UTF-8." in refused(path)


def test_zip_that_is_no_workbook_is_refused(refused: Any, tmp_path: Path) -> None:
    path = tmp_path / "reps.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("nada.txt", "nada")
    assert "reps.xlsx es un archivo comprimido y no un libro de Excel." in refused(path)


def test_workbook_of_too_many_parts_is_refused_with_these_words(refused: Any, tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "reps.xlsx", [HEADINGS])
    with ZipFile(path, "a") as archive:
        for number in range(1_001):
            archive.writestr(f"xl/media/{number}.xml", "")
    assert "trae más de 1000 partes" in refused(path)


def test_truncated_workbook_is_refused(refused: Any, tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "reps.xlsx", [HEADINGS, [sede_row().get(heading) for heading in HEADINGS]])
    path.write_bytes(path.read_bytes()[:-200])
    assert "no es un libro de Excel (.xlsx) que se pueda leer" in refused(path)


def test_workbook_damaged_inside_is_refused(refused: Any, tmp_path: Path) -> None:
    whole = xlsx_file(tmp_path / "whole.xlsx", [HEADINGS, [sede_row().get(heading) for heading in HEADINGS]])
    with ZipFile(whole) as old, ZipFile(tmp_path / "reps.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) - 60] if name.endswith("sheet1.xml") else data)
    assert "está dañado" in refused(tmp_path / "reps.xlsx")


def test_empty_workbook_has_no_columns(refused: Any, tmp_path: Path) -> None:
    assert "Falta la columna" in refused(xlsx_file(tmp_path / "reps.xlsx", []))
