"""Does nothing close that a rejected row may be, and everything else that the file does not have?"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import CivilRegistryEntry, DeceasedEntry, Person
from accounts.registries.person_columns import DOCUMENT
from entities.models import Entity, Sede
from registries.loading.possible_keys import RejectedKey, possible_keys
from roles.models import RethusEntry, SsoPost
from tests.accounts import civil_registry
from tests.factories import make_assignment, make_delegate, make_user
from tests.registry_files import counts, csv_file, load, sede_row
from tests.roles.registry_loads import HEADINGS, current_roles, on

CODE = re.compile("[0-9]{12}")
OF_REPS, OF_PERSONS = ("054640000101", CODE), ("1000000001", DOCUMENT)


def may_be(text: str, key: str, form: re.Pattern[str], group: str = "") -> bool:
    return possible_keys([RejectedKey([text], group)], form).include(key, key[:10])


@pytest.mark.parametrize(
    "text",
    [
        "054640000101.0", "054640000101,00", " 0546400001 01", "05464-00001-01", "O546400001O1", "0546 4000 01 01.",
        "\uff10\uff15464\uff10000101",
    ],
)  # fmt: skip
def test_a_code_with_other_signs_may_be_that_code_alone(text):
    assert may_be(text, *OF_REPS)
    assert not may_be(text, "054640000102", CODE)


@pytest.mark.parametrize(
    "text",
    [
        "1.000.000.001", "1000000001.0", "CC1000000001", "CC 1'000'000'001", "1000000001-8", "1\u200b000000001",
        "001000000001", "10000O0001",
    ],
)  # fmt: skip
def test_a_document_with_other_signs_may_be_that_document_alone(text):
    assert may_be(text, *OF_PERSONS)
    assert not may_be(text, "1000000002", DOCUMENT)


def test_a_document_with_decimals_may_be_the_longer_one_too():
    assert may_be("1000000001.0", "10000000010", DOCUMENT)


@pytest.mark.parametrize(
    "text", ["", "#N/A", "NO TIENE", "10000***01", "\u20260001", "?", "x" * 200, "9" * 5_000 + "E9"]
)
def test_what_is_no_key_may_be_any(text):
    assert may_be(text, *OF_PERSONS)
    assert may_be(text, *OF_REPS)


@pytest.mark.parametrize("group", ["0546400001", "546400001"])
def test_what_is_no_key_may_be_any_of_its_group_alone(group):
    assert may_be("#N/A", *OF_REPS, group=group)
    assert not may_be("#N/A", "054650000101", CODE, group=group)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("5,464E+10", "054640000101", True),
        ("5.4640E+10", "054640499999", True),
        ("5.4640E10", "054660000101", False),
        ("1E+09", "001000000001", True),
        ("1.000000001E+09", "001000000002", False),
    ],
)
def test_a_rounded_number_may_be_all_that_round_to_it(text, key, expected):
    assert may_be(text, key, CODE) is expected


def test_ranges_of_several_rows_do_not_hide_each_other():
    possible = possible_keys([RejectedKey([text], "") for text in ("1,5E+11", "1,546E+11", "2,1E+11")], CODE)
    keys = ("146000000000", "154640000101", "209900000000", "190000000000")
    assert [possible.include(key, "") for key in keys] == [True, True, True, False]


# ---------------------------------------------------------------- in each registry

Loader = Callable[..., dict[str, int]]


@pytest.fixture
def loaded(tmp_path: Path) -> Loader:
    """Load these rows of a registry; what was counted."""

    def load_rows(kind: str, *rows: tuple[object, ...]) -> dict[str, int]:
        lines = [dict(zip(HEADINGS[kind], map(str, row), strict=True)) for row in rows]
        return counts(
            load(f"import_{kind}", csv_file(tmp_path / "rows.csv", lines, HEADINGS[kind]), allow_closing=True)
        )

    return load_rows


@pytest.fixture
def reps(tmp_path: Path) -> Loader:
    def load_rows(*codes: str, **cells: str) -> dict[str, int]:
        rows = [sede_row(codigohabilitacionsede=code, **cells) for code in codes]
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), allow_closing=True))

    return load_rows


ONE, TWO, THREE = "110010000101", "110010000102", "110010000103"


def open_codes() -> list[str]:
    return sorted(Sede.objects.open().values_list("code", flat=True))


@pytest.mark.django_db
def test_sede_with_a_badly_written_code_stays_open_and_others_close(reps):
    reps(ONE, TWO, THREE)
    done = reps(ONE, f"{TWO}.0")
    assert (done["rechazadas"], done["cerradas"], done["sin cerrar por dudas"]) == (1, 1, 1)
    assert open_codes() == [ONE, TWO]


@pytest.mark.django_db
def test_row_with_cells_that_moved_closes_nothing_it_may_be(reps, tmp_path):
    reps(ONE, TWO, THREE)
    path = csv_file(tmp_path / "reps.csv", [sede_row(codigohabilitacionsede=ONE)])
    path.write_text(path.read_text() + f"1100100001,CLÍNICA,DEL RÍO,{TWO}\n")
    load("import_reps", path, allow_closing=True)
    assert open_codes() == [ONE, TWO]


@pytest.mark.django_db
def test_file_with_an_unreadable_code_and_prestador_closes_nothing(reps, tmp_path):
    reps(ONE, TWO, THREE)
    rows = [sede_row(codigohabilitacionsede=ONE), sede_row(codigohabilitacionsede="#N/A", codigoprestador="#N/A")]
    said = load("import_reps", csv_file(tmp_path / "reps.csv", rows), preview=True)
    assert "no se cierran, porque una fila rechazada puede ser la suya: 2." in said
    load("import_reps", tmp_path / "reps.csv")
    assert open_codes() == [ONE, TWO, THREE]


EPS = ("codigo", "nit", "nombre", "regimen")


@pytest.mark.django_db
def test_eps_with_an_unreadable_code_stays_open_by_its_nit(tmp_path):
    rows = [dict(zip(EPS, (f"EPS00{n}", f"80012345{n}", f"EPS {n}", "Contributivo"), strict=True)) for n in (1, 2, 3)]
    load("import_eps", csv_file(tmp_path / "eps.csv", rows, EPS))
    load("import_eps", csv_file(tmp_path / "eps.csv", [rows[0], rows[1] | {"codigo": "EPS"}], EPS), allow_closing=True)
    assert open_codes() == ["EPS001", "EPS002"]


MASKED = "10000***02"


def rethus(number: str) -> tuple[object, ...]:
    return ("CC", number, "P07", "Medicina", "RM-1")


def deceased(number: str) -> tuple[object, ...]:
    return ("CC", number, on(-3))


def civil(number: str) -> tuple[object, ...]:
    return tuple(civil_registry.row(number).values())


CASES: list[tuple[str, Any, Any]] = [
    ("rethus", rethus, RethusEntry),
    ("deceased", deceased, DeceasedEntry),
    ("civil", civil, CivilRegistryEntry),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "row", "model"), CASES)
@pytest.mark.parametrize(("text", "still_open"), [("1000000002.0", {"1", "2"}), (MASKED, {"1", "2", "3"})])
def test_document_that_a_rejected_row_may_have_stays(loaded, kind, row, model, text, still_open):
    loaded(kind, *(row(f"100000000{n}") for n in (1, 2, 3)))
    assert loaded(kind, row("1000000001"), row(text))["rechazadas"] == 1
    numbers = model.objects.filter(closed_on=None).values_list("document_number", flat=True)
    assert {number[-1] for number in numbers} == still_open


@pytest.mark.django_db
def test_dead_person_with_a_badly_written_document_stays_dead(loaded):
    user = make_user()
    number = user.person.document_number
    loaded("deceased", deceased(number), deceased("1999999999"))
    loaded("deceased", deceased(f"{number}.0"), deceased("1999999999"))
    assert Person.objects.get(pk=user.person_id).deceased_on == on(-3)


@pytest.mark.django_db
def test_role_of_sso_whose_plaza_is_rejected_goes_on(loaded, reps, ips: Entity, sede: Sede):
    user, other = make_user("SSO"), make_user("SSO")
    delegate = make_delegate(ips)
    for someone in (user, other):
        make_assignment(someone, sede, "Rol_Anulador", delegate)
    number = user.person.document_number
    done = loaded("sso", ("CC", "1999999999", sede.code, on(-1), on(9)), ("CC", f"{number}.0", sede.code, on(-1), "?"))
    assert (done["rechazadas"], SsoPost.objects.count()) == (1, 1)
    assert (current_roles(user), current_roles(other)) == (["Rol_Anulador"], [])
    loaded("deceased", deceased("1999999999"))
    assert current_roles(user) == ["Rol_Anulador"]
