"""What does a CSV of a registry say, record by record? A program for `mipres_admin.sandbox`, without Django."""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import chain
from pathlib import PurePath
from typing import IO, Any, BinaryIO, cast

from mipres_admin.excel.tables import OLD_EXCEL, Row, Table, messages_of
from mipres_admin.sandbox.protocol import Unreadable

UTF16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t|"


def read_csv(file: IO[bytes], *, name: str) -> Iterator[Any]:
    """The messages of a CSV in UTF-8 (`,` or `;`). Raises Unreadable with the reason, which says `name`."""
    yield from messages_of(_table(name, file))


def read_headings(file: IO[bytes], *, name: str) -> Iterator[Any]:
    """The first message alone."""
    yield next(read_csv(file, name=name))


def _table(name: str, file: IO[bytes]) -> Table:
    start = file.read(4)
    if start == OLD_EXCEL[:4]:
        raise Unreadable(f"{name} es un libro de Excel antiguo (.xls). Guárdelo como .xlsx o como CSV UTF-8.")
    if PurePath(name).suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise Unreadable(f"{name} se llama como un libro de Excel, pero no lo es.")
    if start[:2] in UTF16:
        raise Unreadable(f"{name} está en UTF-16. {_how_to_convert(name, 'UTF-16')}")
    size = file.seek(0, 2)
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rows = _records(name, text)
    _, headings = next(rows, (0, []))
    return Table(headings, rows, lambda: text.buffer.tell() / size)


def _records(name: str, text: TextIOWrapper) -> Iterator[Row]:
    """Each record that is not blank, with the line where it starts."""
    line = 1
    try:
        first = text.readline()
        reader = csv.reader(chain([first], text), delimiter=max(DELIMITERS, key=first.count), strict=True)
        for values in reader:
            if any(map(str.strip, values)):
                yield line, values
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"{name} no es un CSV bien formado desde la línea {line} ({error}). Revise las comillas de esa línea."
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(_not_utf8(name, cast(BinaryIO, text.buffer))) from error


def _not_utf8(name: str, file: BinaryIO) -> str:
    """Where the first byte is that is not UTF-8, and how to convert: a wrong guess would spoil every accent."""
    file.seek(0)
    text = file.read().decode(errors="surrogateescape")  # what is not UTF-8 becomes half a surrogate
    flaw = next(re.finditer("[\udc80-\udcff]", text)).start()
    line = text.count("\n", 0, flaw) + 1
    where = f"{name} no está en UTF-8: la línea {line} trae el byte 0x{ord(text[flaw]) - 0xDC00:02X}."
    if len(text) - flaw <= 3 and "\n" not in text[flaw:]:
        return f"{where} Termina a mitad de una letra; quizá se descargó incompleto."
    try:
        word = _word_at(text, flaw).encode(errors="surrogateescape").decode("cp1252")
    except UnicodeDecodeError:
        return f"{where} No se reconoce su codificación; guárdelo como CSV UTF-8."
    return f"{where} Parece Latin-1 (Windows-1252), donde se lee «{word}». {_how_to_convert(name, 'WINDOWS-1252')}"


def _word_at(text: str, position: int) -> str:
    before, after = re.search(r"[^\s,;\"]{0,20}$", text[:position]), re.match(r"[^\s,;\"]{0,20}", text[position:])
    return "".join(found[0] for found in (before, after) if found)


def _how_to_convert(name: str, encoding: str) -> str:
    return (
        "En Excel, guárdelo como «CSV UTF-8 (delimitado por comas)»; en una consola: "
        f"iconv -f {encoding} -t UTF-8 '{name}' > utf8.csv"
    )
