"""Which rows of the portal may a rejected row be? All that its badly written key could mean; any if it means nothing.

`154640000101.0`, `1.000.000.001` and `CC 1000000001` have keys that can be guessed, and `1,5464E+11` a range of them.
None is taken for the row's key: what could be it is only not closed.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

LONGEST = 80
READABLE = re.compile(r"[A-Z0-9 .,:;'’‘´`/()_+°-]*")
PARTS = re.compile("[A-Z]+|[0-9]+")
SCIENTIFIC = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?E\+?([0-9]{1,2})")
LOOKALIKES = str.maketrans("OIL", "011")


class RejectedKey(NamedTuple):
    """What a rejected row says of its key: the cells where it may be, and of what group it is ("": nobody knows)."""

    cells: Sequence[str]
    group: str


@dataclass
class PossibleKeys:
    """The keys that some rejected rows may have. Zeros at the beginning do not count: spreadsheets lose them."""

    keys: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    """Sorted and apart from each other."""
    any: bool = False

    def include(self, key: str, group: str) -> bool:
        """Whether one of the rows may be the one of this key and group."""
        bare = _bare(key)
        return self.any or bare in self.keys or (group != "" and _bare(group) in self.groups) or self._in_range(bare)

    def _in_range(self, key: str) -> bool:
        if not (self.ranges and key.isdecimal()):
            return False
        place = bisect_right(self.ranges, int(key), key=itemgetter(0)) - 1
        return place >= 0 and int(key) <= self.ranges[place][1]


def possible_keys(rows: Iterable[RejectedKey], well_formed: re.Pattern[str]) -> PossibleKeys:
    """The keys that these rows may have; `well_formed` matches a whole key."""
    found = PossibleKeys()
    ranges: set[tuple[int, int]] = set()
    for row in rows:
        keys = {_bare(key) for cell in row.cells for key in readings(cell, well_formed)}
        numbers = {number for cell in row.cells if (number := _rounded(cell))}
        found.keys |= keys
        ranges |= numbers
        if row.group:
            found.groups.add(_bare(row.group))
        elif not keys and not numbers:
            found.any = True
    found.ranges = list(_merged(sorted(ranges)))
    return found


def readings(text: str, well_formed: re.Pattern[str]) -> Iterator[str]:
    """The well-formed keys that a cell may mean: its digits, or all that its letters and digits make together."""
    text = _capitals(text)
    if text.isdecimal() and well_formed.fullmatch(text):
        yield text
    elif len(text) <= LONGEST and READABLE.fullmatch(text):
        for variant in {text, text.translate(LOOKALIKES)}:
            parts = PARTS.findall(variant)
            joined = ("".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1))
            yield from filter(well_formed.fullmatch, joined)


def _capitals(text: str) -> str:
    """The text in capitals, without marks that nobody sees; digits of full width are digits."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", visible.replace("…", "*")).strip().upper()


def _bare(key: str) -> str:
    return key.upper().lstrip("0")


def _rounded(text: str) -> tuple[int, int] | None:
    """The whole numbers that a spreadsheet may have shortened to this text, such as 1,5464E+11."""
    found = SCIENTIFIC.fullmatch(_capitals(text).replace(" ", ""))
    if found is None or len(text) > LONGEST:
        return None
    whole, fraction, exponent = found[1], found[2] or "", int(found[3])
    unit = Decimal(10) ** (exponent - len(fraction))
    shown = int(whole + fraction) * unit
    return int(shown - unit / 2), int(shown + unit / 2)


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for low, high in ranges:
        if current and low <= current[1]:
            current = current[0], max(current[1], high)
        else:
            if current:
                yield current
            current = low, high
    if current:
        yield current
