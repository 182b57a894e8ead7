"""How is an uploaded workbook (.xlsx) read, row by row? In a process with limits; each caller words why it is refused.

`workbook_program` is what the process runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO

from mipres_admin.excel import workbook_program
from mipres_admin.excel.tables import Limits, Problem, Table, WorkbookError, table_of
from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import Limits as ProcessLimits
from mipres_admin.sandbox.protocol import Exhausted, Unreadable


@contextmanager
def _workbook_problems() -> Iterator[None]:
    """A workbook's problem in the process as the WorkbookError that it is."""
    try:
        yield
    except Exhausted as error:
        raise WorkbookError(Problem.TOO_COMPLEX) from error
    except Unreadable as error:
        match error.args:
            case [str(name), detail] if name in Problem.__members__:
                raise WorkbookError(Problem[name], detail) from error
        raise WorkbookError(Problem.UNREADABLE) from error


@contextmanager
def open_workbook(file: IO[bytes], limits: Limits, process: ProcessLimits, title: str = "") -> Iterator[Table]:
    """The sheet called `title`, or the first one, of a file on disk.

    Raises WorkbookError, while its rows are read too, and Refused when too many files are being read.
    """
    options = {"limits": asdict(limits), "title": title}
    with _workbook_problems(), launcher.run(workbook_program.read_workbook, file, process, **options) as messages:
        yield table_of(messages)


def check_workbook(file: IO[bytes], limits: Limits, process: ProcessLimits) -> None:
    """Refuse a file that may not be opened, without unpacking it. Raises WorkbookError, Refused."""
    options = {"limits": asdict(limits)}
    with _workbook_problems(), launcher.run(workbook_program.check, file, process, **options) as messages:
        list(messages)
