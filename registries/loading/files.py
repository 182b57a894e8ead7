"""What does a file say, row by row? CSV in UTF-8 (`,` or `;`), or the first sheet of an xlsx workbook.

A process with limits reads it (`mipres_admin.sandbox`): a CSV by `csv_program`, a workbook as all workbooks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mipres_admin.excel.headings import ExpectedColumn, match_headings
from mipres_admin.excel.reader import check_workbook, open_workbook
from mipres_admin.excel.tables import MEGABYTE, Limits, Problem, Table, WorkbookError, table_of
from mipres_admin.excel.writer import LAST_ROW
from mipres_admin.refusals import Refused
from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import Limits as ProcessLimits
from mipres_admin.sandbox.protocol import Exhausted, Unreadable
from registries.loading import csv_program
from registries.loading.errors import RegistryError

ZIP = b"PK\x03\x04"
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
    text_tags=40_000_000,
)
# a load is read while it is written, by the worker or a command; what an upload checks takes a moment
LOADING = ProcessLimits(memory=1_536 * MEGABYTE, cpu_seconds=1_200, seconds=2 * 60 * 60)
CHECKING = ProcessLimits(memory=512 * MEGABYTE, cpu_seconds=10, seconds=30)
UNREADABLE = "no es un libro de Excel (.xlsx) que se pueda leer."
TOO_LARGE = "Copie los datos en un libro nuevo, sin imágenes ni formatos, o guárdelo como CSV UTF-8."
PROBLEMS = {
    Problem.NOT_A_ZIP: UNREADABLE,
    Problem.NOT_A_WORKBOOK: "es un archivo comprimido y no un libro de Excel. Suba el CSV o el .xlsx suelto.",
    Problem.ENCRYPTED: UNREADABLE,
    Problem.TOO_LARGE: f"ocupa demasiado al descomprimirse ({{}} MB). {TOO_LARGE}",
    Problem.TOO_MANY_PARTS: f"trae más de {LIMITS.parts} partes (hojas, imágenes u objetos). {TOO_LARGE}",
    Problem.TOO_COMPLEX: f"tiene más estilos, textos o celdas de los que el portal lee. {TOO_LARGE}",
    Problem.UNREADABLE: UNREADABLE,
    Problem.DAMAGED: "no se puede leer después de la fila {}: está dañado.",
}


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a registry's file, by what it holds and not by its name. Raises RegistryError when it cannot be read."""
    with _opened(path) as (file, is_workbook), _problems(path):
        if is_workbook:
            with open_workbook(file, LIMITS, LOADING) as table:
                yield table
        else:
            with launcher.run(csv_program.read_csv, file, LOADING, name=path.name) as messages:
                yield table_of(messages)


def check_file(path: Path) -> list[str] | None:
    """Refuse at once what can be told without reading the rows, and return the headings of a CSV.

    None is a workbook, which takes longer to open. Raises RegistryError.
    """
    with _opened(path) as (file, is_workbook), _problems(path):
        if is_workbook:
            check_workbook(file, LIMITS, CHECKING)
            return None
        with launcher.run(csv_program.read_headings, file, CHECKING, name=path.name) as messages:
            return table_of(messages).headings


def ends_in_mid_line(path: Path) -> bool:
    """Whether a CSV ends without the end of a line, as a download does that was cut."""
    with _opened(path) as (file, is_workbook):
        file.seek(-1, 2)
        return not is_workbook and file.read(1) not in b"\r\n"


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], bool]]:
    """The file, and whether it is a workbook. Raises RegistryError when it is empty or something else."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise RegistryError(f"No se puede leer {path}: {error.strerror or error}.") from error
    with file:
        start = file.read(4)
        if not start:
            raise RegistryError(f"El archivo {path.name} está vacío.")
        if what := OTHERS.get(start):
            raise RegistryError(
                f"{path.name} es {what}. Suba el registro como CSV UTF-8 o como libro de Excel (.xlsx)."
            )
        yield file, start == ZIP


@contextmanager
def _problems(path: Path) -> Iterator[None]:
    try:
        yield
    except WorkbookError as error:
        raise RegistryError(f"{path.name} {PROBLEMS[error.problem].format(error.detail)}") from error
    except Refused as busy:
        raise RegistryError(f"{busy.refusal.cause} {busy.refusal.remedy}") from busy
    except (Unreadable, Exhausted) as error:
        raise RegistryError(_reason(path, error)) from error


def _reason(path: Path, error: Unreadable | Exhausted) -> str:
    if isinstance(error, Unreadable) and error.args:
        return str(error.args[0])
    return f"{path.name} no se pudo leer con los límites del portal. Revise que sea un CSV en UTF-8 y súbalo de nuevo."


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
