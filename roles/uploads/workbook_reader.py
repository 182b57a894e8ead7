"""How is an uploaded workbook read? Rows of text by heading, or the wording of why it is not read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mipres_admin.database.text import fold_key
from mipres_admin.excel.headings import ExpectedColumn, match_headings
from mipres_admin.excel.reader import open_workbook
from mipres_admin.excel.tables import MEGABYTE, OLD_EXCEL, Limits, Problem, Row, WorkbookError
from mipres_admin.reading.text import CONTROL, clean_text
from mipres_admin.refusals import Refused
from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import Limits as ProcessLimits

LARGEST_FILE = 10 * MEGABYTE
UNZIPPED_MB = 50
LARGEST_UNZIPPED = UNZIPPED_MB * MEGABYTE
LIMITS = Limits(unzipped=LARGEST_UNZIPPED, in_memory=LARGEST_UNZIPPED, lines=100_000, columns=60, sheet_tags=2_000_000)
PROCESS = ProcessLimits(memory=384 * MEGABYTE, cpu_seconds=6, seconds=30)
LONGEST_TEXT = 300
ENCRYPTED_EXCEL = "EncryptedPackage".encode("utf-16-le")
SAVE_AS_XLSX = "Ábralo en Excel o LibreOffice y guárdelo como «Libro de Excel (.xlsx)»."
COPY = "Copie los datos en un libro nuevo, sin imágenes ni formatos, y cárguelo."
NOT_A_WORKBOOK = f"El archivo no es un libro de Excel (.xlsx). {SAVE_AS_XLSX}"
ENCRYPTED = "El archivo está cifrado con contraseña. Quítele la contraseña y cárguelo de nuevo."
DAMAGED = f"El archivo está dañado y no se pudo leer. {SAVE_AS_XLSX}"
PROBLEMS = {
    Problem.NOT_A_ZIP: NOT_A_WORKBOOK,
    Problem.NOT_A_WORKBOOK: NOT_A_WORKBOOK,
    Problem.ENCRYPTED: ENCRYPTED,
    Problem.TOO_LARGE: f"El archivo ocupa demasiado al descomprimirse (máximo {UNZIPPED_MB} MB). {COPY}",
    Problem.TOO_MANY_PARTS: f"El archivo trae más de {LIMITS.parts} partes (hojas, imágenes u objetos). {COPY}",
    Problem.TOO_COMPLEX: f"El archivo tiene más estilos, textos o celdas de los que el portal lee. {COPY}",
    Problem.MACROS: f"El archivo tiene macros y no se abre por seguridad. {SAVE_AS_XLSX}",
    Problem.FORMULA: "La celda {} tiene una fórmula. Reemplace las fórmulas por sus valores (copiar y pegado especial, "
    "«Valores») y cargue de nuevo el archivo.",
    Problem.UNREADABLE: DAMAGED,
    Problem.DAMAGED: DAMAGED,
}


class SheetRefused(Exception):
    """The file is not read; the text says why and what to do, in Spanish."""


@dataclass(frozen=True)
class SheetRow:
    """One row that is not blank: its number in the sheet and its texts by heading."""

    line: int
    texts: dict[str, str]


def _check_file(data: bytes) -> None:
    if not data:
        raise SheetRefused("El archivo está vacío. Elija el Excel que entrega «Descargar Datos».")
    if len(data) > LARGEST_FILE:
        raise SheetRefused(f"El archivo debe pesar máximo {LARGEST_FILE // MEGABYTE} MB. Divídalo en varios archivos.")
    if data.startswith(OLD_EXCEL):
        old = f"El archivo es de Excel 97-2003 (.xls) y debe ser .xlsx. {SAVE_AS_XLSX}"
        raise SheetRefused(ENCRYPTED if ENCRYPTED_EXCEL in data else old)


def _clean(text: str) -> str:
    # what no text has is shown as such, and nothing is read of it
    return CONTROL.sub("\ufffd", clean_text(text))[:LONGEST_TEXT]


def _columns(headings: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> dict[str, int]:
    """Where each heading is. Raises SheetRefused when one is missing, repeated or unknown."""
    match = match_headings(headings, [ExpectedColumn((name,), required=name in needed) for name in known])
    repeated = [name for name in known if fold_key(name) in match.repeated]
    problems = {
        "Faltan las columnas": [str(column) for column in match.missing],
        "Columnas repetidas": repeated,
        "Columnas que no se conocen": match.unknown,
    }
    if any(problems.values()):
        causes = [f"{problem}: {', '.join(names)}." for problem, names in problems.items() if names]
        remedy = "Los títulos de la primera fila deben ser los del Excel que entrega «Descargar Datos»."
        raise SheetRefused(" ".join([*causes, remedy]))
    return {name: place for name, place in zip(known, match.places, strict=True) if place is not None}


def _sheet_rows(rows: Iterator[Row], columns: dict[str, int], most_rows: int) -> list[SheetRow]:
    sheet_rows: list[SheetRow] = []
    for line, cells in rows:
        texts = {heading: _clean(cells[place]) for heading, place in columns.items()}
        if any(texts.values()):
            sheet_rows.append(SheetRow(line, texts))
        if len(sheet_rows) > most_rows:
            raise SheetRefused(f"El archivo debe tener máximo {most_rows} filas. Divídalo en varios archivos.")
    return sheet_rows


def read_sheet(
    data: bytes, *, title: str, known: Sequence[str], needed: Sequence[str], most_rows: int
) -> list[SheetRow]:
    """The rows under the headings of the first line, in the sheet called `title` or else the first one.

    `known` are the headings that may be there, `needed` those that must. Raises SheetRefused.
    """
    _check_file(data)
    try:
        with launcher.stored(data) as file, open_workbook(file, LIMITS, PROCESS, title) as table:
            headings = [_clean(text) for text in table.headings] if table.heading_line == 1 else []
            rows = _sheet_rows(table.rows, _columns(headings, known, needed), most_rows)
    except Refused as busy:
        raise SheetRefused(f"{busy.refusal.cause} {busy.refusal.remedy}") from busy
    except WorkbookError as error:
        raise SheetRefused(PROBLEMS[error.problem].format(error.detail)) from error
    if not rows:
        raise SheetRefused("El archivo no tiene filas debajo de los títulos. Agregue al menos una y cárguelo de nuevo.")
    return rows
