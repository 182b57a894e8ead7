"""How is an uploaded workbook (.xlsx) read, row by row? Cells as text; each caller words why it is refused.

It is checked before openpyxl opens it: members, declared sizes (Python's zipfile never reads beyond those), macros. The
XML is parsed by defusedxml, which openpyxl uses where it is installed.
"""

import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import openpyxl

MEGABYTE = 1024 * 1024
MAX_MEMBERS = 1_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Row = tuple[int, list[str]]


class Problem(Enum):
    """Why a workbook is refused."""

    NOT_A_ZIP = auto()
    NOT_A_WORKBOOK = auto()
    ENCRYPTED = auto()
    TOO_LARGE = auto()
    MACROS = auto()
    FORMULA = auto()
    UNREADABLE = auto()
    DAMAGED = auto()


class WorkbookError(Exception):
    """A workbook is refused; `detail` is the unpacked megabytes, the cell of the formula, or the last line read."""

    def __init__(self, problem: Problem, detail: object = "") -> None:
        super().__init__(problem, detail)
        self.problem, self.detail = problem, detail


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be, in unpacked bytes, and what is read of it."""

    unzipped: int
    in_memory: int
    """What Excel stores apart from the sheets is wholly in memory; a sheet itself is read as a stream."""
    lines: int
    columns: int | None = None
    allow_macros: bool = False
    allow_formulas: bool = False
    """Whether a formula is read as its last value, and not refused."""


@dataclass(frozen=True)
class Table:
    """The headings of a file and its rows that are not blank, each with its line; `done` is the fraction read so far.

    No row is shorter than the headings.
    """

    headings: list[str]
    rows: Iterator[Row]
    done: Callable[[], float]
    heading_line: int = 1


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
    in_memory = sum(member.file_size for member in members if "worksheets/" not in member.filename)
    if len(members) > MAX_MEMBERS or in_memory > limits.in_memory or total > limits.unzipped:
        raise WorkbookError(Problem.TOO_LARGE, total // MEGABYTE)


@contextmanager
def open_workbook(file: IO[bytes], limits: Limits, title: str = "") -> Iterator[Table]:
    """The sheet called `title`, or the first one. Raises WorkbookError, while its rows are read too."""
    check_workbook(file, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl warns of styles; only cells matter here
            book = openpyxl.load_workbook(file, read_only=True, data_only=limits.allow_formulas, keep_links=False)
        sheet: Any = next((s for s in book.worksheets if s.title == title), None) or book.worksheets[0]
    except Exception as error:
        raise WorkbookError(Problem.UNREADABLE) from error
    try:
        total = max(sheet.max_row or 1, 1)
        sheet.reset_dimensions()
        rows = _rows(sheet, limits)
        first, headings = next(rows, (1, []))
        last_line = [first]
        padded = _padded(rows, len(headings), last_line)
        yield Table(headings, padded, lambda: min(last_line[0] / total, 1.0), first)
    finally:
        book.close()


def _rows(sheet: Any, limits: Limits) -> Iterator[Row]:
    line = 0
    to_text = cell_text if limits.allow_formulas else _text_of_no_formula
    try:
        cells_by_line = sheet.iter_rows(max_col=limits.columns, values_only=limits.allow_formulas)
        for line, cells in enumerate(cells_by_line, start=1):
            if line > limits.lines:
                return
            texts = [to_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield line, texts
    except WorkbookError:
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
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
