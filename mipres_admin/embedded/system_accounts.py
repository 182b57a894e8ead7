"""Which account of the system runs the server, and how is a program run as that account?"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mipres_admin.embedded.errors import ServerError

# PostgreSQL refuses to run as root.
UNPRIVILEGED = ("postgres", "_postgres", "nobody")

# None of our variables (SECRET_KEY, PGHOST, LD_PRELOAD) may reach a server that outlives this process.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True)
class SystemAccount:
    """The account which owns the data and runs the server."""

    name: str
    uid: int
    gid: int

    def spawn(self, command: Sequence[str | Path], output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program as this account, away from our terminal, folder and environment."""
        root = is_root()
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                user=self.uid if root else None,
                group=self.gid if root else None,
                extra_groups=() if root else None,
            )
        except PermissionError as error:
            if error.filename is not None:
                raise
            raise ServerError(f"this root may not run programs as the account {self.name}.") from error

    def run(self, *command: str | Path) -> tuple[bool, str]:
        """Run a program to its end; return whether it succeeded, and its output."""
        with self.spawn(command, subprocess.PIPE) as process:
            try:
                output, _ = process.communicate(timeout=120)
            except BaseException:
                process.kill()
                raise
        return process.returncode == 0, output.decode(errors="replace").strip()


def is_root() -> bool:
    """Whether this process is root, which must hand the server to another account."""
    return os.geteuid() == 0


def choose(*data: Path) -> SystemAccount:
    """Return the account for the server: the owner of its data if there is any, else the usual one."""
    if not is_root():
        return _by_uid(os.geteuid())
    owners = [folder.stat().st_uid for folder in data if folder.is_dir()]
    for uid in owners:
        if uid != 0:
            return _by_uid(uid)
    for name in UNPRIVILEGED:
        try:
            return _by_uid(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise ServerError("it must not run as root, and this machine has no account postgres or nobody.")


def _by_uid(uid: int) -> SystemAccount:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return SystemAccount(str(uid), uid, os.getegid() if not is_root() else uid)
    return SystemAccount(entry.pw_name, uid, entry.pw_gid)
