"""Invented users and roles in the numbers of the country, for measurements: the same for the same seed.

Documents come from a range that is not in use, mail from `*.example`. One entity has 19 of each 100 assignments, as the
largest one would; thousands of usual ones share the rest.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.models import Verification
from demo.synthetic_reps import FIRST_NAMES, SURNAMES
from entities.models import EntityKind
from roles.matrix import Option, UserKind, assignable_roles
from roles.validity import midnight

Row = tuple[object, ...]
GIANT_SHARE = 577 / 3_000
SEDES_NEEDED = 6
MAX_PER_USER = 2 * SEDES_NEEDED
"""Nobody gets more assignments: two roles at each of so many sedes, so that nobody has a role twice at one."""
SWING = 2
"""Users differ by so many assignments from the average, where it allows."""

GIANT_SEDES, USUAL_ENTITIES, USUAL_SEDES = 60, 4_000, 2
PLACES = ("11001", "05001", "76001", "08001", "68001", "13001", "54001", "66001")

ENDINGS = ("", "l", "n", "r", "s", "th", "za", "ro", "linda", "dez", "mir", "vel", "sol", "mar", "que")
GIVEN_NAMES, FAMILY_NAMES = (
    tuple(name.capitalize() + ending for ending in ENDINGS for name in names) for names in (FIRST_NAMES, SURNAMES)
)
"""The invented REPS has two dozen of each; a country has many, some of them common."""
PROFESSIONS = ("P07", "P07", "P07", "P03", "P03", "P09", "P10", "P08", "P01", "P11", "P04", None, None, None)
# first and last day counted from today: past, ending within 30 days, to come, limited, open (most)
SPANS = (((-900, -400), (-380, -1)), ((-300, -1), (1, 28)), ((2, 60), (90, 700)), ((-300, -1), (40, 700)))
SPAN_WEIGHTS = (0.15, 0.19, 0.23, 0.40)
"""The running share of each of SPANS; the rest has no last day."""


def roles_of(profession: str | None) -> tuple[str, ...]:
    """What the matrix lets an IPS give to such a user."""
    option, kind = (Option.PROFESIONAL, UserKind.PROFESIONAL) if profession else (Option.ADMINISTRATIVO, UserKind.OTRO)
    return tuple(role.value for role in assignable_roles(option, EntityKind.IPS, kind, profession))


@dataclass(frozen=True)
class SedeKeys:
    """A sede and its entity, by their keys."""

    sede: int
    entity: int


@dataclass(frozen=True)
class Country:
    """The sedes where users have roles: those of the giant, and the others in the order of their entities."""

    giant: Sequence[SedeKeys]
    usual: Sequence[SedeKeys]


def entities() -> Iterator[Row]:
    """Identifier, kind, identification and name of the giant and of the usual ones."""
    for number in range(1, USUAL_ENTITIES + 2):
        name = "Red Hospitalaria del País S.A.S." if number == 1 else f"Clínica Usual {number} S.A.S."
        yield number, "IPS", "NI", f"98{number:07}", name, True


def sedes() -> Iterator[Row]:
    """Identifier, entity, code, name and place of their sedes."""
    number = 0
    for entity in range(1, USUAL_ENTITIES + 2):
        for turn in range(1, 1 + (GIANT_SEDES if entity == 1 else USUAL_SEDES)):
            number += 1
            place = PLACES[number % len(PLACES)]
            name = f"Sede {turn} de la Red" if entity == 1 else f"Clínica Usual {entity} sede {turn}"
            yield number, entity, f"{place}{entity:05}{turn:02}", name, place, "Calle 1 # 2-3", "", "", "IPS"


@dataclass
class Crowd:
    """`users` registered people with `assignments` together, numbered from 1, as they are on `day`."""

    users: int
    assignments: int
    seed: int
    day: date
    days: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = {number: midnight(self.day + timedelta(number)).isoformat() for number in range(-900, 701)}

    def _dice(self, what: str) -> random.Random:
        return random.Random(f"{self.seed} {what}")

    def people(self) -> Iterator[Row]:
        """Identifier, document, names, mail of each person, and how they are known."""
        dice = self._dice("people")
        common = [1 + 400 // (place + 1) for place in range(len(GIVEN_NAMES))]
        for number in range(1, self.users + 1):
            if number % 1_000 == 1:  # many at once, for speed
                given = dice.choices(GIVEN_NAMES, common, k=2_000)
                family = dice.choices(FAMILY_NAMES, common[: len(FAMILY_NAMES)], k=2_000)
            document = f"18{number:08}"
            second = given.pop() if number % 3 else ""
            yield (
                number, "CC", document, given.pop(), second, family.pop(), family.pop(),
                f"cc{document}@correo.example", Verification.MINISTERIO.value,
            )  # fmt: skip

    def professions(self) -> Iterator[str | None]:
        """The profession of each user, None for Otro Usuario."""
        dice = self._dice("professions")
        return (PROFESSIONS[int(dice.random() * len(PROFESSIONS))] for _ in range(self.users))

    def registrations(self) -> Iterator[Row]:
        """Identifier, public identifier, person, kind, profession and registry of each user."""
        dice = self._dice("registrations")
        for number, profession in enumerate(self.professions(), start=1):
            kind = UserKind.PROFESIONAL.value if profession else UserKind.OTRO.value
            registry = f"RM-{profession}{number:07}" if profession else ""
            yield number, uuid.UUID(int=dice.getrandbits(128), version=4), number, kind, profession, registry

    def assignment_rows(self, country: Country, delegates: dict[int, int]) -> Iterator[Row]:
        """Identifier, user, entity, sede, role, days, who granted and who ended; `delegates` are accounts by entity."""
        dice, number = self._dice("assignments"), 0
        roles = {profession: roles_of(profession) for profession in set(PROFESSIONS)}
        for user, profession in enumerate(self.professions(), start=1):
            assignable = roles[profession]
            at = country.giant if dice.random() < GIANT_SHARE else country.usual
            first = int(dice.random() * len(at))
            for turn in range(self._share(user)):
                number += 1
                place = at[(first + turn // len(assignable)) % len(at)]
                by = delegates[place.entity]
                starts, ends, over = self._span(dice)
                yield (
                    number, user, place.entity, place.sede, assignable[turn % len(assignable)], starts, ends, by,
                    by if over else None,
                )  # fmt: skip

    def _share(self, user: int) -> int:
        """How many assignments one user has; together they are exactly `assignments`."""
        even, left = divmod(self.assignments, self.users)
        swings = even > SWING and user <= self.users - self.users % 5
        return even + (user % 5 - SWING if swings else 0) + (user <= left)

    def _span(self, dice: random.Random) -> tuple[str, str | None, bool]:
        """When it starts, when it ends (None: no end), and whether it is over."""
        chance = dice.random()
        for limit, (first, last) in zip(SPAN_WEIGHTS, SPANS, strict=True):
            if chance < limit:
                return self.days[_between(dice, first)], self.days[_between(dice, last)], last[1] < 0
        return self.days[_between(dice, (-900, -1))], None, False


def _between(dice: random.Random, days: tuple[int, int]) -> int:
    """`randint`, five times as fast."""
    return days[0] + int(dice.random() * (days[1] - days[0] + 1))
