"""Are loads uploaded, queued and cancelled once?"""

import html
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from entities.models import Entity
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryFile, RegistryLoad
from tests.registries.registry_pages import LIST, loaded, run_action, run_worker, upload, uploaded
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


def test_load_by_command_is_in_the_list(clerk, file):
    load("import_reps", file(sede_row(), name="a-mano.csv"))
    page = html.unescape(clerk.get(LIST).text)
    assert "a-mano.csv" in page
    assert "por comando" in page
    assert "nuevas: 1" in page


def test_uploaded_file_is_stored_compressed(clerk, file):
    waiting = uploaded(clerk, "reps", file(*sites(50)))
    kept = RegistryFile.objects.get(load=waiting)
    assert len(kept.content) < kept.size / 5


def test_double_click_applies_once(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    run_worker()
    run_action(clerk, waiting, "aplicar")
    assert "Ya estaba hecho" in run_action(clerk, waiting, "aplicar")
    run_worker()
    assert "Ya estaba hecho" in run_action(clerk, waiting, "aplicar")
    assert HistoryEntry.objects.filter(event="reps.loaded").count() == 1
    assert HistoryEntry.objects.filter(event="registry.queued").count() == 1


def test_same_file_twice_is_one_load(clerk, file):
    uploaded(clerk, "reps", file(sede_row()))
    assert "ya estaba subido" in upload(clerk, "reps", file(sede_row())).text
    assert RegistryLoad.objects.count() == 1


def test_cancelled_load_has_no_file_and_is_not_applied(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    assert "quedó cancelada" in run_action(clerk, waiting, "cancelar", reason="Archivo equivocado")
    run_worker()
    waiting.refresh_from_db()
    assert (waiting.state, RegistryFile.objects.count(), Entity.objects.count()) == ("cancelled", 0, 0)
    assert HistoryEntry.objects.get(event="registry.cancelled").reason == "Archivo equivocado"


@pytest.mark.parametrize("slug", ["aplicar", "cancelar", "deshacer"])
def test_every_action_requires_a_reason(clerk, file, slug):
    waiting = loaded(clerk, "reps", file(sede_row())) if slug == "deshacer" else uploaded(clerk, "reps", file())
    RegistryLoad.objects.filter(state="uploaded").update(state="previewed")
    assert "Ingrese el motivo." in run_action(clerk, waiting, slug, reason=" ")
