"""Can the Ministry load the REPS in a browser: upload, preview, apply with progress, undo?"""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from accounts.models import Account
from demo.synthetic_reps import Inventor, write
from entities.models import Sede
from registries.queue import run_next_load
from tests.journeys.page_checker import PHONE, PageChecker
from tests.registry_files import csv_file, load, sites

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = int(os.environ.get("MIPRES_JOURNEY_ROWS", "1500"))
"""77,000 is the country; one shows the same."""
PATIENCE = 120_000


@pytest.fixture
def worker(live_server: Any) -> Iterator[None]:
    """The worker, in a thread beside the portal."""
    over = Event()

    def rounds() -> None:
        while not over.wait(0.5):
            run_next_load(over.is_set)
        connections.close_all()

    thread = Thread(target=rounds)
    thread.start()
    yield
    over.set()
    thread.join(30)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A REPS that closes what is loaded, with two bad rows."""
    rows = Inventor(1, date(2026, 3, 12)).rows(ROWS)
    rows[7][3] = rows[8][4] = ""
    write(tmp_path / "reps-marzo.csv", rows)
    return tmp_path / "reps-marzo.csv"


def upload(page: Page, file: Path) -> None:
    page.goto("/admin/registries/registryload/")
    page.get_by_role("link", name="Subir un archivo").click()
    page.get_by_label("Registro").select_option("REPS")
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_label("Motivo").fill("Corte de marzo de 2026")


def test_the_reps_is_uploaded_applied_and_undone(
    open_page: Callable[..., Page], checker: PageChecker, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    rows = sites(4)
    load("import_reps", csv_file(tmp_path / "antes.csv", [row | {"fecha_corte_reps": "2026-02-12"} for row in rows]))
    page = open_page(ministry)
    upload(page, file)
    checker.check(page)
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("marque «Aceptar que cierre más del 1 %").first).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Aplicar…").click()
    checker.check(page)
    expect(page.get_by_label("Motivo")).to_have_value("Corte de marzo de 2026")
    page.get_by_label("Aceptar que cierre más del 1 %").check()
    page.get_by_role("button", name="Aplicar").click()
    page.wait_for_url("**/change/")
    expect(page.get_by_text("Qué pasó con las filas")).to_be_visible(timeout=PATIENCE)
    checker.check(page)
    assert Sede.objects.open().count() == ROWS - 2
    page.goto("/admin/registries/registryload/")
    checker.check(page)
    page.go_back()
    page.get_by_role("link", name="Deshacer…").click()
    page.get_by_label("Motivo").fill("El archivo era de prueba")
    checker.check(page)
    page.get_by_role("button", name="Deshacer").click()
    expect(page.get_by_text("Qué pasó al deshacerla")).to_be_visible(timeout=PATIENCE)
    checker.check(page)
    assert Sede.objects.open().count() == 4


def test_the_page_of_a_load_refreshes_itself_without_javascript(
    open_page: Callable[..., Page], checker: PageChecker, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    page = open_page(ministry, scripts=False, viewport=PHONE)
    upload(page, file)
    checker.check(page)
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    checker.check(page)


def test_a_preview_with_changes_fits_a_phone(
    open_page: Callable[..., Page], checker: PageChecker, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    rows = sites(4)
    load("import_reps", csv_file(tmp_path / "antes.csv", [row | {"t_lefonosede": "1"} for row in rows]))
    with_changes = csv_file(tmp_path / "abril.csv", [*rows, rows[0] | {"nombresede": ""}])
    page = open_page(ministry, viewport=PHONE)
    upload(page, with_changes)
    checker.check(page)
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    checker.check(page)
