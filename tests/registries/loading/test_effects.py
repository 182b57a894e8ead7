"""Are effects called, counted and undone?"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from entities.models import Sede
from registries.loading import effects
from registries.loading.effects import Effect
from registries.models import RegistryLoad
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


def undone(client: Client, kind: str = "reps", reason: str = "Archivo equivocado") -> RegistryLoad:
    last = RegistryLoad.objects.not_undone(kind).first()
    assert last is not None
    run_action(client, last, "deshacer", reason=reason)
    run_worker()
    last.refresh_from_db()
    return last


def test_counts_of_effects_are_shown_in_preview_and_result(clerk, file, monkeypatch):
    monkeypatch.setattr(effects, "_effects", [Effect(lambda load: {"roles que terminan": 3}, lambda load: None)])
    waiting = uploaded(clerk, "reps", file(sede_row()))
    run_worker()
    assert "Roles que terminan</th><td>3" in page_of(clerk, waiting)


def test_effects_are_undone_after_the_rows(clerk, tmp_path, monkeypatch):
    seen = []

    def undo(load):
        seen.append((load.kind, Sede.objects.count()))
        return {"roles que vuelven": 2}

    monkeypatch.setattr(effects, "_effects", [Effect(lambda load: None, undo)])
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    last = undone(clerk)
    assert seen == [("reps", 0)]
    assert "Roles que vuelven</th><td>2" in page_of(clerk, last)
