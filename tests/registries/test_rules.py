"""Which loads may be applied with which options?"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from entities.models import Sede
from tests.registries.registry_pages import page_of, run_action, run_worker, uploaded
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
    run_worker()
    return waiting


def test_preview_names_the_obstacle_and_its_option(clerk, older):
    page = page_of(clerk, older)
    assert "el corte del archivo (2026-02-12) es anterior al último cargado (2026-03-12)" in page
    assert "marque «Aceptar un corte anterior al último cargado»" in page
    assert "cerraría 7 de 9 registros abiertos" in page


@pytest.mark.parametrize("boxes", [{}, {"force": "on"}, {"allow_closing": "on"}])
def test_load_with_obstacles_is_refused_without_their_options(clerk, older, boxes):
    assert "marque «Aceptar" in run_action(clerk, older, "aplicar", **boxes)
    run_worker()
    older.refresh_from_db()
    assert (older.state, Sede.objects.open().count()) == ("previewed", 9)


def test_load_with_obstacles_is_applied_with_their_options(clerk, older):
    run_action(clerk, older, "aplicar", force="on", allow_closing="on")
    run_worker()
    assert Sede.objects.open().count() == 2


def test_strict_refuses_a_file_with_rejected_rows(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(), sede_row(nombresede="")))
    run_worker()
    said = run_action(clerk, waiting, "aplicar", strict="on")
    assert "Quite la marca de «Aplicar solo si no hay filas rechazadas»" in said
    run_action(clerk, waiting, "aplicar")
    run_worker()
    assert Sede.objects.count() == 1
