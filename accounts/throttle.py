"""How many times may a password be guessed? Five per login and a hundred per address; then half an hour of rest.

The counter goes up in one statement before the password is looked at, so that guesses sent all at once cannot
overtake it. A locked counter does not move: knocking on a locked door neither counts nor prolongs the lock. Rows
hold a keyed hash of the login or the address, never the thing itself, and names that do not exist are counted
like those that do.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import LoginThrottle

# No row comes back while the counter is full and young: then the guess is refused.
COUNT = """
INSERT INTO accounts_loginthrottle AS throttle (key, failures, last_failure_at) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN throttle.last_failure_at <= %(forgotten)s THEN 1 ELSE throttle.failures + 1 END,
    last_failure_at = %(now)s
WHERE throttle.last_failure_at <= %(forgotten)s OR throttle.failures < %(allowed)s
RETURNING failures
"""
SWEEP = """
DELETE FROM accounts_loginthrottle WHERE key IN (
    SELECT key FROM accounts_loginthrottle WHERE last_failure_at <= %(forgotten)s FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True)
class Attempt:
    """One guess that has been counted, and may now be made."""

    name_key: str
    address_key: str | None
    failures: int

    @property
    def is_the_last(self) -> bool:
        """Whether the login is locked if this guess is wrong."""
        return self.failures >= settings.LOGIN_FAILURES_ALLOWED

    def forgive(self) -> None:
        """The guess was right: forget the login's failures and give the address this one back.

        The address keeps its other failures, or an attacker could wipe them with an account of his own.
        """
        LoginThrottle.objects.filter(key=self.name_key).delete()
        LoginThrottle.objects.filter(key=self.address_key, failures__gt=0).update(failures=F("failures") - 1)


def _lock() -> timedelta:
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"accounts.throttle.{kind}", value, algorithm="sha256").hexdigest()[:40]


def _network(address: str) -> str:
    """The address as one household has it: an IPv6 client picks any address of its /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return address


def _window(now: datetime) -> int:
    """The number of this half hour."""
    return int(now.timestamp() // _lock().total_seconds())


def _address_key(address: str, now: datetime) -> str:
    """The counter of this address in this half hour.

    By the clock, unlike a login's: behind the one address of a big hospital failures trickle in all day, and a
    window that each of them prolongs would end up locking everybody out.
    """
    return _key("address", f"{_network(address)} {_window(now)}")


def _count(key: str, allowed: int, now: datetime) -> int | None:
    """Count one guess in one statement; the guesses so far, or None when no more are allowed."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "now": now, "forgotten": now - _lock(), "allowed": allowed})
        row = cursor.fetchone()
    return row[0] if row else None


def _locked(left: timedelta) -> ValidationError:
    """What a person reads whose login or address is locked: why, for how long, and what to do."""
    minutes = max(1, ceil(left / timedelta(minutes=1)))
    return ValidationError(
        "Ingreso bloqueado por seguridad, porque hubo demasiados intentos fallidos. "
        f"Espere {minutes} {'minuto' if minutes == 1 else 'minutos'} e intente de nuevo con los datos correctos. "
        "Si usted no hizo esos intentos, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        code="locked",
    )


def _left_for_login(key: str, now: datetime) -> timedelta:
    last = LoginThrottle.objects.filter(key=key).values_list("last_failure_at", flat=True).first()
    return (last or now) + _lock() - now


def _left_for_address(now: datetime) -> timedelta:
    return (_window(now) + 1) * _lock() - timedelta(seconds=now.timestamp())


def admit(*, login: str, address: str | None, kind: str = "login") -> Attempt:
    """Count one guess at the password of `login` (already folded) from `address`, before it is made.

    Another `kind` counts guesses at something else, for example "factor" at the second factor of `login`.
    Call it outside a transaction: a count that rolls back is no count. Returns the attempt, to be forgiven when the
    guess was right. Raises ValidationError, with the message for the person, when login or address is locked.
    """
    now = timezone.now()
    name_key = _key(kind, login)
    address_key = _address_key(address, now) if address else None
    # The address first, so that one that is locked cannot go on locking other people's logins.
    if address_key and _count(address_key, settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS, now) is None:
        raise _locked(_left_for_address(now))
    failures = _count(name_key, settings.LOGIN_FAILURES_ALLOWED, now)
    if failures is None:
        raise _locked(_left_for_login(name_key, now))
    return Attempt(name_key, address_key, failures)


def sweep() -> None:
    """Delete the counters that no longer say anything."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"forgotten": timezone.now() - _lock()})
