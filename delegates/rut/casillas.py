"""What is written in the casillas of a RUT? Its text, laid out as on paper, has each label above its value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

LABEL = re.compile(r"(?<!\S)(\d{1,3})\. (?=[A-ZÁÉÍÓÚ])")
MADE_ON = re.compile(r"Fecha\s+generaci[oó]n\s+documento\s+PDF:?\s*(\d{2}-\d{2}-\d{4})", re.IGNORECASE)
PRINCIPAL, SUBSTITUTE = "18", "19"
# casilla 100, the DIAN's codes, as the portal knows the documents
DOCUMENT_TYPES = {"13": "CC", "22": "CE", "41": "PA", "47": "PE", "48": "PT"}


@dataclass(frozen=True)
class Representative:
    """Casillas 98, 100 and 101: in which quality, and who (an empty type is one that could not be read)."""

    role: str
    document_type: str
    document_number: str


@dataclass(frozen=True)
class Contents:
    """What could be read of a RUT; what could not is empty or None."""

    nit: str
    check_digit: str
    name: str
    made_on: date | None
    representatives: tuple[Representative, ...]


def _casillas(text: str) -> Iterator[tuple[int, str]]:
    """Every casilla of a page and its value: what stands in the next line between its own label and the next one."""
    for line, below in pairwise([*text.splitlines(), ""]):
        labels = [*LABEL.finditer(line), None]
        value_line = "" if LABEL.search(below) else below
        for label, following in pairwise(labels):
            end = following.start() if following else None
            if label:
                yield int(label[1]), " ".join(value_line[label.start() : end].split())


def _digits(value: str) -> str:
    """Digits that the form prints one to a box."""
    joined = value.replace(" ", "")
    return joined if joined.isascii() and joined.isalnum() else ""


def _code(value: str) -> str:
    """The code of two digits at the end of a value, as in "REPRS LEGAL PRIN 1 8"."""
    found = re.search(r"(\d) ?(\d)$", value)
    return f"{found[1]}{found[2]}" if found else ""


def _representatives(values: list[tuple[int, str]]) -> Iterator[Representative]:
    role = kind = ""
    for casilla, value in values:
        if casilla == 98:
            role, kind = _code(value), ""
        elif casilla == 100:
            kind = DOCUMENT_TYPES.get(_code(value), "")
        elif casilla == 101 and role:
            yield Representative(role, kind, _digits(value).upper())
            role = ""


def _made_on(text: str) -> date | None:
    found = MADE_ON.search(text)
    try:
        return datetime.strptime(found[1], "%d-%m-%Y").date() if found else None
    except ValueError:
        return None


def contents_of(texts: tuple[str, ...]) -> Contents:
    """What the pages of a RUT say, given the text of each."""
    values = [found for text in texts for found in _casillas(text)]
    first: dict[int, str] = {}
    for casilla, value in values:
        if value:
            first.setdefault(casilla, value)
    return Contents(
        nit=_digits(first.get(5, "")),
        check_digit=_digits(first.get(6, "")),
        name=first.get(35, ""),
        made_on=_made_on("\n".join(texts)),
        representatives=tuple(_representatives(values)),
    )
