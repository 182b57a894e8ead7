"""When are files and reports deleted?"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import Account
from demo.synthetic_reps import Inventor, write
from entities.models import Sede
from mipres_admin.history.models import HistoryEntry
from registries import retention
from registries.models import RegistryFile, RegistryLoad, RegistryReport
from tests.registries.registry_pages import loaded, page_of, run_action, run_worker, uploaded
from tests.registry_files import csv_file, sede_row, sites

CUT = date(2026, 3, 12)


@pytest.fixture
def clerk(ministry: Account) -> Client:
    client = Client()
    client.force_login(ministry)
    return client


def reps(folder: Path, rows: int = 20, seed: int = 1) -> Path:
    path = folder / f"reps-{rows}-{seed}.csv"
    write(path, Inventor(seed, CUT).rows(rows))
    return path


@pytest.fixture
def old(clerk, tmp_path, db):
    """One load that is applied, one that nobody applied, both eight days old."""
    loaded(clerk, "reps", csv_file(tmp_path / "a.csv", [sede_row()]))
    uploaded(clerk, "reps", csv_file(tmp_path / "b.csv", sites(2)))
    RegistryLoad.objects.update(uploaded_at=Now() - timedelta(days=8))


def test_files_and_unapplied_loads_expire_after_a_week(old):
    retention.delete_expired()
    assert not RegistryFile.objects.exists()
    assert list(RegistryLoad.objects.values_list("state", flat=True)) == ["cancelled", "applied"]
    entry = HistoryEntry.objects.get(event="registry.cancelled")
    assert (entry.actor, entry.reason) == (None, "Nadie la aplicó en siete días.")


def test_within_the_week_everything_stays(clerk, tmp_path, db):
    loaded(clerk, "reps", csv_file(tmp_path / "a.csv", [sede_row()]))
    uploaded(clerk, "reps", csv_file(tmp_path / "b.csv", sites(2)))
    retention.delete_expired()
    assert RegistryFile.objects.count() == 2


def test_load_without_file_can_still_be_undone(old, clerk):
    retention.delete_expired()
    done = RegistryLoad.objects.get(state="applied")
    run_action(clerk, done, "deshacer")
    run_worker()
    assert not Sede.objects.exists()


def test_reports_are_deleted_after_ninety_days(old, clerk):
    RegistryReport.objects.update(created_at=Now() - timedelta(days=91))
    retention.delete_expired()
    assert not RegistryReport.objects.exists()
    done = RegistryLoad.objects.get(state="applied")
    assert "ya no se guarda" in page_of(clerk, done)
