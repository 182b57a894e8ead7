"""What does a command that loads a registry print?"""

from pathlib import Path
from typing import Any

import pytest

from demo.synthetic_reps import HEADINGS
from entities.registries.reps import Reps
from registries.loading.loader import Options, load_file
from tests.registry_files import (
    counts,
    csv_file,
    load,
    sede_row,
    sites,
    xlsx_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


def test_verbosity_zero_prints_nothing(tmp_path: Path) -> None:
    assert load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row()]), verbosity=0) == ""


def test_progress_is_drawn_on_a_terminal(reps: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    reps(sede_row())
    assert "100% 1 filas" in capsys.readouterr().err


def test_progress_is_drawn_while_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, float]] = []
    monkeypatch.setattr("registries.loading.loader.PROGRESS_EVERY", 2)
    with_rows = csv_file(tmp_path / "reps.csv", sites(5))
    load_file(Reps(), with_rows, Options(), lambda rows, done: drawn.append((rows, done)))
    assert [rows for rows, _ in drawn] == [2, 4, 5]
    assert all(0 < done <= 1 for _, done in drawn)


def test_progress_of_a_workbook_is_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    monkeypatch.setattr("registries.loading.loader.PROGRESS_EVERY", 2)
    rows = [[row.get(heading) for heading in HEADINGS] for row in sites(4)]
    path = xlsx_file(tmp_path / "reps.xlsx", [HEADINGS, *rows])
    load_file(Reps(), path, Options(), lambda _, done: drawn.append(done))
    assert drawn == pytest.approx([0.6, 1.0, 1.0])


def test_no_progress_outside_a_terminal(reps: Any, capsys: Any) -> None:
    reps(sede_row())
    assert capsys.readouterr().err == ""
