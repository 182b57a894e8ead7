"""Projects with a server of their own, and processes that use it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from mipres_admin.embedded import folders
from mipres_admin.embedded.server import PROJECT, Server

ROOT = os.geteuid() == 0
only_as_root = pytest.mark.skipif(not ROOT, reason="only root hands the server to another account")
not_as_root = pytest.mark.skipif(ROOT, reason="root may write in every folder")

PROGRAM = """
import sys
from pathlib import Path
from mipres_admin.embedded.server import Server
Server(Path(sys.argv[1])).ensure_running()
print("ready", flush=True)
sys.stdin.read()
"""

FORKING_PROGRAM = """
import os, sys
from pathlib import Path
from mipres_admin.embedded.server import Server
Server(Path(sys.argv[1])).ensure_running()
child = os.fork()
if child == 0:
    print("ready", flush=True)
    sys.stdin.readline()
elif sys.argv[2] == "child":
    os.wait()
    print("the child has left", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def temporary_project(name: str = "project", mode: int = 0o755) -> Iterator[Path]:
    """Make a project folder, and leave nothing of it or of its server behind."""
    # Not pytest's tmp_path: only its owner can enter that one, so root's server would always fall back.
    parent = Path(tempfile.mkdtemp(prefix="mipres-test-", dir="/var/tmp"))
    parent.chmod(mode)
    project = parent / name
    project.mkdir(parents=True)
    try:
        yield project
    finally:
        try:
            Server(project).stop()
        finally:
            for folder in (parent, folders.fallback_home(project), folders.fallback_socket(project)):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def process_using(project: Path, program: str = PROGRAM, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process which uses the server until it reads the end of its standard input."""
    command = [sys.executable, "-c", program, str(project), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            read_line(process)
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line
    return line.strip()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def connected(running: Server) -> psycopg.Connection:
    socket = str(running.folders.socket)
    return psycopg.connect(host=socket, port=folders.PORT, user="mipres", dbname="mipres", autocommit=True)


def query(project: Path, sql: str = "SELECT current_database()") -> object:
    """Ask the server of a project, which ought to run already."""
    with connected(Server(project)) as connection:
        row = connection.execute(sql.encode()).fetchone()
    return row and row[0]


def postmaster(project: Path) -> int:
    return int((Server(project).data_directory() / "postmaster.pid").read_text().split()[0])


def wait_until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)
