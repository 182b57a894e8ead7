"""What would a REPS of invented providers look like? For tests, trials and benchmarks, never a real person's data.

Documents and NIT come from ranges that nobody has been given, telephones from 555-01xx, mail from `*.example`.
"""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import batched
from pathlib import Path

import openpyxl

DIVIPOLA = Path(__file__).resolve().parent.parent / "entities" / "data" / "divipola.csv"

# the 22 columns of the open-data set c36g-9fc2, in its order and with its misspellings
HEADINGS = (
    "codigoprestador", "nombreprestador", "codigohabilitacionsede", "nombresede", "tipoid", "numeroidentificacion",
    "naturalezajuridica", "ese", "municipio_prestador", "departamentoprestadordesc", "municipioprestadordesc",
    "direccionprestador", "email_prestador", "telefonoprestador", "municipiosede", "departamentodededesc",
    "municipiosededesc", "direcci_nsede", "email_sede", "t_lefonosede", "claseprestador", "fecha_corte_reps",
)  # fmt: skip

INDEPENDENT = "Profesional Independiente"
IPS = "Instituciones Prestadoras de Servicios de Salud - IPS"
OTHER_PURPOSE = "Objeto Social Diferente a la Prestación de Servicios de Salud"
TRANSPORT = "Transporte Especial de Pacientes"
SHARES = {INDEPENDENT: 71, IPS: 25, OTHER_PURPOSE: 3, TRANSPORT: 1}
"""Per cent of the rows of the set of March 2026 that are of each class."""

SEDES = {
    INDEPENDENT: ((1, 2, 3), (92, 6, 2)),
    IPS: ((1, 2, 3, 4, 6, 9, 15, 30, 70), (620, 150, 80, 50, 40, 30, 18, 9, 3)),
    OTHER_PURPOSE: ((1, 2, 4, 10), (80, 13, 5, 2)),
    TRANSPORT: ((1, 2, 4), (85, 10, 5)),
}
"""How many sedes a provider of each class has, and how often: most have one, a few have many."""

BUSY = {"11001": 200, "05001": 90, "76001": 75, "08001": 50, "68001": 40, "13001": 30, "54001": 20, "66001": 20}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

FIRST_NAMES = (
    "ANA", "LUZ", "MARÍA", "CLARA", "INÉS", "SOFÍA", "PAULA", "ROSA", "ELENA", "NIDIA", "JUAN", "JOSÉ", "LUIS",
    "ANDRÉS", "ÓSCAR", "IVÁN", "DIEGO", "HUGO", "RAÚL", "CAMILO", "MATEO", "SIMÓN", "DARÍO", "TOMÁS",
)  # fmt: skip
SURNAMES = (
    "ACEVEDO", "BARRIOS", "CAÑÓN", "DÍAZ", "ESCOBAR", "FORERO", "GÓMEZ", "HOYOS", "IBÁÑEZ", "JARAMILLO", "LOZANO",
    "MUÑOZ", "NIÑO", "OSPINA", "PEÑA", "QUINTERO", "ROJAS", "SUÁREZ", "TORRES", "URIBE", "VARGAS", "YEPES", "ZÚÑIGA",
)  # fmt: skip
KINDS = {
    IPS: ("CLÍNICA", "HOSPITAL", "CENTRO MÉDICO", "LABORATORIO CLÍNICO", "UNIDAD ODONTOLÓGICA", "CENTRO DE IMÁGENES"),
    OTHER_PURPOSE: ("FUNDACIÓN", "COLEGIO", "GIMNASIO", "CENTRO DE RECONOCIMIENTO DE CONDUCTORES"),
    TRANSPORT: ("AMBULANCIAS", "TRASLADOS MÉDICOS"),
}
PLACES = (
    "DEL RÍO", "LOS ALISOS", "LA CEIBA", "SAN TELMO", "EL FRAILEJÓN", "AGUA CLARA", "LOS YARUMOS", "MONTE ALTO",
    "LA GUADUA", "EL COLIBRÍ", "PIEDRA LISA", "LAS ACACIAS", "VALLE HONDO", "EL TURPIAL", "LA ORQUÍDEA", "TRES CRUCES",
)  # fmt: skip
SITES = ("PRINCIPAL", "NORTE", "SUR", "CENTRO", "ORIENTE", "OCCIDENTE", "LA 80", "EL PARQUE", "LA ESTACIÓN")
STREETS = ("Calle", "Carrera", "Avenida", "Diagonal", "Transversal")


@dataclass(frozen=True)
class Place:
    """A municipality of DIVIPOLA, with its department's name."""

    code: str
    name: str
    department: str


@dataclass(frozen=True)
class Provider:
    """A health provider: a code of ten digits, a document, a class."""

    code: str
    name: str
    document: tuple[str, str]
    kind: str
    public: bool
    place: Place


@dataclass
class Inventor:
    """A source of invented providers: the same seed gives the same rows."""

    seed: int
    snapshot_date: date
    dice: random.Random = field(init=False)
    serials: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def rows(self, count: int) -> list[list[str]]:
        """`count` rows in the order of their codes, each class with its share."""
        rows = [row for kind, number in shares(count).items() for row in self._rows_of(kind, number)]
        return sorted(rows, key=lambda row: row[2])

    def _rows_of(self, kind: str, count: int) -> Iterator[list[str]]:
        sizes, weights = SEDES[kind]
        while count > 0:
            provider = self._provider(kind)
            size = min(count, self.dice.choices(sizes, weights)[0])
            for number in range(1, size + 1):
                yield self._row(provider, number)
            count -= size

    def _provider(self, kind: str) -> Provider:
        place = self._place()
        self.serials[place.code] += 1
        public = kind == IPS and self.dice.random() < 0.15
        return Provider(
            code=f"{place.code}{self.serials[place.code]:05}",
            name=self._person() if kind == INDEPENDENT else self._company(kind, public),
            document=self._document(kind),
            kind=kind,
            public=public,
            place=place,
        )

    def _row(self, provider: Provider, number: int) -> list[str]:
        mail = f"contacto{provider.code}@prestador.example"
        home, day = provider.place, self.snapshot_date
        here = home if number == 1 or self.dice.random() < 0.7 else self._place()
        site = provider.name if provider.kind == INDEPENDENT else f"{provider.name} {self.dice.choice(SITES)}"
        return [
            provider.code, provider.name, f"{provider.code}{number:02}", site, *provider.document,
            "Pública" if provider.public else "Privada", "SI" if provider.public else "NO",
            home.code, home.department, home.name, self._address(), mail, self._telephone(),
            here.code, here.department, here.name, self._address(), mail, self._telephone(),
            provider.kind, f"Fecha corte REPS: {MONTHS[day.month - 1]} {day.day:2} {day.year}  3:11PM",
        ]  # fmt: skip

    def _place(self) -> Place:
        places, weights = divipola()
        return self.dice.choices(places, cum_weights=weights)[0]

    def _document(self, kind: str) -> tuple[str, str]:
        self.serials["document"] += 1
        number = self.serials["document"]
        if kind != INDEPENDENT:
            return "NI", f"99{number:07}"
        return ("CE", f"9{number:06}") if self.dice.random() < 0.01 else ("CC", f"19{number:08}")

    def _person(self) -> str:
        return " ".join((*self.dice.choices(FIRST_NAMES, k=2), *self.dice.choices(SURNAMES, k=2)))

    def _company(self, kind: str, public: bool) -> str:
        what, where = self.dice.choice(KINDS[kind]), self.dice.choice(PLACES)
        return f"{what} {where} {self.dice.randint(1, 999)} {'E.S.E.' if public else 'S.A.S.'}"

    def _address(self) -> str:
        street, dice = self.dice.choice(STREETS), self.dice.randint
        return f"{street} {dice(1, 180)} # {dice(1, 120)}-{dice(1, 99):02} Consultorio {dice(101, 999)}"

    def _telephone(self) -> str:
        return f"60{self.dice.choice('1245678')}55501{self.dice.randint(0, 99):02}"


SPOILT: tuple[Callable[[str], str], ...] = (
    lambda code: f"{code}.0",
    lambda code: f"{code[:3]}.{code[3:6]}.{code[6:9]}.{code[9:]}",
    lambda code: f"{int(code):.5E}".replace(".", ","),
    lambda code: code.replace("0", "O", 1),
)
"""What spreadsheets and people make of a código de habilitación."""


@dataclass(frozen=True)
class Month:
    """The same REPS a month later, and what happened to the codes of its sedes."""

    rows: list[list[str]]
    merged: frozenset[str]
    renumbered: frozenset[str]
    spoilt: frozenset[str]


def next_month(rows: list[list[str]], seed: int, *, mergers: int, renumbered: int, spoilt: int) -> Month:
    """`mergers` organisations pass all their sedes to another; then so many sedes get another code, or a spoilt one."""
    dice, rows = random.Random(seed), [list(row) for row in rows]
    companies: dict[str, list[list[str]]] = {}
    for row in rows:
        if row[4] == "NI":
            companies.setdefault(row[5], []).append(row)
    nits = dice.sample(sorted(companies), 2 * mergers)
    merged = [_pass_to(companies[buyer][0], companies[nit]) for nit, buyer in batched(nits, 2, strict=True)]
    # the code with which one ends is free for the other: no provider has more than seventy
    others = dice.sample([row for row in rows if row[5] not in nits and int(row[2][10:]) < 29], renumbered + spoilt)
    return Month(
        rows,
        frozenset().union(*merged),
        _replace_codes(others[:renumbered], lambda code: f"{code[:10]}{99 - int(code[10:]):02}"),
        _replace_codes(others[renumbered:], lambda code: dice.choice(SPOILT)(code)),
    )


def _pass_to(buyer: list[str], rows: list[list[str]]) -> frozenset[str]:
    """Give the sedes to the provider of another row; their codes."""
    for row in rows:
        row[1], row[5] = buyer[1], buyer[5]
    return frozenset(row[2] for row in rows)


def _replace_codes(rows: list[list[str]], new_code: Callable[[str], str]) -> frozenset[str]:
    """Give each sede another code; the codes they had."""
    codes = frozenset(row[2] for row in rows)
    for row in rows:
        row[2] = new_code(row[2])
    return codes


def shares(count: int) -> dict[str, int]:
    """How many of `count` rows each class gets; what rounding leaves over goes to the first."""
    parts = {kind: count * share // 100 for kind, share in SHARES.items()}
    parts[INDEPENDENT] += count - sum(parts.values())
    return parts


@cache
def divipola() -> tuple[tuple[Place, ...], tuple[int, ...]]:
    """Every municipality, and the running sum of how often each is drawn."""
    with DIVIPOLA.open(encoding="utf-8", newline="") as file:
        places = tuple(
            Place(row["codigo_municipio"], row["municipio"], row["departamento"]) for row in csv.DictReader(file)
        )
    total, weights = 0, []
    for place in places:
        total += BUSY.get(place.code, 1)
        weights.append(total)
    return places, tuple(weights)


def write(path: Path, rows: list[list[str]]) -> None:
    """Write headings and rows: a workbook when the name ends in .xlsx, otherwise CSV in UTF-8."""
    if path.suffix.lower() == ".xlsx":
        workbook = openpyxl.Workbook(write_only=True)
        sheet = workbook.create_sheet("REPS")
        for row in (HEADINGS, *rows):
            sheet.append(row)
        workbook.save(path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows((HEADINGS, *rows))
