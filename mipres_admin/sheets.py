"""What does an uploaded .xlsx say, row by row? Plain text by heading, or a clear reason why it is not read.

What a stranger may send is looked at before openpyxl opens it: signature, members, declared sizes (Python's zipfile
never reads beyond those), macros. The XML is parsed by defusedxml, which openpyxl uses where it is installed.
"""

import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl

from mipres_admin.workbook import NOT_IN_XML

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNZIPPED = 50 * MEGABYTE
MOST_MEMBERS = 1_000
MOST_COLUMNS = 60
LAST_LINE = 100_000
LONGEST_TEXT = 300
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE_AS_XLSX = "Ábralo en Excel o LibreOffice y guárdelo como «Libro de Excel (.xlsx)»."


class SheetRefused(Exception):
    """The file is not read; the text says why and what to do, in Spanish."""


@dataclass(frozen=True)
class SheetRow:
    """One row that is not blank: its number in the sheet and its texts by heading."""

    line: int
    texts: dict[str, str]


def _looked_at(data: bytes) -> None:
    """Refuse what is not an .xlsx that may be opened; nothing is unpacked to find out."""
    if not data:
        raise SheetRefused("El archivo está vacío. Elija el Excel que entrega «Descargar Datos».")
    if len(data) > LARGEST_FILE:
        raise SheetRefused(f"El archivo debe pesar máximo {LARGEST_FILE // MEGABYTE} MB. Divídalo en varios archivos.")
    if data.startswith(OLD_EXCEL):
        if ENCRYPTED in data:
            raise SheetRefused("El archivo está cifrado con contraseña. Quítele la contraseña y cárguelo de nuevo.")
        raise SheetRefused(f"El archivo es de Excel 97-2003 (.xls) y debe ser .xlsx. {SAVE_AS_XLSX}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            _members_looked_at(book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SheetRefused(f"El archivo no es un libro de Excel (.xlsx). {SAVE_AS_XLSX}") from error


def _members_looked_at(members: Sequence[zipfile.ZipInfo]) -> None:
    names = {member.filename.lower() for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise SheetRefused("El archivo está cifrado con contraseña. Quítele la contraseña y cárguelo de nuevo.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNZIPPED:
        raise SheetRefused(
            f"El archivo ocupa demasiado al descomprimirse (máximo {LARGEST_UNZIPPED // MEGABYTE} MB). Copie los datos "
            "en un libro nuevo, sin imágenes ni formatos, y cárguelo."
        )
    if any(name.endswith("vbaproject.bin") for name in names):
        raise SheetRefused(f"El archivo tiene macros y no se abre por seguridad. {SAVE_AS_XLSX}")
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise SheetRefused(f"El archivo no es un libro de Excel (.xlsx). {SAVE_AS_XLSX}")


def _text(value: Any) -> str:
    """A cell's value as a person would write it: whole numbers without point, days as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(NOT_IN_XML.sub("", str(value)).split())[:LONGEST_TEXT]


def _texts(line: int, cells: Iterable[Any]) -> list[str]:
    texts = []
    for cell in cells:
        if cell.data_type == "f":
            raise SheetRefused(
                f"La celda {cell.coordinate} tiene una fórmula. Reemplace las fórmulas por sus valores (copiar y "
                "pegado especial, «Valores») y cargue de nuevo el archivo."
            )
        texts.append(_text(cell.value))
    return texts


def _lines(data: bytes, title: str) -> Iterator[tuple[int, list[str]]]:
    """Every line of the sheet called `title`, or of the first one, that is not blank."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl remarks on styles; only cells matter here
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        try:
            sheet: Any = next((s for s in book.worksheets if s.title == title), None) or book.worksheets[0]
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
                if line > LAST_LINE:
                    return
                texts = _texts(line, cells)
                if any(texts):
                    yield line, texts
        finally:
            book.close()


def _fold(heading: str) -> str:
    return heading.upper().translate(str.maketrans("ÁÉÍÓÚ", "AEIOU"))


def _columns(found: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> dict[str, int]:
    """Where each heading stands; accents, case and spaces are forgiven, nothing else is."""
    by_fold = {_fold(heading): heading for heading in known}
    named = [by_fold.get(_fold(text), "") for text in found]
    unknown = [text for text, heading in zip(found, named, strict=True) if text and not heading]
    twice = [heading for heading, times in Counter(named).items() if heading and times > 1]
    missing = [heading for heading in needed if heading not in named]
    say = [
        f"Faltan las columnas: {', '.join(missing)}." if missing else "",
        f"Columnas repetidas: {', '.join(twice)}." if twice else "",
        f"Columnas que no se conocen: {', '.join(unknown)}." if unknown else "",
    ]
    if any(say):
        what_to_do = "Los títulos de la primera fila deben ser los del Excel que entrega «Descargar Datos»."
        raise SheetRefused(" ".join([*filter(None, say), what_to_do]))
    return {heading: place for place, heading in enumerate(named) if heading}


def read_sheet(
    data: bytes, *, title: str, known: Sequence[str], needed: Sequence[str], most_rows: int
) -> list[SheetRow]:
    """The rows under the headings of the first line.

    `known` are the headings that may be there, `needed` those that must. Raises SheetRefused.
    """
    _looked_at(data)
    rows: list[SheetRow] = []
    try:
        lines = _lines(data, title)
        first, headings = next(lines, (1, []))
        columns = _columns(headings if first == 1 else [], known, needed)
        for line, texts in lines:
            here = {heading: texts[place] for heading, place in columns.items()}
            if any(here.values()):
                rows.append(SheetRow(line, here))
            if len(rows) > most_rows:
                raise SheetRefused(f"El archivo debe tener máximo {most_rows} filas. Divídalo en varios archivos.")
    except SheetRefused:
        raise
    except Exception as error:
        # whatever openpyxl stumbles over is a file that it can not read
        raise SheetRefused(f"El archivo está dañado y no se pudo leer. {SAVE_AS_XLSX}") from error
    if not rows:
        raise SheetRefused("El archivo no tiene filas debajo de los títulos. Agregue al menos una y cárguelo de nuevo.")
    return rows
