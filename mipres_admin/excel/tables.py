"""What is read of a workbook or of a CSV? Headings and rows of text; or why it is refused, and the limits of it.

The process that reads the file (`mipres_admin.sandbox`) imports this: it needs neither Django nor openpyxl.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any

from mipres_admin.sandbox.protocol import Unreadable

MEGABYTE = 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ROWS_A_MESSAGE, LETTERS_A_MESSAGE = 500, MEGABYTE

Row = tuple[int, list[str]]


class Problem(Enum):
    """Why a workbook is refused."""

    NOT_A_ZIP = auto()
    NOT_A_WORKBOOK = auto()
    ENCRYPTED = auto()
    TOO_LARGE = auto()
    TOO_MANY_PARTS = auto()
    TOO_COMPLEX = auto()
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
    """How large a workbook may be, and what is read of it.

    Tags are counted by their "<", opening and closing, and by the "=" of their attributes.
    """

    unzipped: int
    """Bytes, as they are unpacked, of all parts."""
    in_memory: int
    """Bytes of the parts that are wholly in memory: all but the sheets, which are read as a stream."""
    lines: int
    columns: int | None = None
    allow_macros: bool = False
    allow_formulas: bool = False
    """Whether a formula is read as its last value, and not refused."""
    parts: int = 1_000
    tags: int = 150_000
    """Tags of all parts but sheets and shared texts: styles, above all."""
    text_tags: int = 1_000_000
    """Tags of the shared texts."""
    sheet_tags: int | None = None
    """Tags of the sheets: a cell is three to eight, with its attributes."""
    row_tags: int = 131_072
    """Tags of one row of a sheet, and of what follows its last row: Excel has 16,384 columns."""


@dataclass(frozen=True)
class Table:
    """The headings of a file and its rows that are not blank, each with its line; `done` is the fraction read so far.

    No row of a workbook is shorter than the headings.
    """

    headings: list[str]
    rows: Iterator[Row]
    done: Callable[[], float]
    heading_line: int = 1


# ---------------------------------------------------------------- from the process that reads to its caller


def messages_of(table: Table) -> Iterator[Any]:
    """A table as messages: the headings, then some rows each, all with the fraction that has been read."""
    yield [table.done(), table.heading_line, table.headings]
    lines: list[int] = []
    rows: list[list[str]] = []
    letters = 0
    for line, row in table.rows:
        lines.append(line)
        rows.append(row)
        letters += sum(map(len, row))
        if len(rows) == ROWS_A_MESSAGE or letters > LETTERS_A_MESSAGE:
            yield [table.done(), lines, rows]
            lines, rows, letters = [], [], 0
    yield [table.done(), lines, rows]


def table_of(messages: Iterator[Any]) -> Table:
    """The table of such messages. Raises Unreadable, while its rows are read too, for any others."""
    match next(messages, None):
        case [float() | int() as done, int(line), list(headings)] if _are(headings, str):
            read = [float(done)]
            return Table(headings, _rows(messages, read), lambda: read[0], line)
    raise Unreadable


def _rows(messages: Iterator[Any], read: list[float]) -> Iterator[Row]:
    for message in messages:
        match message:
            case [float() | int() as done, list(lines), list(rows)] if _are(lines, int) and _are(rows, list):
                if len(lines) != len(rows) or not _are(chain.from_iterable(rows), str):
                    raise Unreadable
                step = (done - read[0]) / max(len(rows), 1)
                for row in zip(lines, rows, strict=True):
                    read[0] += step
                    yield row
            case _:
                raise Unreadable


def _are(values: Iterable[object], kind: type) -> bool:
    return set(map(type, values)) <= {kind}
