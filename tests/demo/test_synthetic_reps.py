"""Is the invented REPS like the real one, always the same, and nobody's?"""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from demo.synthetic_reps import HEADINGS, INDEPENDENT, IPS, OTHER_PURPOSE, TRANSPORT, Inventor
from entities.models import Sede
from tests.registry_files import counts, load

ROWS = [dict(zip(HEADINGS, row, strict=True)) for row in Inventor(7, date(2026, 3, 12)).rows(2_000)]


@pytest.fixture
def quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """The commands of these tests say something that nobody reads."""


def make(path: Path, rows: int = 200, seed: int = 7, verbosity: int = 0) -> Path:
    call_command("make_reps", path, rows=rows, seed=seed, verbosity=verbosity)
    return path


def test_it_has_the_22_columns_of_the_open_data_set(tmp_path: Path) -> None:
    with make(tmp_path / "reps.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == list(HEADINGS)
    assert len(HEADINGS) == 22


def test_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    assert make(tmp_path / "a.csv").read_bytes() == make(tmp_path / "b.csv").read_bytes()


def test_another_seed_writes_another_file(tmp_path: Path) -> None:
    assert make(tmp_path / "a.csv").read_bytes() != make(tmp_path / "b.csv", seed=8).read_bytes()


def test_it_has_as_many_rows_as_asked(tmp_path: Path) -> None:
    assert len(make(tmp_path / "reps.csv", rows=123).read_text().splitlines()) == 124


def test_it_has_the_real_proportions() -> None:
    assert Counter(row["claseprestador"] for row in ROWS) == {
        INDEPENDENT: 1420,
        IPS: 500,
        OTHER_PURPOSE: 60,
        TRANSPORT: 20,
    }


def test_ips_may_have_many_sedes_and_most_have_one() -> None:
    sizes = Counter(Counter(row["codigoprestador"] for row in ROWS if row["claseprestador"] == IPS).values())
    assert sizes[1] > sum(sizes.values()) / 2
    assert max(sizes) >= 15


def test_codes_are_unique() -> None:
    assert len({row["codigohabilitacionsede"] for row in ROWS}) == len(ROWS)


def test_documents_are_of_unused_ranges() -> None:
    starts = {row["numeroidentificacion"][: 2 if row["tipoid"] != "CE" else 3] for row in ROWS}
    assert starts == {"19", "99", "900"}


def test_mail_and_telephones_are_invented() -> None:
    assert all(row["email_sede"].endswith(".example") and row["t_lefonosede"][3:8] == "55501" for row in ROWS)


def test_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "reps.csv", rows=10, verbosity=1)
    assert capsys.readouterr().out == f"10 sedes inventadas en {path}\n"


def test_no_rows_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="El número de filas debe ser 1 o más"):
        make(tmp_path / "reps.csv", rows=0)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No se puede escribir"):
        make(tmp_path / "no" / "reps.csv")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["reps.csv", "reps.xlsx"])
def test_import_reps_rejects_none_of_its_rows(tmp_path: Path, name: str) -> None:
    assert counts(load("import_reps", make(tmp_path / name, rows=500)))["rechazadas"] == 0
    assert Sede.objects.count() == 500
