"""Does a backup bring everything back, and does nothing go wrong by halves?"""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from mipres_admin.database import backup as module
from roles.actions.role_assignments import activate_user
from tests.factories import make_delegate, make_entity, make_sede, make_user

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a_days_work():
    ips = make_entity()
    delegate, sede, user = make_delegate(ips), make_sede(ips), make_user()
    activate_user(by=delegate, user=user, sede=sede, option="profesional", roles={"Rol_Prescriptor", "Rol_Anulador"})


@pytest.fixture
def empty_database():
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents():
    """How many rows each table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def manage(database, *arguments):
    """A command of the portal on another database of the same server."""
    parameters = connection.get_connection_params()
    host, port = parameters.get("host") or "", parameters.get("port") or 5432
    url = f"postgres://{parameters['user']}@/{database}?host={host}&port={port}"
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": url, "MIPRES_MODE": "test", "DJANGO_SETTINGS_MODULE": "mipres_admin.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )


COUNT = "from tests.mipres_admin.database.test_backup import contents; import json; print(json.dumps(contents()))"


def test_a_drill_loses_nothing(a_days_work, empty_database, tmp_path):
    call_command("backup", str(tmp_path / "copia"), verbosity=0)
    restored = manage(empty_database, "restore", str(tmp_path / "copia"))
    assert restored.returncode == 0, restored.stderr
    assert "La historia está completa: 1 actos" in restored.stdout
    counted = manage(empty_database, "shell", "--no-imports", "-c", COUNT)
    assert counted.stdout.strip().endswith(str(contents()).replace("'", '"'))


def test_a_backup_is_its_owners_alone(tmp_path):
    module.backup(tmp_path / "copia")
    assert stat.S_IMODE((tmp_path / "copia").stat().st_mode) == 0o600


def test_a_backup_is_never_written_over(tmp_path):
    (tmp_path / "copia").write_text("the only one")
    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(tmp_path / "copia"))
    assert (tmp_path / "copia").read_text() == "the only one"


def test_a_backup_that_fails_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "program", lambda name: Path("/bin/false"))
    with pytest.raises(CommandError, match="failed"):
        call_command("backup", str(tmp_path / "copia"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / "no" / "copia"))


def test_a_database_with_tables_is_left_as_it_is(tmp_path):
    (tmp_path / "copia").write_text("anything")
    before = contents()
    with pytest.raises(CommandError, match="nothing was touched"):
        call_command("restore", str(tmp_path / "copia"))
    assert contents() == before


def test_half_a_backup_restores_nothing(a_days_work, empty_database, tmp_path):
    call_command("backup", str(tmp_path / "copia"), verbosity=0)
    whole = (tmp_path / "copia").read_bytes()
    (tmp_path / "media").write_bytes(whole[: len(whole) // 2])
    assert "pg_restore failed" in manage(empty_database, "restore", str(tmp_path / "media")).stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
    again = manage(empty_database, "restore", str(tmp_path / "copia"))
    assert again.returncode == 0, again.stderr


def test_a_missing_program_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_folders", list)
    with transaction.atomic(), pytest.raises(CommandError, match="install postgresql-client-1"):
        call_command("backup", str(tmp_path / "copia"))
