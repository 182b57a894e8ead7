"""Which loads may be applied with which options?"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from entities.models import Sede
from tests.registries.registry_pages import act, page_of, uploaded, work
from tests.registry_files import csv_file, load, sede_row, sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(ministry: Account) -> Client:
    client = Client()
    client.force_login(ministry)
    return client


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(*rows: dict[str, str], name: str = "reps.csv") -> Path:
        return csv_file(tmp_path / name, rows)

    return written


@pytest.fixture
def older(clerk, file):
    load("import_reps", file(*sites(9)))
    rows = [row | {"fecha_corte_reps": "2026-02-12"} for row in sites(2)]
    waiting = uploaded(clerk, "reps", file(*rows, name="febrero.csv"))
    work()
    return waiting


def test_the_preview_says_why_it_can_not_be_applied_and_which_box_allows_it(clerk, older):
    page = page_of(clerk, older)
    assert "el corte del archivo (2026-02-12) es anterior al último cargado (2026-03-12)" in page
    assert "marque «Aceptar un corte anterior al último cargado»" in page
    assert "cerraría 7 de 9 registros abiertos" in page


@pytest.mark.parametrize("boxes", [{}, {"force": "on"}, {"allow_closing": "on"}])
def test_it_is_not_applied_without_its_boxes(clerk, older, boxes):
    assert "marque «Aceptar" in act(clerk, older, "aplicar", **boxes)
    work()
    older.refresh_from_db()
    assert (older.state, Sede.objects.open().count()) == ("previewed", 9)


def test_with_both_boxes_it_is(clerk, older):
    act(clerk, older, "aplicar", force="on", allow_closing="on")
    work()
    assert Sede.objects.open().count() == 2


def test_only_whole_files_when_that_is_asked(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(), sede_row(nombresede="")))
    work()
    said = act(clerk, waiting, "aplicar", strict="on")
    assert "Quite la marca de «Aplicar solo si no hay filas rechazadas»" in said
    act(clerk, waiting, "aplicar")
    work()
    assert Sede.objects.count() == 1
