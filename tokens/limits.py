"""How many calls a minute? So many with good tokens of one entity, so many with bad tokens from one address.

The windows are the minutes of the clock and the counts are PostgreSQL's, the same for every process and server. A
process takes calls from a count in leases, so that a call seldom costs a statement; what the leases of other
processes leave unused is lost until the next minute. A counter that is full costs no statement at all.
"""

import time
from dataclasses import dataclass, field
from threading import Lock

from django.db import connection
from django.utils.crypto import salted_hmac

from tokens.errors import CallRefused

WINDOW_SECONDS = 60

# No row comes back when this minute's calls have all been taken.
LEASE = """
INSERT INTO tokens_callcounter AS counter (key, "window", taken) VALUES (%(key)s, %(window)s, %(lease)s)
ON CONFLICT (key) DO UPDATE SET
    taken = CASE WHEN counter."window" = %(window)s THEN counter.taken + %(lease)s ELSE %(lease)s END,
    "window" = %(window)s
WHERE counter."window" <> %(window)s OR counter.taken < %(allowed)s
RETURNING least(%(lease)s, %(allowed)s - taken + %(lease)s)
"""
SWEEP = """
DELETE FROM tokens_callcounter WHERE key IN (
    SELECT key FROM tokens_callcounter WHERE "window" < %(window)s - 1 FOR UPDATE SKIP LOCKED
)
"""


class TooManyCalls(CallRefused):
    """429, with the seconds after which a call makes sense again."""

    def __init__(self, message: str) -> None:
        wait = WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS
        super().__init__(429, message.format(seconds=wait), headers={"Retry-After": str(wait)})


@dataclass
class Limit:
    """So many calls a minute for each of something; `message` says why a call was refused."""

    name: str
    allowed: int
    lease: int
    message: str
    _window: int = 0
    _left: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, who: str) -> None:
        """Take one call; raises TooManyCalls (429) when the minute has none left."""
        window = int(time.time() // WINDOW_SECONDS)
        left = self._take_mine(who, window)
        if left is None:
            leased = self._take_lease(who, window)
            with self._lock:
                self._left[who] = max(self._left.get(who, 0), 0) + leased - 1 if leased > 0 else -1
            left = leased - 1
        if left < 0:
            raise TooManyCalls(self.message)

    def give_back(self, who: str) -> None:
        """The call does not count after all."""
        with self._lock:
            if who in self._left:
                self._left[who] = max(self._left[who], 0) + 1

    def forget(self) -> None:
        """Drop what this process has leased."""
        with self._lock:
            self._left = {}

    def _take_mine(self, who: str, window: int) -> int | None:
        """What is left of this process's lease after one call, negative when the count is full; None: no lease."""
        with self._lock:
            if window != self._window:
                self._window, self._left = window, {}
            left = self._left.get(who)
            if left is None or left == 0:
                return None
            if left > 0:
                self._left[who] = left - 1
            return left - 1

    def _take_lease(self, who: str, window: int) -> int:
        key = salted_hmac(f"tokens.limits.{self.name}", who, algorithm="sha256").hexdigest()[:40]
        asked: dict[str, str | int] = {
            "key": key,
            "window": window,
            "lease": min(self.lease, self.allowed),
            "allowed": self.allowed,
        }
        with connection.cursor() as cursor:
            cursor.execute(LEASE, asked)
            row = cursor.fetchone()
        return row[0] if row else 0


def sweep() -> None:
    """Delete the counts of minutes that are over."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"window": int(time.time() // WINDOW_SECONDS)})
