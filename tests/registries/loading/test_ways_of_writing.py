"""Does every column of every registry read one text, however it is written?"""

from collections import defaultdict
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipres_admin.reading.text import is_clean
from registries.loading.cell_values import clean
from registries.loading.errors import Rejected
from registries.loading.possible_keys import RejectedKey, possible_keys
from registries.registry import get_registry, registries
from tests.registry_files import SEDE
from tests.ways_of_writing import STRANGE, STRANGE_TEXTS, UNCERTAIN, few, ways_of_writing, with_thousands

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


@pytest.fixture
def registry(db: None, kind: str) -> Any:
    made: Any = get_registry(kind)()
    made.sedes = {"110010000101"}  # those that the SSO knows
    return made


def parsed(registry: Any, cells: Any) -> Any:
    """The values of a row that is the only one."""
    registry.reserved = defaultdict(list)  # the plazas of the SSO
    return registry.parse_row(clean([cell.strip() for cell in cells]))[1]


def test_every_column_of_every_registry_has_a_cell_here() -> None:
    assert {registry.kind: len(registry.columns) for registry in registries()} == {
        kind: len(row) for kind, row in ROWS.items()
    }


@pytest.mark.parametrize("kind", ROWS)
def test_row_is_the_same_however_its_cells_are_written(registry: Any, kind: str) -> None:
    expected = parsed(registry, ROWS[kind])

    @few
    @given(st.tuples(*map(ways_of_writing, ROWS[kind])))
    def is_the_same(cells: tuple[str, ...]) -> None:
        assert parsed(registry, cells) == expected

    is_the_same()


def with_number(kind: str, place: int, number: str) -> list[str]:
    return [number if at == place else cell for at, cell in enumerate(ROWS[kind])]


@pytest.mark.parametrize(("kind", "place"), NUMBERS)
@pytest.mark.parametrize("sign", [".", "'", ",", " "])
def test_number_with_thousands_is_the_same(registry: Any, kind: str, place: int, sign: str) -> None:
    cells = with_number(kind, place, with_thousands(ROWS[kind][place], sign))
    assert parsed(registry, cells) == parsed(registry, ROWS[kind])


@pytest.mark.parametrize(("kind", "place"), NUMBERS)
def test_number_that_may_be_another_is_rejected(
    registry: Any, kind: str, place: int, subtests: pytest.Subtests
) -> None:
    for text in UNCERTAIN:
        with subtests.test(text), pytest.raises(Rejected):
            parsed(registry, with_number(kind, place, text))


def wrongs(registry: Any, cells: list[str]) -> list[object]:
    """What is kept of a row that is not clean; nothing of one that is rejected, whose key may be looked for."""
    try:
        return [value for value in parsed(registry, cells) if isinstance(value, str) and not is_clean(value)]
    except Rejected:
        rejected = RejectedKey([registry.key_cell(cells), *cells], registry.group(cells))
        assert possible_keys([rejected], registry.key_form).include("1025000111", "") in (True, False)
        return []


@pytest.mark.parametrize("kind", ROWS)
def test_no_cell_breaks_a_load_or_is_kept_unclean(registry: Any, kind: str) -> None:
    @few
    @given(st.integers(0, len(ROWS[kind]) - 1), STRANGE_TEXTS)
    def is_read(place: int, text: str) -> None:
        assert wrongs(registry, with_number(kind, place, text)) == []

    is_read()
    for place, text in product(range(len(ROWS[kind])), STRANGE):
        assert wrongs(registry, with_number(kind, place, text)) == []
