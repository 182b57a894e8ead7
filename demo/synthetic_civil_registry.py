"""What would the Registro civil say of invented people? Of those whom the portal knows, and of others whom it does not.

Every day of issue follows from the document, so that the demonstration can print it.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from zlib import crc32

from accounts.models import Person
from accounts.registries.civil_registry import CivilRegistry
from demo.synthetic_users import FAMILY_NAMES, GIVEN_NAMES
from entities.models import Entity, EntityKind

HEADINGS = tuple(column.headings[0] for column in CivilRegistry.columns)
STRANGER = ("CC", "1000000099", "Pedro", "Nel", "Demostración", "Luna")
"""Nobody in the demonstration: who tries the portal may open this person's account."""
FIRST_DAY, DAYS = date(2000, 1, 1), 9_000
DEAD_PER_CENT = 3

type Row = tuple[str, ...]


def issued_on(document_number: str) -> date:
    """The day on which an invented document was issued."""
    return FIRST_DAY + timedelta(days=crc32(document_number.encode()) % DAYS)


def _row(document: Row, names: Row, deceased_on: object = None) -> Row:
    state = ("Cancelada por muerte", str(deceased_on)) if deceased_on else ("Vigente", "")
    return (*document, *(name.upper() for name in names), issued_on(document[1]).isoformat(), *state)


def _known() -> Iterator[Row]:
    """The people of the portal, and the independent professionals of REPS, whose names have two words each."""
    fields = ("document_type", "document_number", "first_name", "second_name", "first_surname", "second_surname")
    for *person, deceased_on in Person.objects.order_by("pk").values_list(*fields, "deceased_on").iterator():
        yield _row(tuple(person[:2]), tuple(person[2:]), deceased_on)
    independents = Entity.objects.filter(kind=EntityKind.PROFESIONAL_INDEPENDIENTE).order_by("pk")
    for *document, name in independents.values_list("identification_type", "nit", "name").iterator():
        if len(names := name.split()) == 4:
            yield _row(tuple(document), tuple(names))


def _unknown(count: int, seed: int) -> Iterator[Row]:
    dice = random.Random(f"{seed} civil registry")
    for number in range(1, count + 1):
        names = (*dice.choices(GIVEN_NAMES, k=2), *dice.choices(FAMILY_NAMES, k=2))
        died = date(2025, 1, 1) + timedelta(days=number % 365) if dice.random() * 100 < DEAD_PER_CENT else None
        yield _row(("CC", f"17{number:08}"), names, died)


def documents(count: int, seed: int) -> Iterator[Row]:
    """One row for each document: those of the portal, the stranger's, and `count` more."""
    seen = set()
    for row in chain(_known(), [_row(STRANGER[:2], STRANGER[2:])], _unknown(count, seed)):
        if row[:2] not in seen:
            seen.add(row[:2])
            yield row


def write(path: Path, lines: Iterable[Row]) -> int:
    """Write headings and rows as CSV in UTF-8, and return how many rows."""
    table = [HEADINGS, *lines]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)
    return len(table) - 1
