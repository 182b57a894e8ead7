"""Is every bad row of the REPS kept out, with its line and its reason, while the good ones go in?"""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError

from accounts.models import Account
from demo.synthetic_reps import HEADINGS
from entities.models import Entity, Sede
from roles.matrix import Role
from tests import factories
from tests.cells import each_cell
from tests.registry_files import counts, csv_file, load, professional_row, sede_row, xlsx_file

pytestmark = pytest.mark.django_db

GOOD = sede_row(codigohabilitacionsede="110010000199", nombresede="LA BUENA")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the command says of a good row and these."""

    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_reps", csv_file(tmp_path / "reps.csv", (GOOD, *rows)), **options)

    return load_rows


@each_cell(
    ("cells", "reason"),
    [
        ({"codigohabilitacionsede": ""}, "falta el código de habilitación de la sede"),
        ({"codigohabilitacionsede": "1100100001"}, "el código de habilitación «1100100001» debe tener 12 dígitos."),
        (
            {"codigohabilitacionsede": "50010000101", "codigoprestador": "500100001"},
            "debe tener 12 dígitos; perdió el cero inicial en una hoja de cálculo: dé a la columna formato de texto",
        ),
        (
            {"codigohabilitacionsede": "1,1001E+11"},
            "debe tener 12 dígitos; una hoja de cálculo lo volvió un número: dé a la columna formato de texto",
        ),
        ({"codigohabilitacionsede": "١١٠٠١٠٠٠٠١٠١"}, "debe tener 12 dígitos"),
        (
            {"codigoprestador": "1100100002"},
            "el código de la sede «110010000101» debe empezar por los 10 dígitos de «1100100002»",
        ),
        ({"codigoprestador": "11001"}, "debe empezar por los 10 dígitos de «11001»"),
        (
            {"municipiosede": "99998", "departamentodededesc": "Cauca", "municipiosededesc": "MACONDO"},
            "el municipio «99998 MACONDO (Cauca)» no está en DIVIPOLA",
        ),
        (
            {"municipiosede": "", "departamentodededesc": "", "municipiosededesc": ""},
            "falta el municipio de la sede",
        ),
        ({"numeroidentificacion": "12345"}, "el NIT «12345» debe tener de 6 a 10 dígitos, por ejemplo 900123456"),
        ({"numeroidentificacion": "99000000A"}, "el NIT «99000000A» debe tener de 6 a 10 dígitos"),
        ({"numeroidentificacion": ""}, "el NIT «» debe tener de 6 a 10 dígitos"),
        (
            {"numeroidentificacion": "8600669427"},
            "el NIT «8600669427» trae dígito de verificación; debe ser 860066942",
        ),
        (
            {"numeroidentificacion": "860.066.942-7"},
            "el NIT «860.066.942-7» trae dígito de verificación; escríbalo sin él, sin puntos y sin guion",
        ),
        ({"tipoid": "XX"}, "el tipo de identificación «XX» no se conoce; debe ser NI, CC, CE, PA, PE, PT"),
        ({"tipoid": "CC", "numeroidentificacion": "12.345"}, "el documento «12.345» debe tener de 3 a 20 letras"),
        (
            {"claseprestador": "Brujería"},
            "la clase de prestador «Brujería» no se conoce; debe ser Instituciones Prestadoras de Servicios de Salud",
        ),
        ({"nombreprestador": ""}, "falta el nombre del prestador"),
        ({"nombresede": "  "}, "falta el nombre de la sede"),
        ({"nombreprestador": "A" * 301}, "el nombre del prestador tiene 301 caracteres y debe tener 300 o menos"),
        ({"nombresede": "A" * 301}, "el nombre de la sede tiene 301 caracteres"),
        ({"direcci_nsede": "A" * 301}, "la dirección tiene 301 caracteres"),
        ({"t_lefonosede": "1" * 101}, "el teléfono tiene 101 caracteres y debe tener 100 o menos"),
        ({"email_sede": "a" * 255}, "el correo electrónico tiene 255 caracteres"),
        ({"nombresede": "CLÍNICA\x00"}, "trae el carácter de control U+0000, que no se puede guardar"),
        ({"direcci_nsede": "Calle\x1b1"}, "trae el carácter de control U+001B"),
        ({"nombresede": "CLÃ\x8dNICA"}, "el texto 'CL\\xc3\\x8dNICA' perdió sus tildes"),
        ({"nombresede": "CLÃ­NICA"}, "perdió sus tildes al convertirse de codificación"),
        ({"nombresede": "CL�NICA"}, "perdió sus tildes"),
        ({"fecha_corte_reps": "ayer"}, "la fecha de corte «ayer» debe ser una fecha, por ejemplo 2026-03-12"),
        ({"fecha_corte_reps": "31/02/2026"}, "la fecha de corte «31/02/2026» debe ser una fecha"),
        ({"fecha_corte_reps": "Foo 12 2026"}, "la fecha de corte «Foo 12 2026» debe ser una fecha"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(said: Any, cells: dict[str, str], reason: str) -> None:
    assert reason in said(sede_row(**cells)).partition("línea 3: ")[2]
    assert Sede.objects.get().name == "LA BUENA"


def test_a_row_leaves_no_entity_behind(said: Any) -> None:
    said(sede_row(numeroidentificacion="990000009", nombresede=""))
    assert not Entity.objects.filter(nit="990000009").exists()


def test_a_professional_with_a_nit_is_rejected(said: Any) -> None:
    reason = "un profesional independiente se identifica con su documento de persona, no con NIT"
    assert reason in said(professional_row(tipoid="NI", numeroidentificacion="990000001"))


def test_a_ten_digit_nit_of_a_natural_person_is_accepted(said: Any) -> None:
    assert counts(said(sede_row(numeroidentificacion="1020304050")))["rechazadas"] == 0


def test_a_ten_digit_nit_that_does_not_check_is_accepted(said: Any) -> None:
    assert counts(said(sede_row(numeroidentificacion="8600669421")))["rechazadas"] == 0


@time_machine.travel("2026-03-11 12:00-05:00", tick=False)
def test_a_cut_in_the_future_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(fecha_corte_reps="12/03/2026")])
    with pytest.raises(CommandError, match="la fecha de corte «12/03/2026» está en el futuro"):
        load("import_reps", path)


def test_the_second_row_of_a_code_is_rejected_and_names_the_first(said: Any) -> None:
    assert "línea 4: repite la línea 3." in said(sede_row(), sede_row(nombresede="OTRA"))
    assert Sede.objects.get(code="110010000101").name == "CLÍNICA DEL RÍO CENTRO"


def test_the_good_row_after_a_rejected_one_of_its_code_goes_in(said: Any) -> None:
    said(sede_row(nombresede=""), sede_row(nombresede="LA SEGUNDA"))
    assert Sede.objects.get(code="110010000101").name == "LA SEGUNDA"


def test_a_row_with_too_few_columns_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [GOOD])
    path.write_text(path.read_text() + "1100100001,CLÍNICA\n")
    assert "línea 3: tiene 2 columnas y el encabezado tiene 22; revise comas y comillas" in load("import_reps", path)


def test_a_row_with_too_many_columns_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [GOOD, sede_row()])
    path.write_text(path.read_text().rstrip("\n") + ",de más\n")
    assert "línea 3: tiene 23 columnas" in load("import_reps", path)


def test_the_line_counts_those_inside_cells(said: Any) -> None:
    two_lines = sede_row(direcci_nsede="Calle 1\nInterior 2")
    assert "línea 5: falta el nombre de la sede" in said(two_lines, sede_row(nombresede=""))


def test_the_row_of_a_workbook_is_its_line(tmp_path: Path) -> None:
    rows = [HEADINGS, *([row.get(heading) for heading in HEADINGS] for row in (GOOD, sede_row(nombresede="")))]
    assert "línea 3: falta el nombre de la sede" in load("import_reps", xlsx_file(tmp_path / "reps.xlsx", rows))


def test_invisible_marks_are_dropped(said: Any) -> None:
    said(sede_row(nombresede="CLÍNICA\u200b DEL\u00a0RÍO"))
    assert Sede.objects.get(code="110010000101").name == "CLÍNICA DEL RÍO"


def test_a_tilde_of_another_language_is_not_damage(said: Any) -> None:
    assert counts(said(sede_row(nombreprestador="SÃO JOÃO LTDA")))["rechazadas"] == 0


def test_a_sede_with_roles_that_would_change_hands_is_rejected(said: Any, ministry: Account) -> None:
    said(sede_row())
    sede = Sede.objects.get(code="110010000101")
    factories.make_assignment(factories.make_user(), sede, Role.PRESCRIPTOR, ministry)
    assert (
        "línea 3: la sede es de NI 990000001 (CLÍNICA DEL RÍO S.A.S.), donde hay roles asignados; "
        "desactívelos antes de pasarla a NI 990000002."
    ) in said(sede_row(numeroidentificacion="990000002"))


# ---------------------------------------------------------------- how the rejected are told


def test_strict_refuses_the_whole_file(said: Any) -> None:
    with pytest.raises(CommandError, match=r"usted pidió --strict\.\nFilas rechazadas:\n  línea 3: falta el nombre"):
        said(sede_row(nombresede=""), strict=True)
    assert not Sede.objects.exists()


def test_strict_loads_a_file_without_bad_rows(said: Any) -> None:
    said(sede_row(), strict=True)
    assert Sede.objects.count() == 2


def test_a_file_without_good_rows_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(nombresede="")])
    with pytest.raises(CommandError, match=r"no trae ninguna fila válida\.\nFilas rechazadas:\n  línea 2: falta"):
        load("import_reps", path)


def test_the_summary_lists_the_first_fifty(said: Any) -> None:
    text = said(*(sede_row(nombresede="") for _ in range(53)))
    assert text.count("  línea ") == 50
    assert text.rstrip().endswith("… y 3 más.")


def test_all_of_them_are_written_where_asked(said: Any, tmp_path: Path) -> None:
    said(*(sede_row(nombresede="") for _ in range(53)), rejected=tmp_path / "rechazos.csv")
    lines = (tmp_path / "rechazos.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (len(lines), lines[1]) == (54, "3,falta el nombre de la sede")


def test_they_are_written_when_strict_refuses_too(said: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        said(sede_row(nombresede=""), strict=True, rejected=tmp_path / "rechazos.csv")
    assert "3,falta el nombre de la sede" in (tmp_path / "rechazos.csv").read_text(encoding="utf-8-sig")
