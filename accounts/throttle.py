"""How many times may a password be guessed, or a link asked for? So many per login and per address; then half an hour.

The counter goes up in one statement before the password is looked at, so that guesses sent all at once cannot
overtake it. A locked counter does not move: knocking on a locked door neither counts nor prolongs the lock. Rows
hold a keyed hash of the login or the address, never the thing itself, and names that do not exist are counted
like those that do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.events import Event
from accounts.models import Account, LoginThrottle
from mipres_admin.access import network_of
from mipres_admin.models import HistoryEntry

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
# wrong passwords; second factors have counters of their own
LOCKING_EVENTS = (Event.SESSION_REFUSED, Event.PASSWORD_REFUSED, Event.SECURITY_REFUSED)


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


def _window(now: datetime) -> int:
    """The number of this half hour."""
    return int(now.timestamp() // _lock().total_seconds())


def _address_key(address: str, now: datetime, kind: str = "address") -> str:
    """The counter of this address in this half hour.

    By the clock, unlike a login's: behind the one address of a big hospital failures trickle in all day, and a
    window that each of them prolongs would end up locking everybody out.
    """
    return _key(kind, f"{network_of(address)} {_window(now)}")


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


def holder_of(account: Account) -> str:
    """Under which name guesses at the second factor are counted: the accounts that share factors share it."""
    shared = account.person_id is not None and not account.is_staff
    return f"person {account.person_id}" if shared else f"account {account.pk}"


def keys_of(account: Account) -> list[str]:
    """The counters that can keep the holder of this account out: wrong passwords, wrong second factors."""
    return [_key("login", account.login), _key("factor", holder_of(account))]


def key_of_login(login: str) -> str:
    """The counter of the failed log-ins of a name, as it was typed."""
    return _key("login", login.strip().upper())


def forgive_login(login: str) -> None:
    """Forget the failed log-ins of a login: its owner has shown otherwise who he is."""
    LoginThrottle.objects.filter(key=_key("login", login)).delete()


def _asked_too_often(what: str, left: timedelta) -> ValidationError:
    minutes = max(1, ceil(left / timedelta(minutes=1)))
    return ValidationError(
        f"Se hicieron demasiadas solicitudes {what} o desde esta conexión. "
        f"Espere {minutes} {'minuto' if minutes == 1 else 'minutos'} e intente de nuevo; mientras tanto revise su "
        "correo: el último enlace que le llegó sirve durante una hora.",
        code="too_often",
    )


def _admit_request(kind: str, what: str, names: tuple[str, ...], address: str | None) -> list[str]:
    """Count one request for a link by each of its names and its address; the keys of the names."""
    now = timezone.now()
    address_key = _address_key(address, now, f"{kind}.address") if address else None
    if address_key and _count(address_key, settings.RECOVERIES_ALLOWED_PER_ADDRESS, now) is None:
        raise _asked_too_often(what, _left_for_address(now))
    keys = [_key(kind, name) for name in names]
    for key in keys:
        if _count(key, settings.RECOVERIES_ALLOWED, now) is None:
            raise _asked_too_often(what, _left_for_login(key, now))
    return keys


def admit_recovery(*, login: str, address: str | None) -> str:
    """Count one request for a link to `login` (already folded) from `address`, whether or not such a login exists.

    Call it outside a transaction. Returns the key of the login's counter. Raises ValidationError, with the message
    for the person, when there were too many: five per login, fifty per address.
    """
    return _admit_request("recovery", "de contraseña para este usuario", (login,), address)[0]


def admit_link(*, document: str, email: str, address: str | None) -> None:
    """Count one request of the person of `document` for a link to `email`, so that nobody can flood either.

    As `admit_recovery`: outside a transaction; ValidationError beyond five per document or e-mail, fifty per address.
    """
    _admit_request("link", "con este documento o este correo", (document, email.lower()), address)


def sweep() -> None:
    """Delete the counters that no longer say anything."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"forgotten": timezone.now() - _lock()})


def locked_accounts() -> list[Account]:
    """The accounts whose password nobody may try now.

    The counters hold no logins: the history tells which accounts were locked within the last half hour, and the
    counters which of them still are.
    """
    since = timezone.now() - _lock()
    events = HistoryEntry.objects.filter(event__in=LOCKING_EVENTS, at__gt=since, after__locked=True)
    ids = events.filter(object_type=Account._meta.label_lower).order_by().values_list("object_id", flat=True).distinct()
    by_key = {_key("login", account.login): account for account in Account.objects.filter(pk__in=list(map(int, ids)))}
    full = LoginThrottle.objects.filter(
        key__in=by_key, failures__gte=settings.LOGIN_FAILURES_ALLOWED, last_failure_at__gt=since
    )
    return [by_key[key] for key in full.order_by().values_list("key", flat=True)]
