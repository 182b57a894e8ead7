"""Which loads, files and reports can exist?"""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registries.models import RegistryChange, RegistryFile, RegistryLoad, RegistryProgress
from tests.cells import each_cell
from tests.registry_files import (
    counts,
    csv_file,
    load,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


GOOD = {"kind": "reps", "file_name": "reps.csv", "sha256": "0" * 64}


WAITING = GOOD | {"state": "previewed", "loaded_at": None}


def make(**fields: Any) -> RegistryLoad:
    return RegistryLoad.objects.create(**(GOOD | fields))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": ""}, "registry_load_kind_well_formed"),
        ({"kind": "REPS 2"}, "registry_load_kind_well_formed"),
        ({"file_name": ""}, "registry_load_has_file_name"),
        ({"sha256": "corta"}, "registry_load_sha256_well_formed"),
    ],
)
def test_record_of_a_load_is_well_formed(fields: dict[str, str], constraint: str) -> None:
    good = {"kind": "reps", "file_name": "reps.csv", "sha256": "0" * 64, "counts": {}}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RegistryLoad.objects.create(**(good | fields))


def test_record_of_a_load_names_its_registry_and_file() -> None:
    assert str(RegistryLoad(kind="rethus", file_name="octubre.csv")) == "ReTHUS octubre.csv"


@each_cell(
    ("fields", "constraint"),
    [
        ({"state": "otro"}, "registry_load_applied_has_date"),
        ({"state": "applied", "loaded_at": None}, "registry_load_applied_has_date"),
        ({"state": "uploaded"}, "registry_load_applied_has_date"),
        ({"state": "undone"}, "registry_load_undone_has_date"),
        ({"undone_at": timezone.now()}, "registry_load_undone_has_date"),
        ({"state": "queued", "loaded_at": None}, "registry_load_queued_has_requester"),
        ({"state": "undo_queued"}, "registry_load_queued_has_requester"),
        ({"state": "refused", "loaded_at": None}, "registry_load_refused_has_error"),
        ({**WAITING, "is_undoable": True}, "registry_load_undoable_is_applied"),
    ],
)
def test_impossible_load_is_refused(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"is_undoable": True}, "registry_load_one_undoable"), (WAITING, "registry_load_one_open_per_file")],
)
def test_each_registry_has_one_undoable_load_and_one_open_file(fields: dict[str, Any], constraint: str) -> None:
    make(**fields)
    make(**fields | {"kind": "eps"})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**fields)


def test_file_is_not_empty() -> None:
    with pytest.raises(IntegrityError, match="registry_file_not_empty"), transaction.atomic():
        RegistryFile.objects.create(load=make(), content=b"x", size=0)


@pytest.mark.parametrize("done", [-0.1, 1.1])
def test_progress_is_between_zero_and_one(done: float) -> None:
    with pytest.raises(IntegrityError, match="registry_progress_is_fraction"), transaction.atomic():
        RegistryProgress.objects.create(load=make(), done=done)


def test_earlier_row_is_stored_once_per_load() -> None:
    row = {"load": make(), "table": "entities_sede", "key": "1", "before": {}}
    RegistryChange.objects.create(**row)
    with pytest.raises(IntegrityError, match="registry_change_once_per_row"), transaction.atomic():
        RegistryChange.objects.create(**row)
