"""Do the EPS become entities and sedes?"""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from stdnum.co import nit

from accounts.models import Account
from entities.management.commands.import_eps import Command
from entities.models import Entity, EntityKind, Sede
from entities.registries.eps import Eps
from mipres_admin.history.models import HistoryEntry
from registries.loading.undo import undo_load
from registries.models import RegistryLoad
from tests import factories
from tests.registry_files import counts, csv_file, load, versions
from tests.roles.registry_loads import current_roles

pytestmark = pytest.mark.django_db


def default_rows() -> list[dict[str, str]]:
    assert Command.default_file
    with Command.default_file.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# NIT with the check digit that each company publishes
PUBLISHED = (
    "800088702-2 800112806-2 800130907-4 800251440-6 805001157-2 806008394-7 809008362-2 817001773-3 824001398-1 "
    "830003564-7 830113831-0 837000084-5 839000495-6 860066942-7 890303093-5 890500675-6 890904996-1 891600091-8 "
    "891856000-7 900156264-2 900226715-3 900298372-9 900604350-0 900914254-1 900935126-7 901021565-8 901543211-6 "
    "901543761-5"
)


WITHOUT_CHECK = {"901438242"}


HEADINGS = ("codigo", "nit", "nombre", "regimen")


ROWS = [
    {"codigo": "EPS037", "nit": "900156264", "nombre": "Nueva EPS S.A.", "regimen": "Contributivo"},
    {"codigo": "EPSS41", "nit": "900156264", "nombre": "Nueva EPS S.A.", "regimen": "Subsidiado"},
    {"codigo": "EPS008", "nit": "860066942", "nombre": "Compensar EPS", "regimen": "Contributivo"},
]


@pytest.fixture
def eps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_eps", csv_file(tmp_path / "eps.csv", rows, HEADINGS), **options)

    return load_rows


def test_list_that_comes_with_the_portal_has_no_bad_row() -> None:
    assert counts(load("import_eps", Command.default_file, strict=True))["nuevas"] == len(default_rows())


def test_every_nit_of_that_list_agrees_with_its_published_check_digit() -> None:
    checked = {text.partition("-")[0]: text.partition("-")[2] for text in PUBLISHED.split()}
    assert all(nit.calc_check_digit(number) == digit for number, digit in checked.items())
    assert {row["nit"] for row in default_rows()} == set(checked) | WITHOUT_CHECK


def test_eps_becomes_an_entity_and_its_one_sede(eps: Any) -> None:
    eps(ROWS[2])
    sede = Sede.objects.select_related("entity").get()
    assert (sede.code, sede.entity.eps_code, sede.entity.kind, sede.entity.nit, sede.municipality_id) == (
        "EPS008",
        "EPS008",
        EntityKind.EPS_C,
        "860066942",
        None,
    )


@pytest.mark.parametrize("word", ["Adaptada", "ENTIDAD ADAPTADA", "obligada a compensar", "EOC", "EPS_C"])
def test_adaptada_and_obligada_a_compensar_are_of_the_contributivo(eps: Any, word: str) -> None:
    eps({"codigo": "EAS016", "nit": "890904996", "nombre": "Empresas Públicas", "regimen": word})
    assert Entity.objects.get(eps_code="EAS016").kind == EntityKind.EPS_C


def test_one_nit_with_both_regimenes_is_two_entities(eps: Any) -> None:
    eps(*ROWS)
    kinds = Entity.objects.filter(nit="900156264").order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == [EntityKind.EPS_C, EntityKind.EPS_S]


def test_same_list_again_writes_no_row(eps: Any) -> None:
    eps(*ROWS)
    before = set(versions(Entity, Sede))
    assert counts(eps(*ROWS))["sin cambio"] == 3
    assert set(versions(Entity, Sede)) == before


def test_new_name_reaches_entity_and_sede(eps: Any) -> None:
    eps(*ROWS)
    assert counts(eps(*ROWS[:2], ROWS[2] | {"nombre": "Compensar"}))["cambiadas"] == 1
    assert Sede.objects.values_list("name", "entity__name").get(code="EPS008") == ("Compensar", "Compensar")


def test_eps_that_is_gone_is_closed(eps: Any) -> None:
    eps(*ROWS)
    assert counts(eps(*ROWS[:2], allow_closing=True))["cerradas"] == 1
    assert Sede.objects.get(closed_on__isnull=False).code == "EPS008"


def test_closing_more_than_a_fifth_is_refused(eps: Any) -> None:
    eps(*ROWS)
    with pytest.raises(CommandError, match="cerraría 1 de 3 registros abiertos"):
        eps(*ROWS[:2])


def test_eps_that_comes_back_is_open_again(eps: Any) -> None:
    eps(*ROWS)
    eps(*ROWS[:2], allow_closing=True)
    assert counts(eps(*ROWS))["reabiertas"] == 1


def test_sedes_of_other_kinds_stay_open(eps: Any) -> None:
    sede = factories.make_sede(factories.make_entity())
    eps(*ROWS)
    sede.refresh_from_db()
    assert sede.closed_on is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"codigo": "EPS01"}, "el código «EPS01» debe tener seis letras o dígitos, por ejemplo EPS008"),
        ({"nit": "8600669427"}, "el NIT «8600669427» trae dígito de verificación; debe ser 860066942"),
        ({"nombre": ""}, "falta el nombre de la EPS"),
        ({"nombre": "A" * 301}, "el nombre de la EPS tiene 301 caracteres"),
        ({"regimen": "Especial"}, "el régimen «Especial» no se conoce; debe ser EPS_C, EPS_S"),
        ({"codigo": "EPS008"}, "repite la línea 4"),
        ({"nit": "860066942"}, "la EPS de NIT 860066942 ya está, en ese régimen, en la línea 4"),
    ],
)
def test_bad_row_is_rejected_with_its_reason(eps: Any, cells: dict[str, str], reason: str) -> None:
    row = {"codigo": "EPS999", "nit": "860512780", "nombre": "EPS Nueve", "regimen": "contributivo"}
    assert f"línea 5: {reason}" in eps(*ROWS, row | cells)


NEW_CODE, NEW_NIT = ROWS[2] | {"codigo": "EPS999"}, ROWS[2] | {"nit": "860512780"}


def identities() -> set[tuple[str | None, str, str, bool]]:
    rows = Sede.objects.values_list("entity__eps_code", "code", "entity__nit", "closed_on")
    return {(eps_code, code, nit, closed_on is None) for eps_code, code, nit, closed_on in rows}


@pytest.mark.parametrize(
    ("row", "now"),
    [
        (NEW_CODE, ("EPS999", "EPS999", "860066942", True)),
        (NEW_NIT, ("EPS008", "EPS008", "860512780", True)),
    ],
)
def test_other_code_or_nit_is_the_same_eps_and_undone(eps: Any, row: dict[str, str], now: Any) -> None:
    eps(*ROWS)
    before, keys = identities(), set(Sede.objects.values_list("pk", "entity"))
    said = eps(*ROWS[:2], row)
    assert now in identities()
    assert set(Sede.objects.values_list("pk", "entity")) == keys
    assert (counts(said)["EPS con otro código o NIT"], counts(said)["cerradas"]) == (1, 0)
    assert f"Compensar EPS: era código EPS008, NIT 860066942; ahora código {now[0]}, NIT {now[2]}" in said
    undo_load(Eps(), RegistryLoad.objects.latest("pk"))
    assert identities() == before


def test_roles_at_an_eps_with_another_code_stay(eps: Any, ministry: Account) -> None:
    eps(*ROWS)
    user = factories.make_user()
    factories.make_assignment(user, Sede.objects.get(code="EPS008"), "Rol_Anulador", ministry)
    eps(*ROWS[:2], NEW_CODE)
    assert current_roles(user) == ["Rol_Anulador"]


def test_closed_eps_with_another_code_opens_under_it(eps: Any) -> None:
    eps(*ROWS)
    eps(*ROWS[:2], allow_closing=True)
    eps(*ROWS[:2], NEW_CODE)
    assert ("EPS999", "EPS999", "860066942", True) in identities()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            [ROWS[0], ROWS[1], ROWS[0] | {"codigo": "EPS008"}],
            "línea 4: la EPS de NIT 900156264 ya está, en ese régimen, en la línea 2",
        ),
        (
            [ROWS[1], ROWS[2] | {"nit": "900156264"}],
            "línea 3: el código EPS008 es de Compensar EPS, NIT 860066942, y el NIT 900156264 es de Nueva EPS S.A., "
            "código EPS037: no se sabe cuál de las dos es",
        ),
        (
            [*ROWS[:2], ROWS[2] | {"regimen": "Subsidiado"}],
            "línea 4: el código EPS008 es de Compensar EPS en el otro régimen, y un código no cambia de régimen",
        ),
        (
            [*ROWS[:2], NEW_CODE, NEW_NIT],
            "línea 4: otra fila trae el código o el NIT de Compensar EPS, código EPS008: no se sabe cuál de las dos es",
        ),
        (
            [*ROWS[:2], NEW_CODE, ROWS[2]],
            "línea 4: la EPS de NIT 860066942 ya está, en ese régimen, en la línea 5",
        ),
    ],
)
def test_row_that_may_mean_two_eps_changes_and_closes_neither(eps: Any, rows: Any, reason: str) -> None:
    eps(*ROWS)
    before = identities()
    assert reason in eps(*rows)
    assert identities() == before


def test_undo_leaves_an_eps_whose_code_was_given_to_another_since(eps: Any) -> None:
    eps(*ROWS)
    eps(*ROWS[:2], NEW_CODE)
    after = identities()
    factories.make_entity("EPS_C", eps_code="EPS008", name="La nueva")
    skipped = " ".join(undo_load(Eps(), RegistryLoad.objects.latest("pk")).skipped)
    assert "Compensar EPS: su código o su NIT de antes es ahora de La nueva" in skipped
    assert identities() == after


def test_load_has_its_record_and_its_history(eps: Any) -> None:
    eps(*ROWS)
    assert RegistryLoad.objects.get().kind == "eps"
    assert HistoryEntry.objects.get().event == "eps.loaded"
