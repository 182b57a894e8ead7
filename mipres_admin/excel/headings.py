"""Which column of a file is which? Headings match without case, accents, spaces or underscores."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mipres_admin.database.text import fold_key


@dataclass(frozen=True)
class ExpectedColumn:
    """A column the portal reads: the spellings of its heading, the preferred first, and whether it must be there."""

    headings: tuple[str, ...]
    required: bool = True

    def __str__(self) -> str:
        return " o ".join(self.headings[:2])

    @property
    def keys(self) -> list[str]:
        """The spellings, as they are compared."""
        return [fold_key(heading) for heading in self.headings]

    def place_among(self, keys: list[str]) -> int | None:
        """Where the column is among the compared headings of a file; None when it is nowhere."""
        return next((keys.index(key) for key in self.keys if key in keys), None)


@dataclass(frozen=True)
class HeadingMatch:
    """Where each column is in the file (None: nowhere), and what is wrong with the headings."""

    places: list[int | None]
    missing: list[ExpectedColumn]
    repeated: dict[str, list[str]]
    """The spellings of each heading that is there more than once, by its key."""
    unknown: list[str]


def _repeated(keys: Sequence[str], headings: Sequence[str]) -> dict[str, list[str]]:
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for key, heading in zip(keys, headings, strict=True):
        spellings[key].append(heading)
    return {key: spelled for key, spelled in spellings.items() if key and len(spelled) > 1}


def match_headings(headings: Sequence[str], columns: Sequence[ExpectedColumn]) -> HeadingMatch:
    """Find the columns among the headings of a file."""
    keys = [fold_key(heading) for heading in headings]
    places = [column.place_among(keys) for column in columns]
    known = {key for column in columns for key in column.keys}
    return HeadingMatch(
        places=places,
        missing=[column for column, place in zip(columns, places, strict=True) if column.required and place is None],
        repeated=_repeated(keys, headings),
        unknown=[heading for heading, key in zip(headings, keys, strict=True) if heading and key not in known],
    )
