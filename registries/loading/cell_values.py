"""What does a cell mean? Text without damage, dates, document types and numbers; what is wrong raises Rejected."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from mipres_admin.database.text import fold_key
from mipres_admin.reading.identifiers import NotRead, read_document, read_nit
from mipres_admin.reading.text import CONTROL, clean_text, is_plain, single_blanks
from registries.loading.errors import Rejected

# UTF-8 that somebody read as Latin-1 or Windows-1252: MEDELLÃN, Ã³; and the mark of a letter already lost
DAMAGED = re.compile("\ufffd|[ÃÂ][\u0080-\u00bfŒœŠšŸŽžƒˆ˜–-•…‰‹›€™]")
MONTHS = {
    "jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "ago": 8,
    "sep": 9, "oct": 10, "nov": 11, "dec": 12, "dic": 12,
}  # fmt: skip
# as the REPS writes it: "Fecha corte REPS: Mar 12 2026  3:11PM"
SPELLED_DATE = re.compile(r"(?:fecha corte reps:)?\s*([a-z]{3})[a-z]*\.? +(\d{1,2}),? +(\d{4})\b.*", re.I | re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?", re.ASCII)
DIGITS = re.compile(r"[0-9]+")


def clean(cells: list[str]) -> list[str]:
    """The trimmed cells as `clean_text` reads them.

    Raises Rejected for control characters (NUL among them) and for text that a wrong conversion has spoilt.
    """
    text = "".join(cells)
    if _is_damaged(text):
        spoilt = next(filter(_is_damaged, cells))
        raise Rejected(f"el texto {spoilt!a} perdió sus tildes al convertirse de codificación")
    if is_plain(text):
        return list(map(single_blanks, cells)) if "  " in text else cells
    if found := CONTROL.search(text):
        raise Rejected(f"trae el carácter de control U+{ord(found[0]):04X}, que no se puede guardar")
    return [clean_text(cell) for cell in cells]


def _is_damaged(text: str) -> bool:
    # the search of a whole registry is slow, and nearly all rows have none of these three
    return ("Ã" in text or "Â" in text or "\ufffd" in text) and DAMAGED.search(text) is not None


def required(value: str, what: str) -> str:
    """The value, which may not be empty. `what` comes with its article: "el nombre de la sede"."""
    if not value:
        raise Rejected(f"falta {what}")
    return value


def within(value: str, limit: int, what: str) -> str:
    """The value, which may not be longer than its column."""
    if len(value) > limit:
        raise Rejected(f"{what} tiene {len(value)} caracteres y debe tener {limit} o menos")
    return value


@cache
def parse_date(text: str) -> date | None:
    """A date in ISO form (with or without time), dd/mm/aaaa, or as the REPS spells it; None when it is none of them."""
    try:
        if found := DAY_FIRST.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        if found := SPELLED_DATE.fullmatch(text):
            return date(int(found[3]), MONTHS[found[1].lower()], int(found[2]))
        return datetime.fromisoformat(text).date()
    except (ValueError, KeyError):
        return None


def required_date(text: str, what: str) -> date:
    """The date a cell holds. Raises Rejected when it is empty or not a date."""
    found = parse_date(required(text, what))
    if found is None:
        raise Rejected(f"{what} «{text}» debe ser una fecha, por ejemplo 2026-03-12 o 12/03/2026")
    return found


def past_date(text: str, what: str, today: date) -> date:
    """The date a cell holds, today or before. Raises Rejected when it is empty, not a date or in the future."""
    found = required_date(text, what)
    if found > today:
        raise Rejected(f"{what} «{text}» está en el futuro; revise el orden de día y mes")
    return found


@cache
def parse_snapshot_date(text: str, today: date) -> date | None:
    """The day on which the registry was taken; None for an empty cell. Raises Rejected when it is in the future."""
    return past_date(text, "la fecha de corte", today) if text else None


class Choice:
    """Finds the code of a choice by its code or its name, however it is spelled; remembers what it has found."""

    def __init__(self, choices: Sequence[tuple[str, str]], what: str) -> None:
        self.what = what
        self.codes = list(dict.fromkeys(code for code, _ in choices))
        self.folded = {fold_key(word): code for code, name in choices for word in (code, name)}
        self.known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The code. Raises Rejected, naming the codes, for anything else."""
        if text not in self.known:
            code = self.folded.get(fold_key(text))
            if code is None:
                raise Rejected(f"{self.what} «{text}» no se conoce; debe ser {', '.join(self.codes)}")
            self.known[text] = code
        return self.known[text]


def nit(number: str) -> str:
    """A NIT of 6 to 10 digits, without check digit. Raises Rejected when it is not certain."""
    try:
        return read_nit(number)
    except NotRead as mistake:
        raise Rejected(f"el NIT «{number}» {mistake}") from mistake


def document(number: str, kind: str) -> str:
    """A person's document of this type: 3 to 20 letters or digits, in capitals. Raises Rejected when not certain."""
    try:
        return read_document(number, kind)
    except NotRead as mistake:
        raise Rejected(f"el documento «{number}» {mistake}") from mistake
