"""Which column of the file is which? Headings match without case, accents, spaces or underscores."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from entities.registry.errors import RegistryError
from entities.registry.values import fold


@dataclass(frozen=True)
class Column:
    """A column the portal reads: the spellings of its heading, the preferred first, and whether it must be there."""

    headings: tuple[str, ...]
    required: bool = True

    def __str__(self) -> str:
        return " o ".join(self.headings[:2])


def find_columns(headings: Sequence[str], columns: Sequence[Column]) -> list[int | None]:
    """Where each column is in the file, None for an optional one that is not there.

    Raises RegistryError, naming the headings, when one is missing or stands twice.
    """
    folded = [fold(heading) for heading in headings]
    twice = [heading for heading, count in Counter(folded).items() if heading and count > 1]
    if twice:
        raise RegistryError(f"El encabezado está repetido: {_spelled(headings, folded, twice)}. Deje una sola columna.")
    found = [_position(folded, column) for column in columns]
    missing = [str(column) for column, place in zip(columns, found, strict=True) if column.required and place is None]
    if missing:
        raise RegistryError(
            f"Falta la columna {'; '.join(missing)}. El archivo trae: {', '.join(headings) or 'ninguna'}."
        )
    return found


def _position(folded: Sequence[str], column: Column) -> int | None:
    places = (folded.index(name) for name in map(fold, column.headings) if name in folded)
    return next(places, None)


def _spelled(headings: Sequence[str], folded: Sequence[str], twice: Sequence[str]) -> str:
    return ", ".join(" y ".join(h for h, f in zip(headings, folded, strict=True) if f == name) for name in twice)
