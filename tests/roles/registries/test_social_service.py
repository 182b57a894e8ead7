"""Do the plazas of SSO come in, and does the past stay as it was?"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError

from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryLoad
from roles.models import SsoPost
from tests import factories
from tests.cells import each_cell
from tests.registry_files import counts, csv_file, load, versions, xlsx_file

pytestmark = pytest.mark.django_db

HEADINGS = ("tipo_documento", "numero_documento", "codigo_habilitacion", "desde", "hasta")
HERE, THERE = "110010000101", "110010000102"


def post(number: int = 1, code: str = HERE, first: str = "2026-01-01", last: str = "2026-12-31") -> dict[str, str]:
    cells = ("CC", f"19000000{number:02}", code, first, last)
    return dict(zip(HEADINGS, cells, strict=True))


@pytest.fixture(autouse=True)
def first_of_july() -> Iterator[None]:
    with time_machine.travel("2026-07-01 12:00-05:00", tick=False):
        yield


@pytest.fixture(autouse=True)
def sedes(ips: Entity) -> list[Sede]:
    return [factories.make_sede(ips, code=code) for code in (HERE, THERE)]


@pytest.fixture
def sso(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_sso", csv_file(tmp_path / "sso.csv", rows, HEADINGS), **options)

    return load_rows


def days() -> list[tuple[str, str, str]]:
    """Sede, first and last day of every plaza."""
    rows = SsoPost.objects.order_by("document_number", "starts_on").values_list("sede__code", "starts_on", "ends_on")
    return [(code, str(first), str(last)) for code, first, last in rows]


def test_a_row_becomes_a_plaza(sso: Any) -> None:
    sso(post())
    assert SsoPost.objects.values_list(
        "document_type", "document_number", "sede__code", "starts_on", "ends_on"
    ).get() == ("CC", "1900000001", HERE, date(2026, 1, 1), date(2026, 12, 31))


def test_a_person_may_have_one_plaza_after_another(sso: Any) -> None:
    sso(post(last="2026-06-30"), post(code=THERE, first="2026-07-01"))
    assert SsoPost.objects.count() == 2


def test_dates_with_the_day_first_are_understood(sso: Any) -> None:
    sso(post(first="01/02/2026", last="31/07/2026"))
    assert days() == [(HERE, "2026-02-01", "2026-07-31")]


def test_a_workbook_with_dates_is_loaded(tmp_path: Path) -> None:
    rows = [HEADINGS, ["CC", 1900000001, 110010000101, date(2026, 1, 1), date(2026, 12, 31)]]
    load("import_sso", xlsx_file(tmp_path / "sso.xlsx", rows))
    assert days() == [(HERE, "2026-01-01", "2026-12-31")]


def test_the_same_file_again_writes_no_row(sso: Any) -> None:
    sso(post(1), post(2))
    before = set(versions(SsoPost))
    assert counts(sso(post(1), post(2)))["sin cambio"] == 2
    assert set(versions(SsoPost)) == before


def test_a_new_last_day_is_a_change(sso: Any) -> None:
    sso(post())
    assert counts(sso(post(last="2026-09-30")))["cambiadas"] == 1
    assert days() == [(HERE, "2026-01-01", "2026-09-30")]


# ---------------------------------------------------------------- what the file no longer has


def test_a_plaza_that_runs_and_is_gone_ended_yesterday(sso: Any) -> None:
    sso(post(1), post(2))
    assert counts(sso(post(1), allow_closing=True))["cerradas"] == 1
    assert days()[1] == (HERE, "2026-01-01", "2026-06-30")


def test_a_plaza_to_come_that_is_gone_never_was(sso: Any) -> None:
    sso(post(1), post(2, first="2026-08-01"))
    assert counts(sso(post(1), allow_closing=True))["cerradas"] == 1
    assert len(days()) == 1


def test_a_plaza_that_began_today_and_is_gone_never_was(sso: Any) -> None:
    sso(post(1), post(2, first="2026-07-01"))
    sso(post(1), allow_closing=True)
    assert len(days()) == 1


def test_a_plaza_that_has_ended_stays_as_history(sso: Any) -> None:
    sso(post(1), post(2, last="2026-06-30"))
    assert counts(sso(post(1)))["cerradas"] == 0
    assert days()[1] == (HERE, "2026-01-01", "2026-06-30")


def test_a_plaza_that_comes_back_runs_again(sso: Any) -> None:
    sso(post(1), post(2))
    sso(post(1), allow_closing=True)
    assert counts(sso(post(1), post(2)))["reabiertas"] == 1
    assert days()[1] == (HERE, "2026-01-01", "2026-12-31")


def test_moving_to_another_sede_ends_the_first_the_day_before(sso: Any) -> None:
    sso(post())
    sso(post(code=THERE, first="2026-05-01"), allow_closing=True)
    assert days() == [(HERE, "2026-01-01", "2026-04-30"), (THERE, "2026-05-01", "2026-12-31")]


def test_the_same_days_at_another_sede_replace_the_plaza(sso: Any) -> None:
    sso(post())
    sso(post(code=THERE), allow_closing=True)
    assert days() == [(THERE, "2026-01-01", "2026-12-31")]


def test_person_with_a_rejected_row_keeps_their_plaza(sso: Any) -> None:
    sso(post(1), post(2))
    assert counts(sso(post(1), post(2, last="nunca")))["cerradas"] == 0


def test_kept_plaza_is_shortened_for_an_accepted_row(sso: Any) -> None:
    sso(post(1), post(2))
    sso(post(1), post(2, last="nunca"), post(2, code=THERE, first="2026-10-01"), allow_closing=True)
    assert days()[1:] == [(HERE, "2026-01-01", "2026-09-30"), (THERE, "2026-10-01", "2026-12-31")]


def test_the_summary_masks_the_documents_it_closes(sso: Any) -> None:
    sso(post(1), post(2))
    assert "Cerradas:\n  CC …0002 en 110010000101 desde 2026-01-01\n" in sso(post(1), allow_closing=True)


def test_closing_more_than_a_fifth_is_refused(sso: Any) -> None:
    sso(post(1), post(2))
    with pytest.raises(CommandError, match="cerraría 1 de 2 registros abiertos"):
        sso(post(1))


# ---------------------------------------------------------------- bad rows


@each_cell(
    ("row", "reason"),
    [
        (post(2, code="999990000101"), "la sede 999990000101 no está en el portal; cargue antes el REPS que la trae"),
        (post(2, code="11001000010"), "el código de habilitación «11001000010» debe tener 12 dígitos; perdió el cero"),
        (
            post(2, first="2026-12-31", last="2026-01-01"),
            "la fecha hasta (2026-01-01) debe ser igual o posterior a la fecha desde (2026-12-31)",
        ),
        (post(2, first=""), "falta la fecha desde"),
        (post(2, last="pronto"), "la fecha hasta «pronto» debe ser una fecha"),
        (
            post(1, code=THERE, first="2026-12-31", last="2027-06-30"),
            "se cruza con otra plaza de la misma persona en el archivo, en 110010000101 desde 2026-01-01",
        ),
        (post(1), "se cruza con otra plaza de la misma persona en el archivo"),
        (post(2) | {"tipo_documento": "RC"}, "el tipo de documento «RC» no se conoce"),
        (post(2) | {"numero_documento": ""}, "el documento «» debe tener de 3 a 20 letras o dígitos"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(sso: Any, row: dict[str, str], reason: str) -> None:
    assert f"línea 3: {reason}" in sso(post(1), row)
    assert days() == [(HERE, "2026-01-01", "2026-12-31")]


def test_a_row_that_only_crosses_a_rejected_one_is_accepted(sso: Any) -> None:
    sso(
        post(first="2026-01-01", last="2026-03-31"),
        post(first="2026-03-01", last="2026-09-30"),
        post(first="2026-09-01", last="2026-12-31"),
    )
    assert [first for _, first, _ in days()] == ["2026-01-01", "2026-09-01"]


def test_a_row_that_crosses_a_plaza_of_the_past_is_rejected(sso: Any) -> None:
    sso(post(1), post(2, last="2026-06-30"))
    assert ("línea 3: se cruza con una plaza ya terminada, en 110010000101 del 2026-01-01 al 2026-06-30.") in sso(
        post(1), post(2, code=THERE, first="2026-06-01")
    )


def test_a_load_has_its_record_and_its_history(sso: Any) -> None:
    sso(post())
    assert RegistryLoad.objects.get().kind == "sso"
    assert HistoryEntry.objects.get().event == "sso.loaded"
