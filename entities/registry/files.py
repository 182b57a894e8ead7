"""What does a file say, row by row? CSV in UTF-8 (`,` or `;`), or the first sheet of an xlsx workbook."""

import csv
import re
import warnings
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from entities.registry.errors import RegistryError

ZIP, OLE, UTF16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"\xff\xfe", b"\xfe\xff")
OTHERS = {
    b"%PDF": "un PDF",
    b"\x89PNG": "una imagen",
    b"\xff\xd8\xff\xe0": "una imagen",
    b"<htm": "una página web",
    b"<!DO": "una página web",
}
MEGABYTE = 1024 * 1024
LARGEST_UNZIPPED = 1_000 * MEGABYTE
LARGEST_TEXTS = 200 * MEGABYTE
"""What Excel keeps apart from the sheet is held in memory whole; the sheet itself is read as a stream."""
MOST_MEMBERS = 1_000
DELIMITERS = ",;\t|"
BROKEN_WORKBOOK = (BadZipFile, InvalidFileException, ET.ParseError, zlib.error, LookupError, ValueError, OSError)

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """The headings of a file and its rows, each with its line; `done` is the fraction read so far."""

    headings: list[str]
    rows: Iterator[Row]
    done: Callable[[], float]


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a registry's file, by what it holds and not by its name. Raises RegistryError when it cannot be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise RegistryError(f"No se puede leer {path}: {error.strerror or error}.") from error
    with file:
        start = file.read(4)
        if not start:
            raise RegistryError(f"El archivo {path.name} está vacío.")
        _not_something_else(path, start)
        file.seek(0)
        with _workbook(path, file) if start == ZIP else _text(path, file, start) as table:
            yield table


def look_at(path: Path) -> list[str] | None:
    """Refuse at once what can be told without reading the rows, and return the headings of a CSV.

    None is a workbook, which takes longer to open. Raises RegistryError.
    """
    with path.open("rb") as file:
        if file.read(4) == ZIP:
            _no_bomb(path, file)
            return None
    with open_table(path) as table:
        return table.headings


def _not_something_else(path: Path, start: bytes) -> None:
    if what := OTHERS.get(start):
        raise RegistryError(f"{path.name} es {what}. Suba el registro como CSV UTF-8 o como libro de Excel (.xlsx).")


# ---------------------------------------------------------------- CSV


@contextmanager
def _text(path: Path, file: IO[bytes], start: bytes) -> Iterator[Table]:
    if start == OLE:
        raise RegistryError(f"{path.name} es un libro de Excel antiguo (.xls). Guárdelo como .xlsx o como CSV UTF-8.")
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise RegistryError(f"{path.name} se llama como un libro de Excel, pero no lo es.")
    if start[:2] in UTF16:
        raise RegistryError(f"{path.name} está en UTF-16. {_how_to_convert(path, 'UTF-16')}")
    size = path.stat().st_size
    with TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        rows = _records(path, text)
        _, headings = next(rows, (0, []))
        yield Table(headings, rows, lambda: file.tell() / size)


def _records(path: Path, text: TextIOWrapper) -> Iterator[Row]:
    """Each record that is not blank, with the line where it starts."""
    line = 1
    try:
        first = text.readline()
        reader = csv.reader(chain([first], text), delimiter=max(DELIMITERS, key=first.count), strict=True)
        for values in reader:
            if any(values):
                yield line, values
            line = reader.line_num + 1
    except csv.Error as error:
        raise RegistryError(
            f"{path.name} no es un CSV bien formado desde la línea {line} ({error}). Revise las comillas de esa línea."
        ) from error
    except UnicodeDecodeError as error:
        raise RegistryError(_not_utf8(path)) from error


def _not_utf8(path: Path) -> str:
    """Where the first byte is that is not UTF-8, and how to convert: a wrong guess would spoil every accent."""
    text = path.read_bytes().decode(errors="surrogateescape")  # what is not UTF-8 becomes half a surrogate
    flaw = next(re.finditer("[\udc80-\udcff]", text)).start()
    line = text.count("\n", 0, flaw) + 1
    where = f"{path.name} no está en UTF-8: la línea {line} trae el byte 0x{ord(text[flaw]) - 0xDC00:02X}."
    if len(text) - flaw <= 3 and "\n" not in text[flaw:]:
        return f"{where} Termina a mitad de una letra; quizá se descargó incompleto."
    try:
        word = _word_at(text, flaw).encode(errors="surrogateescape").decode("cp1252")
    except UnicodeDecodeError:
        return f"{where} No se reconoce su codificación; guárdelo como CSV UTF-8."
    return f"{where} Parece Latin-1 (Windows-1252), donde se lee «{word}». {_how_to_convert(path, 'WINDOWS-1252')}"


def _word_at(text: str, position: int) -> str:
    before, after = re.search(r"[^\s,;\"]{0,20}$", text[:position]), re.match(r"[^\s,;\"]{0,20}", text[position:])
    return "".join(found[0] for found in (before, after) if found)


def _how_to_convert(path: Path, encoding: str) -> str:
    return (
        "En Excel, guárdelo como «CSV UTF-8 (delimitado por comas)»; en una consola: "
        f"iconv -f {encoding} -t UTF-8 '{path.name}' > utf8.csv"
    )


# ---------------------------------------------------------------- xlsx


@contextmanager
def _workbook(path: Path, file: IO[bytes]) -> Iterator[Table]:
    _no_bomb(path, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl remarks on styles; only cells matter here
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except BROKEN_WORKBOOK as error:
        raise RegistryError(f"{path.name} no es un libro de Excel (.xlsx) que se pueda leer.") from error
    try:
        total = max(sheet.max_row or 1, 1)
        sheet.reset_dimensions()
        rows = _sheet_rows(path, sheet)
        _, headings = next(rows, (0, []))
        width = len(headings)
        seen = [1]
        yield Table(headings, _padded(rows, width, seen), lambda: min(seen[0] / total, 1.0))
    finally:
        book.close()


def _no_bomb(path: Path, file: IO[bytes]) -> None:
    """Look at the sizes that the members declare: Python's zipfile never reads beyond them."""
    try:
        members = ZipFile(file).infolist()
    except BROKEN_WORKBOOK as error:
        raise RegistryError(f"{path.name} no es un libro de Excel (.xlsx) que se pueda leer.") from error
    texts = sum(member.file_size for member in members if "worksheets/" not in member.filename)
    total = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or texts > LARGEST_TEXTS or total > LARGEST_UNZIPPED:
        raise RegistryError(
            f"{path.name} ocupa demasiado al descomprimirse ({total // MEGABYTE} MB). Copie los datos en un libro "
            "nuevo, sin imágenes ni formatos, o guárdelo como CSV UTF-8."
        )
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise RegistryError(
            f"{path.name} es un archivo comprimido y no un libro de Excel. Suba el CSV o el .xlsx suelto."
        )


def _sheet_rows(path: Path, sheet: Any) -> Iterator[Row]:
    line = 0
    try:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            values = [_as_text(cell) for cell in cells]
            while values and not values[-1]:
                values.pop()
            if values:
                yield line, values
    except BROKEN_WORKBOOK as error:
        raise RegistryError(f"{path.name} no se puede leer después de la fila {line}: está dañado.") from error


def _padded(rows: Iterator[Row], width: int, seen: list[int]) -> Iterator[Row]:
    for line, values in rows:
        seen[0] = line
        yield line, [*values, *[""] * (width - len(values))]


def _as_text(cell: object) -> str:
    """A cell as it was meant: numbers without `.0`, dates in ISO form."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell)
