"""Does the project's own PostgreSQL start, whatever a kill left behind, and with the right settings?"""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mipres_admin.embedded import folders
from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.server import PROJECT, Server
from tests.mipres_admin.embedded.processes import (
    PROGRAM,
    connected,
    leave,
    postmaster,
    process_using,
    query,
    temporary_project,
    wait_until,
)


def test_killed_server_starts_again_for_new_and_old_processes(project: Path, server: Server) -> None:
    server.ensure_running()
    with process_using(project), closing(connected(server)) as connection:
        # Too busy to notice the death, it keeps the memory of the killed server for a while.
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 9000) a, generate_series(1, 1000) b")
        os.kill(postmaster(project), signal.SIGKILL)
        with process_using(project) as following:
            assert query(project) == "mipres"
            os.kill(postmaster(project), signal.SIGKILL)
            server.restart()
            assert query(project) == "mipres"
            leave(following)
    server.leave()
    assert not server.is_running()


def test_pid_file_of_another_live_program_does_not_block_the_start(project: Path, server: Server) -> None:
    socket = server.ensure_running()
    files = [server.data_directory() / "postmaster.pid", socket / f"{folders.SOCKET_NAME}.lock"]
    texts = [file.read_text().split("\n", 1)[1] for file in files]
    server.leave()
    with server.folders.account.spawn(["/bin/sleep", "60"], subprocess.DEVNULL) as program:
        for file, text in zip(files, texts, strict=True):
            file.write_text(f"{program.pid}\n{text}")
            os.chown(file, server.folders.account.uid, server.folders.account.gid)
        with process_using(project) as user:
            assert query(project) == "mipres"
            leave(user)
        assert program.poll() is None
        program.kill()


def test_data_folder_interrupted_by_a_kill_is_made_again(project: Path) -> None:
    shutil.rmtree(project / ".postgres/data", ignore_errors=True)
    command = [sys.executable, "-c", PROGRAM, str(project)]
    with subprocess.Popen(command, cwd=PROJECT) as killed:
        wait_until(lambda: list(project.glob(".postgres/data-partial-*/PG_VERSION")))
        killed.kill()
    assert not Server(project).data_directory().exists()
    with process_using(project) as user:
        assert query(project) == "mipres"
        leave(user)


def test_eight_threads_start_one_server(server: Server) -> None:
    server.folders.log.unlink(missing_ok=True)
    with ThreadPoolExecutor(8) as pool:
        sockets = [future.result() for future in [pool.submit(server.ensure_running) for _ in range(8)]]
    assert len(set(sockets)) == 1
    assert server.folders.log.read_text().count("starting PostgreSQL") == 1


def test_extensions_treat_accented_letters_as_letters(project: Path, server: Server) -> None:
    server.ensure_running()
    with connected(server) as connection:
        for name in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}".encode())
    assert query(project, "SELECT unaccent(lower('ÑANDÚ'))") == "nandu"
    assert query(project, "SELECT similarity('Muñoz', 'Mu oz') < 1")


def test_failed_statement_leaves_no_personal_data_in_the_log(project: Path, server: Server) -> None:
    server.ensure_running()
    with pytest.raises(psycopg.errors.UniqueViolation):
        query(project, "CREATE TABLE person (number text UNIQUE); INSERT INTO person VALUES ('79001'), ('79001')")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        query(project, "SELECT '79001-X'::integer")
    server.leave()
    assert "79001" not in server.folders.log.read_text()


def test_data_of_another_major_version_is_refused_with_what_to_do() -> None:
    with temporary_project() as project:
        data = Server(project).data_directory()
        data.mkdir()
        (data / "PG_VERSION").write_text("12\n")
        with pytest.raises(ServerError, match=r"PostgreSQL 12 .* is 18\..* delete that folder .* DATABASE_URL"):
            Server(project).ensure_running()


def test_server_that_does_not_start_raises_with_its_log(server: Server) -> None:
    server.ensure_running()
    server.leave()
    configuration = server.data_directory() / "postgresql.conf"
    right = configuration.read_text()
    configuration.write_text("nonsense = 1\n")
    with pytest.raises(ServerError, match='unrecognized configuration parameter "nonsense"'):
        server.ensure_running()
    configuration.write_text(right)
