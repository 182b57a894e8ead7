"""What is written in the casillas (the DIAN's word for the numbered boxes) of a RUT?

The text is laid out as in the PDF: each label is above its value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

LABEL = re.compile(r"(?<!\S)(\d{1,3})\. (?=[A-ZÁÉÍÓÚ])")
GENERATED_ON = re.compile(r"Fecha\s+generaci[oó]n\s+documento\s+PDF:?\s*(\d{2}-\d{2}-\d{4})", re.IGNORECASE)
PRINCIPAL, SUBSTITUTE = "18", "19"
# casilla 100, the DIAN's codes, as the portal knows the documents
DOCUMENT_TYPES = {"13": "CC", "22": "CE", "41": "PA", "47": "PE", "48": "PT"}


@dataclass(frozen=True)
class Representative:
    """Casillas 98, 100 and 101: the role and the person's document (an empty type could not be read)."""

    role: str
    document_type: str
    document_number: str


@dataclass(frozen=True)
class Contents:
    """What could be read of a RUT; the rest is empty or None."""

    nit: str
    check_digit: str
    name: str
    generated_on: date | None
    representatives: tuple[Representative, ...]


def _casillas(text: str) -> Iterator[tuple[int, str]]:
    """Each casilla of a page and its value: the text of the next line between its own label and the next label."""
    for line, below in pairwise([*text.splitlines(), ""]):
        labels = [*LABEL.finditer(line), None]
        value_line = "" if LABEL.search(below) else below
        for label, following in pairwise(labels):
            end = following.start() if following else None
            if label:
                yield int(label[1]), " ".join(value_line[label.start() : end].split())


def _digits(value: str) -> str:
    """The digits of a value that the form prints with spaces between them."""
    joined = value.replace(" ", "")
    return joined if joined.isascii() and joined.isalnum() else ""


def _code(value: str) -> str:
    """The code of two digits at the end of a value, as in "REPRS LEGAL PRIN 1 8"."""
    match = re.search(r"(\d) ?(\d)$", value)
    return f"{match[1]}{match[2]}" if match else ""


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


def _generated_on(text: str) -> date | None:
    match = GENERATED_ON.search(text)
    try:
        return datetime.strptime(match[1], "%d-%m-%Y").date() if match else None
    except ValueError:
        return None


def contents_of(texts: tuple[str, ...]) -> Contents:
    """What the pages of a RUT say, from the text of each."""
    values = [casilla for text in texts for casilla in _casillas(text)]
    first: dict[int, str] = {}
    for casilla, value in values:
        if value:
            first.setdefault(casilla, value)
    return Contents(
        nit=_digits(first.get(5, "")),
        check_digit=_digits(first.get(6, "")),
        name=first.get(35, ""),
        generated_on=_generated_on("\n".join(texts)),
        representatives=tuple(_representatives(values)),
    )
