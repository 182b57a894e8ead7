"""What does a file say, row by row? CSV in UTF-8 (`,` or `;`), or the first sheet of an xlsx workbook."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO

from mipres_admin.excel.headings import ExpectedColumn, match_headings
from mipres_admin.excel.reader import (
    MEGABYTE,
    Limits,
    Problem,
    Row,
    Table,
    WorkbookError,
    check_workbook,
    open_workbook,
)
from mipres_admin.excel.writer import LAST_ROW
from registries.loading.errors import RegistryError

ZIP, OLE, UTF16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"\xff\xfe", b"\xfe\xff")
OTHERS = {
    b"%PDF": "un PDF",
    b"\x89PNG": "una imagen",
    b"\xff\xd8\xff\xe0": "una imagen",
    b"<htm": "una página web",
    b"<!DO": "una página web",
}
LIMITS = Limits(
    unzipped=1_000 * MEGABYTE,
    in_memory=200 * MEGABYTE,
    lines=LAST_ROW,
    allow_macros=True,
    allow_formulas=True,
)
UNREADABLE = "no es un libro de Excel (.xlsx) que se pueda leer."
PROBLEMS = {
    Problem.NOT_A_ZIP: UNREADABLE,
    Problem.NOT_A_WORKBOOK: "es un archivo comprimido y no un libro de Excel. Suba el CSV o el .xlsx suelto.",
    Problem.ENCRYPTED: UNREADABLE,
    Problem.TOO_LARGE: "ocupa demasiado al descomprimirse ({} MB). Copie los datos en un libro nuevo, sin imágenes ni "
    "formatos, o guárdelo como CSV UTF-8.",
    Problem.UNREADABLE: UNREADABLE,
    Problem.DAMAGED: "no se puede leer después de la fila {}: está dañado.",
}
DELIMITERS = ",;\t|"


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
        _refuse_other_formats(path, start)
        file.seek(0)
        with (
            _workbook_problems(path),
            open_workbook(file, LIMITS) if start == ZIP else _text(path, file, start) as table,
        ):
            yield table


def check_file(path: Path) -> list[str] | None:
    """Refuse at once what can be told without reading the rows, and return the headings of a CSV.

    None is a workbook, which takes longer to open. Raises RegistryError.
    """
    with path.open("rb") as file:
        if file.read(4) == ZIP:
            with _workbook_problems(path):
                check_workbook(file, LIMITS)
            return None
    with open_table(path) as table:
        return table.headings


def _refuse_other_formats(path: Path, start: bytes) -> None:
    if what := OTHERS.get(start):
        raise RegistryError(f"{path.name} es {what}. Suba el registro como CSV UTF-8 o como libro de Excel (.xlsx).")


@contextmanager
def _workbook_problems(path: Path) -> Iterator[None]:
    try:
        yield
    except WorkbookError as error:
        raise RegistryError(f"{path.name} {PROBLEMS[error.problem].format(error.detail)}") from error


# ---------------------------------------------------------------- headings


def find_columns(headings: Sequence[str], columns: Sequence[ExpectedColumn]) -> list[int | None]:
    """Where each column is in the file, None for an optional one that is not there.

    Raises RegistryError, naming the headings, when one is missing or repeated.
    """
    match = match_headings(headings, columns)
    if match.repeated:
        repeated = ", ".join(" y ".join(spellings) for spellings in match.repeated.values())
        raise RegistryError(f"El encabezado está repetido: {repeated}. Deje una sola columna.")
    if match.missing:
        missing, found = "; ".join(map(str, match.missing)), ", ".join(headings) or "ninguna"
        raise RegistryError(f"Falta la columna {missing}. El archivo trae: {found}.")
    return match.places


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
