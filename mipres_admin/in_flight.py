"""How many requests of one sender may a server process have in flight, so that those that wait leave threads to others?

A request that waits for a row keeps its thread for five seconds. The count is of this process, whose threads it
protects: one for all processes would cost each request two statements, or a lock that outlives its transaction.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

# in flight for one sender, for as long as they take; a server process has eight threads (--blocking-threads)
PLACES = 3
# how many more wait for a place, which those that are not slow soon leave
WAITING = 2
SLOW = 1.0


class TooManyInFlight(Exception):
    """All places of the sender are taken."""


class InFlight:
    """The places of each sender. `waiting` is how many more requests of one may wait for a place."""

    def __init__(self, waiting: int) -> None:
        self._waiting_allowed = waiting
        self._changed = Condition()
        self._since: dict[str, list[float]] = {}
        self._waiting: dict[str, int] = {}

    @contextmanager
    def place(self, sender: str) -> Iterator[None]:
        """Take a place of the sender's; raises TooManyInFlight.

        While one of the requests that have the places is not slow, a few others wait for it to end.
        """
        since = self._enter(sender)
        try:
            yield
        finally:
            self._leave(sender, since)

    def _enter(self, sender: str) -> float:
        with self._changed:
            if self._is_full(sender):
                self._wait(sender)
            since = time.monotonic()
            self._since.setdefault(sender, []).append(since)
            return since

    def _is_full(self, sender: str) -> bool:
        return len(self._since.get(sender, ())) >= PLACES

    def _wait(self, sender: str) -> None:
        waiting = self._waiting.get(sender, 0)
        if waiting >= self._waiting_allowed:
            raise TooManyInFlight
        self._waiting[sender] = waiting + 1
        try:
            while self._is_full(sender):
                left = max(self._since[sender]) + SLOW - time.monotonic()
                if left <= 0:
                    raise TooManyInFlight
                self._changed.wait(left)
        finally:
            self._waiting[sender] -= 1
            if not self._waiting[sender]:
                del self._waiting[sender]

    def _leave(self, sender: str, since: float) -> None:
        with self._changed:
            self._since[sender].remove(since)
            if not self._since[sender]:
                del self._since[sender]
            self._changed.notify_all()
