"""Which files of registries do the tests load? Small ones, and the commands that load them."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from demo.synthetic_reps import HEADINGS, INDEPENDENT, IPS

# the same columns as the manual download spells them
CAMEL_HEADINGS = (
    "CodigoPrestador", "NombrePrestador", "CodigoHabilitacionSede", "NombreSede", "TipoID", "NumeroIdentificacion",
    "NaturalezaJuridica", "ESE", "MunicipioPrestador", "DepartamentoPrestadorDesc", "MunicipioPrestadorDesc",
    "DireccionPrestador", "Email_Prestador", "TelefonoPrestador", "MunicipioSede", "DepartamentoSedeDesc",
    "MunicipioSedeDesc", "DirecciónSede", "EmailSede", "TeléfonoSede", "ClasePrestadorDesc", "FechaCorteREPS",
)  # fmt: skip
SEDE = {
    "codigoprestador": "1100100001",
    "nombreprestador": "CLÍNICA DEL RÍO S.A.S.",
    "codigohabilitacionsede": "110010000101",
    "nombresede": "CLÍNICA DEL RÍO CENTRO",
    "tipoid": "NI",
    "numeroidentificacion": "990000001",
    "municipiosede": "11001",
    "departamentodededesc": "Bogotá D.C",
    "municipiosededesc": "BOGOTÁ",
    "direcci_nsede": "Calle 1 # 2-3",
    "email_sede": "citas@rio.example",
    "t_lefonosede": "6015550101",
    "claseprestador": IPS,
    "fecha_corte_reps": "Fecha corte REPS: Mar 12 2026  3:11PM",
}
PROFESSIONAL = {
    "codigoprestador": "0500100002",
    "nombreprestador": "NIDIA INÉS CAÑÓN HOYOS",
    "codigohabilitacionsede": "050010000201",
    "nombresede": "NIDIA INÉS CAÑÓN HOYOS",
    "tipoid": "CC",
    "numeroidentificacion": "1900000001",
    "municipiosede": "05001",
    "claseprestador": INDEPENDENT,
}

COUNT = re.compile(r"^  ([^:]+?) +([0-9.]+)$", re.MULTILINE)

Rows = Iterable[dict[str, str]]


def sede_row(**changes: str) -> dict[str, str]:
    """A sede of an IPS, with what the test is about."""
    return SEDE | changes


def professional_row(**changes: str) -> dict[str, str]:
    """The sede of an independent professional."""
    return SEDE | PROFESSIONAL | changes


def sites(count: int) -> list[dict[str, str]]:
    """So many sedes of one IPS."""
    return [sede_row(codigohabilitacionsede=f"1100100001{number:02}") for number in range(1, count + 1)]


def csv_file(
    path: Path, rows: Rows, headings: Sequence[str] = HEADINGS, shown: Sequence[str] = (), **form: Any
) -> Path:
    """A CSV of these rows, under other headings when `shown` has them."""
    with path.open("w", encoding=form.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.writer(file, lineterminator="\n", **form)
        writer.writerow(shown or headings)
        writer.writerows([row.get(heading, "") for heading in headings] for row in rows)
    return path


def xlsx_file(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """A workbook with these rows, headings included."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    workbook.save(path)
    return path


def load(command: str, path: Path, **options: Any) -> str:
    """The output of the command."""
    out = StringIO()
    call_command(command, path, stdout=out, **options)
    return out.getvalue()


def counts(text: str) -> dict[str, int]:
    """The counts of a summary by their names."""
    return {name: int(count.replace(".", "")) for name, count in COUNT.findall(text)}


def versions(*models: type[Model]) -> Iterator[tuple[str, int, int]]:
    """The version of every row, which changes only when the row is written."""
    with connection.cursor() as cursor:
        for table in [model._meta.db_table for model in models]:
            cursor.execute(f"SELECT '{table}', id, xmin::text::bigint FROM {table}")
            yield from cursor.fetchall()
