"""Where do the server's data, log, locks and socket live?

In `.postgres/` of the project. Only when root runs the project, and the server's account cannot enter that
folder, in a folder of its own under /var/tmp; and only when a socket's path would be too long, in /tmp.
"""

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mipres_admin.embedded import system_accounts
from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.system_accounts import SystemAccount

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# The smallest limit of the supported systems (macOS: 104 bytes with the closing NUL; Linux: 108).
LONGEST_SOCKET_PATH = 103

FALLBACK_HOMES = Path("/var/tmp")  # noqa: S108 - make_folder refuses what another account left there
FALLBACK_SOCKETS = Path("/tmp")  # noqa: S108 - the same


@dataclass(frozen=True)
class ServerFolders:
    """The folders of one project's server, and the account that runs it."""

    account: SystemAccount
    home: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"


def find(project: Path) -> ServerFolders:
    """Choose the folders of a project's server, and make them."""
    own, fallback = project / ".postgres", fallback_home(project)
    account = system_accounts.choose(own / "data", fallback / "data")
    home = own
    if not system_accounts.is_root():
        _make_own(own)
    elif _needs_fallback(own, fallback, account):
        home = make_folder(fallback, 0o755, os.geteuid())
    folders = ServerFolders(account, home, _socket_folder(project, home, account))
    _write_readme(own, folders)
    return folders


def fallback_home(project: Path) -> Path:
    """Return the folder which replaces `.postgres` when the server's account cannot enter that one."""
    return FALLBACK_HOMES / f"mipres-admin-{_project_hash(project)}"


def fallback_socket(project: Path) -> Path:
    """Return the folder which holds the socket when its usual path is too long."""
    return FALLBACK_SOCKETS / f"mipres-{_project_hash(project)}"


def make_folder(path: Path, mode: int, uid: int, gid: int = -1) -> Path:
    """Make a folder with this owner and mode; refuse one that another account made first."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    try:
        # A descriptor, so what is checked is also what is changed: a path could be swapped in between.
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise _refusal(path) from error
    try:
        status = os.fstat(descriptor)
        if status.st_uid not in {uid, os.geteuid()}:
            raise _refusal(path)
        if status.st_uid != uid:
            os.fchown(descriptor, uid, gid)
        if stat.S_IMODE(status.st_mode) != mode:
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)
    return path


def _refusal(path: Path) -> ServerError:
    return ServerError(
        f"{path} is not a folder of this account. See whose it is: use that account, or remove the folder."
    )


def _project_hash(project: Path) -> str:
    return f"{hashlib.sha256(os.fsencode(project)).hexdigest()[:12]}-{os.geteuid()}"


def _make_own(own: Path) -> None:
    try:
        own.mkdir()
    except FileExistsError:
        return
    own.chmod(0o755)


def _needs_fallback(own: Path, fallback: Path, account: SystemAccount) -> bool:
    if _can_enter(account, own):
        return (fallback / "data").is_dir() and not (own / "data").is_dir()
    if (own / "data").is_dir():
        raise ServerError(
            f"the account {account.name}, which must run it for root, cannot enter {own}, where its data is."
            " Move the project back to a folder which that account can enter, or delete that data."
        )
    return True


def _can_enter(account: SystemAccount, own: Path) -> bool:
    """Try it: modes alone do not say (ACLs, mounts without owners, read-only disks)."""
    try:
        _make_own(own)
        probe = make_folder(own / "socket", 0o700, account.uid, account.gid)
    except OSError:
        return False
    succeeded, _ = account.run("/bin/sh", "-c", 'test -w "$1" && cd "$1"', "sh", probe)
    return succeeded


def _socket_folder(project: Path, home: Path, account: SystemAccount) -> Path:
    folder = home / "socket"
    encoded = os.fsencode(folder / SOCKET_NAME)
    # libpq takes a comma for the end of one host, and psycopg cannot pass on what is not UTF-8.
    if len(encoded) > LONGEST_SOCKET_PATH or b"," in encoded or not _is_utf8(encoded):
        folder = fallback_socket(project)
    return make_folder(folder, 0o700, account.uid, account.gid)


def _is_utf8(encoded: bytes) -> bool:
    try:
        encoded.decode()
    except UnicodeDecodeError:
        return False
    return True


def _write_readme(own: Path, folders: ServerFolders) -> None:
    note = (
        "The project's own PostgreSQL, used while DATABASE_URL is not set.\n"
        f"Data, log and locks: {folders.home}\nSocket: {folders.socket}\n"
        "To start afresh, leave every program of the project, then delete the data folder.\n"
    ).encode(errors="surrogateescape")
    readme = own / "README"
    # Only information: on a read-only disk there is none.
    with suppress(OSError):
        if not readme.exists() or readme.read_bytes() != note:
            readme.write_bytes(note)
