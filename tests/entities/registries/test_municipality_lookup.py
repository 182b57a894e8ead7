"""Which municipality does a row of REPS mean?"""

from pathlib import Path
from typing import Any

import pytest

from entities.models import Sede
from tests.registry_files import (
    counts,
    csv_file,
    load,
    sede_row,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


@pytest.mark.parametrize(
    ("code", "department", "name", "expected"),
    [
        ("5001", "", "", "05001"),
        ("", "Bogotá D.C", "BOGOTÁ", "11001"),
        ("", "Antioquia", "Medellin", "05001"),
        ("", "ANTIOQUIA", "SANTAFE DE ANTIOQUIA", "05042"),
        ("", "Cali", "CALI", "76001"),
        ("", "Norte de Santander", "CÚCUTA", "54001"),
        ("", "San Andrés y Providencia", "SAN ANDRÉS", "88001"),
        ("CALI", "Valle del cauca", "", "76001"),
        ("99999", "Bolívar", "Cartagena", "13001"),
    ],
)
def test_municipality_is_found(reps: Any, code: str, department: str, name: str, expected: str) -> None:
    reps(sede_row(municipiosede=code, departamentodededesc=department, municipiosededesc=name))
    assert Sede.objects.get().municipality_id == expected
