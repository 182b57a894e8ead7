"""Which workbooks cost far more than they weigh? One of each kind, of a few kilobytes."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook

MEGABYTE = 1024 * 1024
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TEXTS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
SHEET, STYLES, TEXTS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def workbook() -> bytes:
    """A workbook of one heading and one row."""
    book, file = Workbook(), io.BytesIO()
    rows: Any = book.active
    for value in ("CÓDIGO", "1"):
        rows.append([value])
    book.save(file)
    return file.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with one member added or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return file.getvalue()


def _replaced(name: str, content: bytes) -> bytes:
    return with_member(workbook(), name, content)


def _repeated(tag: bytes, size: int = 5_000_000) -> bytes:
    return tag * (size // len(tag))


def styles(group: bytes, tag: bytes) -> bytes:
    """Five megabytes of one style."""
    return _replaced(STYLES, b"<styleSheet %s><%s>%s</%s></styleSheet>" % (MAIN, group, _repeated(tag), group))


def sheet(rows: bytes, after: bytes = b"") -> bytes:
    """A sheet of these rows."""
    return _replaced(SHEET, b"<worksheet %s><sheetData>%s</sheetData>%s</worksheet>" % (MAIN, rows, after))


def texts(items: bytes, head: bytes = b"") -> bytes:
    """A sheet whose one cell is the first of these shared texts."""
    cell = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    data = with_member(sheet(cell), TEXTS, head + b"<sst %s>%s</sst>" % (MAIN, items))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        types = book.read("[Content_Types].xml")
    return with_member(data, "[Content_Types].xml", types.replace(b"</Types>", TEXTS_TYPE + b"</Types>"))


def expanding_entities() -> bytes:
    """Ten entities, each ten times the one before: a billion letters."""
    names = "abcdefghij"
    first, others = names[0], names[1:]
    entities = f'<!ENTITY {first} "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip(names, others, strict=False)
    )
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
    head = b'<?xml version="1.0"?><!DOCTYPE w [' + entities.encode() + b"]>"
    return _replaced(SHEET, head + b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (MAIN, cell))


def foreign_entity() -> bytes:
    """An entity that is a file of the server."""
    head = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return texts(b"<si><t>&a;</t></si>", head)


def nested_zips() -> bytes:
    """A zip in a zip in a zip … each of sixteen times the one within, among the parts of a workbook."""
    data = bytes(MEGABYTE)
    for depth in range(5):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
            for number in range(16):
                book.writestr(f"{depth}-{number}.zip", data)
        data = file.getvalue()
    return _replaced("xl/embeddings/oleObject1.bin", data)


def many_parts() -> bytes:
    """Two thousand parts."""
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a") as book:
        for number in range(2_000):
            book.writestr(f"xl/media/{number}.xml", b"")
    return file.getvalue()


def lying_size() -> bytes:
    """A part that says one kilobyte, in both of its headers, and unpacks to sixty megabytes."""
    data = bytearray(sheet(b'<row r="1">' + b" " * (60 * MEGABYTE) + b"</row>"))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as book:
        member = book.getinfo(SHEET)
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = data.rindex(SHEET.encode()) if signature == b"PK\1\2" else member.header_offset
        header = data.rindex(signature, 0, start + 1)
        struct.pack_into("<I", data, header + place, 1_024)
    return bytes(data)


def overlapping_parts() -> bytes:
    """A thousand names in the directory for the bytes of one part."""
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/a.xml", bytes(MEGABYTE))
        one = book.getinfo("xl/media/a.xml")
        for number in range(900):
            other = zipfile.ZipInfo(f"xl/media/{number}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(other, name, getattr(one, name))
            other.file_size = 1
            book.filelist.append(other)
    return file.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "formats of cells": lambda: styles(b"cellXfs", b"<xf/>"),
    "fonts": lambda: styles(b"fonts", b"<font/>"),
    "formats of numbers": lambda: styles(b"numFmts", b'<numFmt numFmtId="200" formatCode="0"/>'),
    "shared texts": lambda: texts(_repeated(b"<si/>", 1_500_000)),
    "parts of one text": lambda: texts(b"<si>" + _repeated(b"<r><t>a</t></r>", 15_000_000) + b"</si>"),
    "one long text": lambda: texts(b"<si><t>" + b"a" * (45 * MEGABYTE) + b"</t></si>"),
    "cells of one row": lambda: sheet(b'<row r="1">' + _repeated(b"<c/>") + b"</row>"),
    "cells of many rows": lambda: sheet(_repeated(b"<row><c/><c/><c/></row>", 40_000_000)),
    "what follows the rows": lambda: sheet(
        b"", b"<mergeCells>" + _repeated(b'<mergeCell ref="A1:B2"/>') + b"</mergeCells>"
    ),
    "attributes of one cell": lambda: sheet(
        b'<row r="1"><c ' + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/></row>"
    ),
    "attributes of many cells": lambda: sheet(
        _repeated(b"<row><c " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/></row>", 40_000_000)
    ),
    "depth": lambda: sheet(_repeated(b"<a>", 6_000_000) + _repeated(b"</a>", 8_000_000)),
    "a comment": lambda: sheet(b"<!--" + b"a" * (20 * MEGABYTE) + b"-->"),
    "digits of one number": lambda: sheet(b'<row r="1"><c r="A1"><v>' + b"9" * (20 * MEGABYTE) + b"</v></c></row>"),
    "a row in the far": lambda: sheet(b'<row r="1"/><row r="99999999999"><c t="n"><v>1</v></c></row>'),
    "expanding entities": expanding_entities,
    "a foreign entity": foreign_entity,
    "nested zips": nested_zips,
    "many parts": many_parts,
    "a lie about a size": lying_size,
    "overlapping parts": overlapping_parts,
    "unpacked size": lambda: _replaced("xl/media/a.xml", bytes(60 * MEGABYTE)),
}
