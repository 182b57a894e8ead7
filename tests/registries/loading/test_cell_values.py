"""Which values do the cells of a file mean?"""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError

from entities.models import Sede
from tests.registry_files import counts, csv_file, load, sede_row

pytestmark = pytest.mark.django_db


GOOD = sede_row(codigohabilitacionsede="110010000199", nombresede="LA BUENA")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the command says of a good row and these."""

    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_reps", csv_file(tmp_path / "reps.csv", (GOOD, *rows)), **options)

    return load_rows


def test_ten_digit_nit_of_a_natural_person_is_accepted(said: Any) -> None:
    assert counts(said(sede_row(numeroidentificacion="1020304050")))["rechazadas"] == 0


def test_ten_digit_nit_that_does_not_check_is_accepted(said: Any) -> None:
    assert counts(said(sede_row(numeroidentificacion="8600669421")))["rechazadas"] == 0


@time_machine.travel("2026-03-11 12:00-05:00", tick=False)
def test_snapshot_in_the_future_is_rejected(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "reps.csv", [sede_row(fecha_corte_reps="12/03/2026")])
    with pytest.raises(CommandError, match="la fecha de corte «12/03/2026» está en el futuro"):
        load("import_reps", path)


def test_invisible_marks_are_dropped(said: Any) -> None:
    said(sede_row(nombresede="CLÍNICA\u200b DEL\u00a0RÍO"))
    assert Sede.objects.get(code="110010000101").name == "CLÍNICA DEL RÍO"


def test_tilde_of_another_language_is_not_damage(said: Any) -> None:
    assert counts(said(sede_row(nombreprestador="SÃO JOÃO LTDA")))["rechazadas"] == 0
