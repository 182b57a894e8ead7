"""Does the worker do each load once, whatever fails?"""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.test import Client

from accounts.models import Account
from demo.synthetic_reps import Inventor, write
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.jobs import scheduling
from registries import queue
from registries.loading.loader import LOAD_LOCK
from registries.models import RegistryChange, RegistryLoad, RegistryProgress
from tests.registries.registry_pages import contents, loaded, page_of, run_action, run_worker, uploaded
from tests.registry_files import csv_file, load, sede_row, sites

committing = pytest.mark.django_db(transaction=True)


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


def queued(client: Client, path: Path) -> RegistryLoad:
    waiting = uploaded(client, "reps", path)
    run_worker()
    run_action(client, waiting, "aplicar")
    return waiting


@pytest.fixture
def start_worker() -> Any:
    workers: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        database = connection.get_connection_params()
        url = f"postgres://{database.get('user', '')}@/{database['dbname']}?host={database.get('host', '')}"
        environment = os.environ | {
            "DATABASE_URL": url,
            "PGPASSWORD": str(database.get("password", "")),
            "PGPORT": str(database.get("port", 5432)),
            "MIPRES_MODE": "test",
        }
        command = [sys.executable, "manage.py", "worker", "--verbosity", "0"]
        workers.append(subprocess.Popen(command, env=environment, cwd=portal.BASE_DIR))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait(10)


def until(condition: Any, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def progress_of(load: RegistryLoad) -> RegistryProgress:
    return RegistryProgress.objects.get(load=load)


def is_free(waiting: RegistryLoad) -> bool:
    with transaction.atomic():
        return RegistryLoad.objects.select_for_update(skip_locked=True).filter(pk=waiting.pk).first() is not None


@committing
def test_killed_worker_loads_nothing_and_the_next_loads_all(clerk, tmp_path, start_worker):
    load("import_reps", csv_file(tmp_path / "before.csv", sites(3)))
    before = contents()
    waiting = uploaded(clerk, "reps", reps(tmp_path, 30_000))
    # what it would do has been seen; here only its application matters
    RegistryLoad.objects.filter(pk=waiting.pk).update(state="previewed")
    run_action(clerk, waiting, "aplicar", allow_closing="on")
    worker = start_worker()
    until(lambda: progress_of(waiting).done > 0.2)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    # PostgreSQL ends the statement within two seconds, and undoes what it did
    until(lambda: is_free(waiting))
    assert contents() == before
    assert RegistryLoad.objects.get(pk=waiting.pk).state == "queued"
    assert not RegistryChange.objects.exists()
    start_worker()
    until(lambda: progress_of(waiting).attempts == 2)
    assert "va en el intento 2" in page_of(clerk, waiting)
    until(lambda: RegistryLoad.objects.get(pk=waiting.pk).state == "applied")
    assert Sede.objects.open().count() == 30_000
    assert HistoryEntry.objects.filter(event="reps.loaded").count() == 2


@committing
def test_stopped_worker_leaves_the_load_for_the_next(clerk, tmp_path):
    waiting = uploaded(clerk, "reps", reps(tmp_path))
    assert queue.run_next_load(lambda: True) is False
    waiting.refresh_from_db()
    assert (waiting.state, Entity.objects.count()) == ("uploaded", 0)
    run_worker()
    waiting.refresh_from_db()
    assert waiting.state == "previewed"


@committing
def test_two_workers_apply_a_load_once(clerk, tmp_path):
    waiting = queued(clerk, reps(tmp_path, 3_000))

    def round_of_a_worker(_: int) -> None:
        try:
            for _ in range(5):
                queue.run_next_load()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(round_of_a_worker, range(3)))
    run_worker()
    waiting.refresh_from_db()
    assert (waiting.state, Sede.objects.count()) == ("applied", 3_000)
    assert HistoryEntry.objects.filter(event="reps.loaded").count() == 1


@committing
def test_load_by_command_makes_the_worker_wait(clerk, tmp_path):
    waiting = uploaded(clerk, "reps", reps(tmp_path))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOAD_LOCK])
            assert queue.run_next_load() is False
    finally:
        other.close()
    run_worker()
    waiting.refresh_from_db()
    assert waiting.state == "previewed"


@committing
def test_running_load_cannot_be_cancelled_or_applied(clerk, tmp_path):
    waiting = queued(clerk, reps(tmp_path))
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM registries_registryload WHERE id = %s FOR NO KEY UPDATE", [waiting.pk])
            assert "no se puede interrumpir a medias" in run_action(clerk, waiting, "cancelar")
    finally:
        other.close()


@committing
def test_progress_is_seen_by_others_while_the_load_runs(clerk, tmp_path, monkeypatch):
    waiting = uploaded(clerk, "reps", reps(tmp_path, 6_000))
    seen = []
    monkeypatch.setattr(queue, "SECONDS_BETWEEN_UPDATES", 0)

    def look_from_elsewhere() -> bool:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT rows FROM registries_registryprogress WHERE load_id = %s", [waiting.pk])
                seen.append(cursor.fetchone()[0])
        finally:
            other.close()
        return False

    queue.run_next_load(look_from_elsewhere)
    assert seen[1:] == [2_000, 4_000, 6_000]


def test_page_shows_the_progress(clerk, tmp_path, db):
    waiting = uploaded(clerk, "reps", reps(tmp_path))
    RegistryProgress.objects.update(attempts=1, done=0.5, rows=10, at=Now())
    page = page_of(clerk, waiting)
    assert "Leyendo el archivo…" in page
    assert '<progress max="100" value="40"' in page
    RegistryProgress.objects.update(done=1)
    assert "Comparando con el registro…" in page_of(clerk, waiting)


def test_page_says_when_the_worker_is_late(clerk, tmp_path, db):
    waiting = uploaded(clerk, "reps", reps(tmp_path))
    RegistryProgress.objects.update(attempts=1)
    assert "Se interrumpió y no cambió nada." in page_of(clerk, waiting)
    RegistryProgress.objects.update(attempts=0)
    RegistryLoad.objects.update(uploaded_at=Now() - timedelta(minutes=5))
    assert "Avise a quien opera el portal" in page_of(clerk, waiting)


@committing
def test_failing_load_is_refused_after_three_attempts(clerk, tmp_path, monkeypatch, caplog):
    waiting = uploaded(clerk, "reps", reps(tmp_path))
    monkeypatch.setattr(queue, "_STEPS", {"uploaded": lambda load, progress: 1 / 0})
    for _ in range(3):
        assert not scheduling.run_queues()
        assert RegistryLoad.objects.get().state == "uploaded"
    assert scheduling.run_queues()
    waiting.refresh_from_db()
    assert waiting.state == "refused"
    assert "no pudo terminar" in page_of(clerk, waiting)


def test_value_that_the_database_refuses_refuses_the_load_at_once(clerk, tmp_path, monkeypatch, caplog, db):
    monkeypatch.setattr("registries.loading.cell_values.CONTROL", re.compile("(?!)"))
    waiting = uploaded(clerk, "reps", csv_file(tmp_path / "reps.csv", [sede_row(nombresede="LA\x07MALA")]))
    run_worker()
    waiting.refresh_from_db()
    assert waiting.state == "refused"
    assert "la base de datos no recibe un valor" in waiting.error
    assert "MALA" not in waiting.error + caplog.text


@committing
def test_failing_undo_leaves_the_load_applied(clerk, tmp_path, monkeypatch, caplog):
    done = loaded(clerk, "reps", reps(tmp_path))
    run_action(clerk, done, "deshacer")
    monkeypatch.setattr(queue, "_STEPS", {"undo_queued": lambda load, progress: 1 / 0})
    for _ in range(4):
        scheduling.run_queues()
    done.refresh_from_db()
    assert (done.state, done.is_undoable) == ("applied", True)


def test_queue_is_named_once(monkeypatch):
    monkeypatch.setattr(scheduling, "_queues", {})
    scheduling.register_queue(name="a queue", run_next=lambda stop: False)
    with pytest.raises(ValueError, match="a queue"):
        scheduling.register_queue(name="a queue", run_next=lambda stop: False)
