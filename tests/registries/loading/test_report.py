"""Does the operator read every rejected row?"""

from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from tests.registry_files import csv_file, load, sede_row

pytestmark = pytest.mark.django_db


GOOD = sede_row(codigohabilitacionsede="110010000199", nombresede="LA BUENA")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the command says of a good row and these."""

    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_reps", csv_file(tmp_path / "reps.csv", (GOOD, *rows)), **options)

    return load_rows


def test_summary_lists_the_first_fifty(said: Any) -> None:
    text = said(*(sede_row(nombresede="") for _ in range(53)))
    assert text.count("  línea ") == 50
    assert text.rstrip().endswith("… y 3 más.")


def test_all_rejections_are_written_to_the_given_file(said: Any, tmp_path: Path) -> None:
    said(*(sede_row(nombresede="") for _ in range(53)), rejected=tmp_path / "rechazos.csv")
    lines = (tmp_path / "rechazos.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (len(lines), lines[1]) == (54, "3,falta el nombre de la sede")


def test_rejections_are_written_when_strict_refuses(said: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        said(sede_row(nombresede=""), strict=True, rejected=tmp_path / "rechazos.csv")
    assert "3,falta el nombre de la sede" in (tmp_path / "rechazos.csv").read_text(encoding="utf-8-sig")
