"""Does a clerk of the Ministry load the REPS in a browser: upload, preview, apply with progress, undo?"""

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
from tests.journeys.conftest import PHONE, Judge
from tests.journeys.steps import enter_with_app
from tests.registry_files import csv_file, load, sites

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = int(os.environ.get("MIPRES_JOURNEY_ROWS", "1500"))
"""77,000 is the country; one shows the same."""
PATIENCE = 120_000


@pytest.fixture
def worker(live_server: Any) -> Iterator[None]:
    """The worker, beside the portal."""
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


def screenshot(page: Page, name: str) -> None:
    if folder := os.environ.get("MIPRES_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def upload(page: Page, file: Path) -> None:
    page.goto("/admin/registries/registryload/")
    page.get_by_role("link", name="Subir un archivo").click()
    page.get_by_label("Registro").select_option("REPS")
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_label("Motivo").fill("Corte de marzo de 2026")


def test_a_clerk_loads_the_reps_and_undoes_it(
    open_page: Callable[..., Page], judge: Judge, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    rows = sites(4)
    load("import_reps", csv_file(tmp_path / "antes.csv", [row | {"fecha_corte_reps": "2026-02-12"} for row in rows]))
    page = open_page()
    enter_with_app(page, ministry)
    upload(page, file)
    judge.read(page)
    screenshot(page, "1-subir")
    page.get_by_role("button", name="Subir y revisar").click()
    screenshot(page, "2-revisando")
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("marque «Aceptar que cierre más del 20 %").first).to_be_visible()
    judge.read(page)
    screenshot(page, "3-vista-previa")
    page.get_by_role("link", name="Aplicar…").click()
    judge.read(page)
    expect(page.get_by_label("Motivo")).to_have_value("Corte de marzo de 2026")
    page.get_by_label("Aceptar que cierre más del 20 %").check()
    screenshot(page, "4-aplicar")
    page.get_by_role("button", name="Aplicar").click()
    page.wait_for_url("**/change/")
    page.wait_for_timeout(2000 if ROWS > 10_000 else 0)
    screenshot(page, "5-avance")
    expect(page.get_by_text("Qué pasó con las filas")).to_be_visible(timeout=PATIENCE)
    judge.read(page)
    screenshot(page, "6-aplicada")
    assert Sede.objects.open().count() == ROWS - 2
    page.goto("/admin/registries/registryload/")
    judge.read(page)
    screenshot(page, "7-lista")
    page.go_back()
    page.get_by_role("link", name="Deshacer…").click()
    page.get_by_label("Motivo").fill("El archivo era de prueba")
    judge.read(page)
    screenshot(page, "8-deshacer")
    page.get_by_role("button", name="Deshacer").click()
    expect(page.get_by_text("Qué pasó al deshacerla")).to_be_visible(timeout=PATIENCE)
    judge.read(page)
    screenshot(page, "9-deshecha")
    assert Sede.objects.open().count() == 4


def test_on_a_phone_without_script_the_page_opens_itself_anew(
    open_page: Callable[..., Page], judge: Judge, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    page = open_page(scripts=False, viewport=PHONE)
    enter_with_app(page, ministry)
    upload(page, file)
    judge.read(page, scripts=False)
    screenshot(page, "movil-1-subir")
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    judge.read(page, scripts=False)
    screenshot(page, "movil-2-vista-previa")


def test_on_a_phone_nothing_is_wider_than_the_screen(
    open_page: Callable[..., Page], judge: Judge, ministry: Account, worker: None, file: Path, tmp_path: Path
) -> None:
    rows = sites(4)
    load("import_reps", csv_file(tmp_path / "antes.csv", [row | {"t_lefonosede": "1"} for row in rows]))
    with_changes = csv_file(tmp_path / "abril.csv", [*rows, rows[0] | {"nombresede": ""}])
    page = open_page(viewport=PHONE)
    enter_with_app(page, ministry)
    upload(page, with_changes)
    judge.read(page)
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Lista para aplicar")).to_be_visible(timeout=PATIENCE)
    judge.read(page)
    screenshot(page, "movil-3-cambios")
