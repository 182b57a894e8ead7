"""Which processes use the server, and who may start or stop it now?

Two flocks, which the kernel drops when a process ends, even by a kill. `lock` is held while a process starts
or stops the server. `users.lock` is held, shared, by every process for as long as it uses the server.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class UsageLocks:
    """The locks of this process on the use of one server."""

    def __init__(self, home: Path) -> None:
        self._exclusive = home / "lock"
        self._users = home / "users.lock"
        self._membership: int | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the right to start or stop the server."""
        with _opened(self._exclusive) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                # Unlocked, not just closed: a child forked meanwhile has a copy, which would keep it locked.
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def join(self) -> None:
        """Become a user until `leave` or death. Call it inside `exclusive`."""
        if self._membership is None:
            descriptor = _open(self._users)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._membership = descriptor

    def leave(self) -> bool:
        """Stop being a user; return whether nobody else is one. Call it inside `exclusive`.

        A fork shares its parent's lock, so that one is closed and never unlocked or upgraded: it lasts until
        the last of them closes it. Whether there are other users is tried with a second lock.
        """
        if self._membership is not None:
            os.close(self._membership)
            self._membership = None
        with _opened(self._users) as descriptor, suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            return True
        return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
