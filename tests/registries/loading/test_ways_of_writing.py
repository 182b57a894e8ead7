"""Does every column of every registry read one text, however it is written?"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registries.loading.cell_values import clean
from registries.loading.errors import Rejected
from registries.registry import get_registry, registries
from tests.registry_files import SEDE
from tests.ways_of_writing import ways_of_writing, with_thousands

PERSON = ("CC", "1025000111")
NAMES = ("NUÑO", "D'ARTAÑÁN LUIS", "RUIZ-GÓMEZ", "ÁVILA")
ROWS = {
    "reps": tuple(
        SEDE[name]
        for name in (
            "codigoprestador", "nombreprestador", "codigohabilitacionsede", "nombresede", "tipoid",
            "numeroidentificacion", "municipiosede", "departamentodededesc", "municipiosededesc", "direcci_nsede",
            "email_sede", "t_lefonosede", "claseprestador", "fecha_corte_reps",
        )
    ),
    "eps": ("EPS008", "900123456", "EPS D'ÑANDÚ - SALUD", "Contributivo"),
    "civil": (*PERSON, *NAMES, "2015-08-24", "vigente", ""),
    "deceased": (*PERSON, "2020-01-31"),
    "rethus": (*PERSON, "P07", "Medicina", "RM-1234"),
    "sso": (*PERSON, "110010000101", "2026-01-31", "31/12/2026"),
}  # fmt: skip
NUMBERS = [
    (kind, place) for kind, place in (("reps", 5), ("eps", 1), ("civil", 1), ("deceased", 1), ("rethus", 1), ("sso", 1))
]


def parsed(kind: str, cells: Any) -> Any:
    registry: Any = get_registry(kind)()
    if kind == "sso":
        registry.sedes = {"110010000101"}
    return registry.parse_row(clean([cell.strip() for cell in cells]))[1]


def test_every_registry_has_a_row_here() -> None:
    assert {registry.kind for registry in registries()} == ROWS.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ROWS)
def test_row_is_the_same_however_its_cells_are_written(kind: str) -> None:
    expected = parsed(kind, ROWS[kind])

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.tuples(*map(ways_of_writing, ROWS[kind])))
    def is_the_same(cells: tuple[str, ...]) -> None:
        assert parsed(kind, cells) == expected

    is_the_same()


def with_number(kind: str, place: int, number: str) -> list[str]:
    return [number if at == place else cell for at, cell in enumerate(ROWS[kind])]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "place"), NUMBERS)
@pytest.mark.parametrize("sign", [".", "'", ",", " "])
def test_number_with_thousands_is_the_same(kind: str, place: int, sign: str) -> None:
    cells = with_number(kind, place, with_thousands(ROWS[kind][place], sign))
    assert parsed(kind, cells) == parsed(kind, ROWS[kind])


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "place"), NUMBERS)
@pytest.mark.parametrize("damage", ["{}.0", "{},00", "{}.000", "1.0E+9", "1,02E+09", "{} {}", "-{}", "{}\x07"])
def test_number_that_a_spreadsheet_damaged_is_rejected(kind: str, place: int, damage: str) -> None:
    with pytest.raises(Rejected):
        parsed(kind, with_number(kind, place, damage.format(*[ROWS[kind][place]] * 2)))
