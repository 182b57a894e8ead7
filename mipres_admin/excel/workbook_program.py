"""How is a workbook (.xlsx) read, row by row, cells as text? Programs for `mipres_admin.sandbox`.

openpyxl reads it through `LimitedZip`, which counts what is really unpacked. The XML is parsed by defusedxml, which
openpyxl uses where it is installed.
"""

import io
import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from mipres_admin.excel.tables import MEGABYTE, Limits, Problem, Row, Table, WorkbookError, messages_of
from mipres_admin.sandbox.protocol import Unreadable

BLOCK = 64 * 1024
SHARED_STRINGS = "sharedstrings.xml"
# the last row of a sheet, where it says its size
DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="(?:[A-Z]+\d+:)?[A-Z]+(\d{1,7})"')
LARGEST_NUMBER = 10**15
"""Spreadsheets keep fifteen digits of a number: the others of a longer one are lost, and it is no code (`1.2E+16`)."""


def read_workbook(file: IO[bytes], *, limits: dict[str, Any], title: str) -> Iterator[Any]:
    """The messages of the sheet called `title`, or of the first one. Raises Unreadable with a Problem's name."""
    with _told(), open_workbook(file, Limits(**limits), title) as table:
        yield from messages_of(table)


def check(file: IO[bytes], *, limits: dict[str, Any]) -> Iterator[Any]:
    """No message at all. Raises Unreadable, with a Problem's name, for what can be told without unpacking the file."""
    with _told():
        check_workbook(file, Limits(**limits))
    yield from ()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except WorkbookError as error:
        raise Unreadable(error.problem.name, error.detail) from error


# ---------------------------------------------------------------- before it is unpacked


def check_workbook(file: IO[bytes], limits: Limits) -> None:
    """Refuse a file that may not be opened, without unpacking it. Raises WorkbookError."""
    try:
        members = ZipFile(file).infolist()
    except (BadZipFile, zlib.error, LookupError, ValueError, NotImplementedError, OSError) as error:
        raise WorkbookError(Problem.NOT_A_ZIP) from error
    if any(member.flag_bits & 1 for member in members):
        raise WorkbookError(Problem.ENCRYPTED)
    _check_size(members, limits)
    names = {member.filename.lower() for member in members}
    if not limits.allow_macros and any(name.endswith("vbaproject.bin") for name in names):
        raise WorkbookError(Problem.MACROS)
    if not {"xl/workbook.xml", "[content_types].xml"} <= names:
        raise WorkbookError(Problem.NOT_A_WORKBOOK)


def _check_size(members: list[ZipInfo], limits: Limits) -> None:
    total = sum(member.file_size for member in members)
    in_memory = sum(member.file_size for member in members if not _is_sheet(member.filename))
    if len(members) > limits.parts:
        raise WorkbookError(Problem.TOO_MANY_PARTS)
    if in_memory > limits.in_memory or total > limits.unzipped:
        raise WorkbookError(Problem.TOO_LARGE, total // MEGABYTE)


def _is_sheet(name: str) -> bool:
    return "worksheets/" in name


# ---------------------------------------------------------------- while it is unpacked


class LimitedZip(ZipFile):
    """The parts of a workbook, with the limits of what is unpacked. Reading one raises WorkbookError beyond them."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        super().__init__(file)
        self.limits, self.unzipped, self.row_tags = limits, 0, 0
        self.tags = {"text": 0, "sheet": 0, "other": 0}
        self.most = {"text": limits.text_tags, "sheet": limits.sheet_tags, "other": limits.tags}

    def open(self, name: Any, *args: Any, **options: Any) -> Any:
        """One part, counted as it is read."""
        part = super().open(name, *args, **options)
        kind = "sheet" if _is_sheet(part.name) else "text" if part.name.lower().endswith(SHARED_STRINGS) else "other"
        return io.BufferedReader(_LimitedPart(part, kind, self), BLOCK)

    def count(self, block: bytes, kind: str) -> None:
        """Count what has been unpacked. Raises WorkbookError when it is too much."""
        self.unzipped += len(block)
        if self.unzipped > self.limits.unzipped:
            raise WorkbookError(Problem.TOO_LARGE, self.unzipped // MEGABYTE)
        tags, most = block.count(b"<") + block.count(b"="), self.most[kind]
        self.tags[kind] += tags
        self.row_tags = self.row_tags + tags if kind == "sheet" else 0
        if (most is not None and self.tags[kind] > most) or self.row_tags > self.limits.row_tags:
            raise WorkbookError(Problem.TOO_COMPLEX)


class _LimitedPart(io.RawIOBase):
    def __init__(self, part: Any, kind: str, archive: LimitedZip) -> None:
        self.part, self.kind, self.archive = part, kind, archive

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self.part.read(min(len(buffer), BLOCK))
        self.archive.count(block, self.kind)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self.part.close()
        super().close()


class _Sheet(ReadOnlyWorksheet):
    """A sheet whose size is looked for at its beginning: openpyxl would read all of one that does not say it."""

    def _get_size(self) -> None:
        sheet: Any = self  # the stubs of openpyxl leave out what begins with "_"
        archive = sheet.parent._archive
        with sheet._get_source() as part:
            size = DIMENSION.search(part.read(BLOCK))
        archive.row_tags = 0
        if size:
            self._max_row = int(size[1])


class _Reader(ExcelReader):
    def read_worksheets(self) -> None:
        book: Any = self.wb
        for sheet, part in self.parser.find_sheets():
            if part.target in self.valid_files and "chartsheet" not in part.Type:
                book._sheets.append(_Sheet(book, sheet.name, part.target, self.shared_strings))


@contextmanager
def open_workbook(file: IO[bytes], limits: Limits, title: str = "") -> Iterator[Table]:
    """The sheet called `title`, or the first one. Raises WorkbookError, while its rows are read too."""
    check_workbook(file, limits)
    archive = LimitedZip(file, limits)
    try:
        reader: Any = _Reader(file, read_only=True, data_only=limits.allow_formulas, keep_links=False)
        reader.archive = archive
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl warns of styles; only cells matter here
            reader.read()
        sheets = reader.wb.worksheets
        sheet: Any = next((s for s in sheets if s.title == title), None) or sheets[0]
    except (WorkbookError, MemoryError):
        raise
    except Exception as error:
        raise WorkbookError(Problem.UNREADABLE) from error
    total = max(sheet.max_row or 1, 1)
    sheet.reset_dimensions()
    rows = _rows(sheet, limits, archive)
    first, headings = next(rows, (1, []))
    last_line = [first]
    yield Table(
        headings, _padded(rows, len(headings), last_line), lambda: min(last_line[0] / total, 1.0), heading_line=first
    )


def _rows(sheet: Any, limits: Limits, archive: LimitedZip) -> Iterator[Row]:
    line = 0
    to_text = cell_text if limits.allow_formulas else _text_of_no_formula
    try:
        cells_by_line = sheet.iter_rows(max_col=limits.columns, values_only=limits.allow_formulas)
        for line, cells in enumerate(cells_by_line, start=1):
            archive.row_tags = 0
            if line > limits.lines:
                return
            texts = [to_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield line, texts
    except (WorkbookError, MemoryError):
        raise
    except Exception as error:
        # any error of openpyxl means a file that it cannot read
        raise WorkbookError(Problem.DAMAGED, line) from error


def _padded(rows: Iterator[Row], width: int, last_line: list[int]) -> Iterator[Row]:
    for line, texts in rows:
        last_line[0] = line
        yield line, [*texts, *[""] * (width - len(texts))]


def _text_of_no_formula(cell: Any) -> str:
    if cell.data_type == "f":
        raise WorkbookError(Problem.FORMULA, cell.coordinate)
    return cell_text(cell.value)


def cell_text(value: object) -> str:
    """A cell's value as a person would write it: whole numbers without point, days as YYYY-MM-DD."""
    match value:
        case None:
            return ""
        case str():
            return value
        case float() if value.is_integer() and abs(value) < LARGEST_NUMBER:
            return str(int(value))
        case int() if abs(value) >= LARGEST_NUMBER:
            return f"{value:.14E}"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
