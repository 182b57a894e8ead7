"""How often may something be done? Counters in one table, incremented in one statement before the attempt.

Nothing is checked first, so that concurrent attempts cannot pass the limit. While a counter is full it does not change:
another attempt neither counts nor prolongs the wait. A key is a keyed hash, never the login or address itself.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Required, TypedDict, Unpack

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mipres_admin.origin import Network, networks
from mipres_admin.rate_limits.models import RateCounter

logger = logging.getLogger(__name__)

# No row is returned while the counter is full: its window is not over, and neither is the wait, if it has waits.
# Of an empty array the element is NULL: such a counter has no waits and is full until its window is over.
INCREMENT = """
INSERT INTO rate_limits_ratecounter AS counter (key, subject, count, last_at, free_at, expires_at)
VALUES (%(key)s, %(subject)s, %(by)s, %(now)s, %(free_at)s, %(expires_at)s)
ON CONFLICT (key) DO UPDATE SET (count, last_at, free_at, expires_at) = (
    SELECT
        counted, %(now)s,
        CASE WHEN counted >= %(allowed)s THEN
            %(now)s + (%(waits)s::interval[])[least(counted - %(allowed)s + 1, cardinality(%(waits)s::interval[]))]
        END,
        greatest(
            counter.expires_at, %(expires_at)s, CASE WHEN counted >= %(allowed)s THEN %(kept_until)s::timestamptz END
        )
    FROM (SELECT CASE WHEN counter.expires_at <= %(now)s THEN 0 ELSE counter.count END + %(by)s AS counted)
)
WHERE counter.expires_at <= %(now)s OR counter.count < %(allowed)s OR counter.free_at <= %(now)s
RETURNING key, count, expires_at, free_at
"""
SWEEP = """
DELETE FROM rate_limits_ratecounter WHERE key IN (
    SELECT key FROM rate_limits_ratecounter WHERE expires_at <= %s FOR UPDATE SKIP LOCKED
)
"""


class LimitReached(Exception):
    """The counter is full; `remaining` says for how long."""

    def __init__(self, remaining: timedelta) -> None:
        super().__init__()
        self.remaining = remaining

    @property
    def wait(self) -> str:
        """How long to wait, in words: whole minutes, at least one."""
        minutes = max(1, -(-self.remaining // timedelta(minutes=1)))
        return f"{minutes} {'minuto' if minutes == 1 else 'minutos'}"


@dataclass(frozen=True)
class Counted:
    """A counter after an attempt: how many so far, and when it begins again."""

    key: str
    count: int
    expires_at: datetime
    free_at: datetime | None = None

    def release(self) -> None:
        """Do not count this attempt, nor wait for it; the others stay counted."""
        same_window = RateCounter.objects.filter(key=self.key, expires_at=self.expires_at, count__gt=0)
        same_window.update(count=F("count") - 1, free_at=timezone.now() if self.free_at else None)


def key_of(purpose: str, value: str) -> str:
    """The key of the counter of `value` for one purpose: a hash that needs the secret of the portal."""
    return salted_hmac(purpose, value, algorithm="sha256").hexdigest()[:40]


def end_of_window(length: timedelta, now: datetime) -> datetime:
    """When the window of the clock that `now` lies in is over, with windows of this length."""
    seconds = length.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)


class Options(TypedDict, total=False):
    """What `count` takes besides the key and how many are allowed."""

    expires_at: Required[datetime]
    by: int
    waits: Sequence[timedelta]
    kept_until: datetime | None
    subject: str


def count(
    key: str,
    *,
    allowed: int,
    expires_at: datetime,
    by: int = 1,
    waits: Sequence[timedelta] = (),
    kept_until: datetime | None = None,
    subject: str = "",
    stacklevel: int = 2,
) -> Counted:
    """Increment a counter, which begins again at `expires_at`. Raises LimitReached when it is full.

    An `expires_at` of `end_of_window` counts by the clock; one computed from now begins the wait again each time.
    With `waits` a counter is never full for good: from the last allowed attempt on there is one after each wait (the
    last wait comes again and again), and it is kept until `kept_until`. Counters of one `subject` are found together.
    Call it outside a transaction wherever a count must not be undone with it.
    """
    now = timezone.now()
    values: dict[str, Any] = {"key": key, "subject": subject, "by": by, "now": now, "expires_at": expires_at}
    values |= {"allowed": allowed, "waits": list(waits), "kept_until": kept_until}
    values["free_at"] = now + waits[0] if by >= allowed and waits else None
    with connection.cursor() as cursor:
        cursor.execute(INCREMENT, values)
        row = cursor.fetchone()
    if row is None:
        # the line says which limit by the name of the function that counts, and who by a part of the hash
        logger.warning("A limit is reached: %s.", key[:8], stacklevel=stacklevel)
        ends = RateCounter.objects.filter(key=key).values_list("free_at", "expires_at").first() or (None, expires_at)
        raise LimitReached((ends[0] or ends[1]) - now)
    return Counted(*row)


def count_networks(purpose: str, value: str = "", *, allowed: int, **options: Unpack[Options]) -> tuple[Counted, ...]:
    """Count, as `count` does, for each network of the current request: `value` within it, or whatever comes from it.

    Returns the counters, of the narrowest network first. Raises LimitReached when one is full; then none counts.
    """
    counted: list[Counted] = []
    try:
        for network in networks():
            key = key_of(purpose, f"{value} {network.name}".strip())
            counted.append(count(key, allowed=allowed * network.times, stacklevel=3, **options))
    except LimitReached:
        for one in counted:
            one.release()
        raise
    return tuple(counted)


def give_back(purpose: str, value: str | None = None) -> None:
    """Count one less for `value`, or without it for each network of the current request."""
    names = [value] if value is not None else [network.name for network in networks()]
    keys = [key_of(purpose, name) for name in names]
    RateCounter.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)


def reset(key: str) -> None:
    """Start a counter again from zero."""
    RateCounter.objects.filter(key=key).delete()


def sweep() -> None:
    """Delete the counters whose window is over."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, [timezone.now()])


@dataclass
class LeasedLimit:
    """At most `allowed` a minute of the clock for each value, or each network of the request.

    Each process leases several from the table at once.

    So a call seldom needs a statement, and a full counter none at all. What other processes have leased and do not use
    is lost until the next minute.
    """

    purpose: str
    allowed: int
    lease: int
    _ends_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)
    _left: dict[str, int] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def acquire(self, value: str | None = None) -> None:
        """Count one for `value`, or without it for each network of the current request.

        Raises LimitReached when the minute has none left; then none counts.
        """
        now = timezone.now()
        ends_at, taken = end_of_window(timedelta(minutes=1), now), list[str]()
        for network in networks() if value is None else (Network(value),):
            if not self._take(network, ends_at):
                for name in taken:
                    self.release(name)
                raise LimitReached(ends_at - now)
            taken.append(network.name)

    def _take(self, network: Network, ends_at: datetime) -> bool:
        with self._lock:
            if ends_at != self._ends_at:
                self._ends_at, self._left = ends_at, {}
            left = self._left.get(network.name, 0)
            self._left[network.name] = left - 1 if left > 0 else left
        return left > 0 or (left == 0 and self._lease(network, ends_at) > 0)

    def release(self, value: str) -> None:
        """Do not count the last one."""
        with self._lock:
            if value in self._left:
                self._left[value] = max(self._left[value], 0) + 1

    def clear(self) -> None:
        """Forget what this process has leased."""
        with self._lock:
            self._left = {}

    def _lease(self, network: Network, ends_at: datetime) -> int:
        """Lease more and count one of them; how many were leased. From here on, -1 means that the counter is full."""
        value, allowed = network.name, self.allowed * network.times
        lease = min(self.lease * network.times, allowed)
        try:
            counted = count(key_of(self.purpose, value), allowed=allowed, expires_at=ends_at, by=lease)
        except LimitReached:
            leased = 0
        else:
            leased = min(lease, allowed - counted.count + lease)
        with self._lock:
            self._left[value] = max(self._left.get(value, 0), 0) + leased - 1 if leased > 0 else -1
        return leased
