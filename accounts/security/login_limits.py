"""How many wrong passwords and requests for links are allowed per login and address? Then half an hour of waiting.

Names that do not exist are counted like those that do (`rate_limits` has the counters).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from mipres_admin.origin import network_of
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.limiter import Counted, LimitReached
from mipres_admin.rate_limits.models import RateCounter

# wrong passwords; second factors have counters of their own
LOCKING_EVENTS = (Event.SESSION_REFUSED, Event.PASSWORD_REFUSED, Event.SECURITY_REFUSED)


@dataclass(frozen=True)
class Attempt:
    """One guess that has been counted and may now be checked."""

    login: Counted
    address: Counted | None

    @property
    def key(self) -> str:
        """The key of the login's counter."""
        return self.login.key

    @property
    def is_last_allowed(self) -> bool:
        """Whether the login is locked if this guess is wrong."""
        return self.login.count >= settings.LOGIN_FAILURES_ALLOWED

    def reset(self) -> None:
        """The guess was right: forget the login's failures and give the address this one back.

        The address keeps its other failures, or an attacker could wipe them with an account of their own.
        """
        limiter.reset(self.key)
        if self.address:
            self.address.release()


def _period() -> timedelta:
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def last_attempt(counter: RateCounter) -> datetime:
    """When the counter of a name was raised last."""
    return counter.expires_at - _period()


def _key(kind: str, value: str) -> str:
    return limiter.key_of(f"accounts.login_limits.{kind}", value)


def _count_name(kind: str, name: str, allowed: int) -> Counted:
    """Count for a name; each count begins its half hour again."""
    return limiter.count(_key(kind, name), allowed=allowed, expires_at=timezone.now() + _period())


def _count_address(address: str | None, allowed: int, kind: str = "address") -> Counted | None:
    """Count for an address, in this half hour of the clock.

    By the clock, unlike a name's: behind the one address of a big hospital failures trickle in all day, and a
    half hour that each of them begins again would end up locking everybody out.
    """
    if not address:
        return None
    expires_at = limiter.end_of_window(_period(), timezone.now())
    return limiter.count(_key(kind, network_of(address)), allowed=allowed, expires_at=expires_at)


def _locked(wait: str) -> ValidationError:
    """What a person reads whose login or address is locked: why, for how long, and what to do."""
    return ValidationError(
        "Ingreso bloqueado por seguridad, porque hubo demasiados intentos fallidos. "
        f"Espere {wait} e intente de nuevo con los datos correctos. "
        "Si usted no hizo esos intentos, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        code="locked",
    )


def register_attempt(*, login: str, address: str | None, kind: str = "login") -> Attempt:
    """Count one guess at the password of `login` (already folded) from `address`, before it is made.

    Another `kind` counts guesses at something else, for example "factor" at the second factor of `login`.
    Call it outside a transaction: a count that rolls back is no count. Returns the attempt, to be reset when the
    guess was right. Raises ValidationError, with the message for the person, when login or address is locked.
    """
    try:
        # The address first, so that one that is locked cannot go on locking other people's logins.
        by_address = _count_address(address, settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS)
        return Attempt(_count_name(kind, login, settings.LOGIN_FAILURES_ALLOWED), by_address)
    except LimitReached as reached:
        raise _locked(reached.wait) from None


def counter_keys(account: Account) -> list[str]:
    """The counters that can lock this account: wrong passwords, wrong second factors."""
    return [_key("login", account.login), _key("factor", str(account.pk))]


def reset_login(login: str) -> None:
    """Forget the failed log-ins of a login whose owner has shown otherwise who they are."""
    limiter.reset(_key("login", login))


def _register_request(kind: str, what: str, names: tuple[str, ...], address: str | None) -> list[Counted]:
    """Count one request for a link by its address and each of its names; the counters of the names."""
    try:
        _count_address(address, settings.RECOVERIES_ALLOWED_PER_ADDRESS, f"{kind}.address")
        return [_count_name(kind, name, settings.RECOVERIES_ALLOWED) for name in names]
    except LimitReached as reached:
        raise ValidationError(
            f"Se hicieron demasiadas solicitudes {what} o desde esta conexión. "
            f"Espere {reached.wait} e intente de nuevo; mientras tanto revise su "
            "correo: el último enlace que le llegó sirve durante una hora.",
            code="too_often",
        ) from None


def register_recovery(*, login: str, address: str | None) -> str:
    """Count one request for a link to `login` (already folded) from `address`, whether or not such a login exists.

    Call it outside a transaction. Returns the key of the login's counter. Raises ValidationError, with the message
    for the person, when there were too many: five per login, fifty per address.
    """
    return _register_request("recovery", "de contraseña para este usuario", (login,), address)[0].key


def register_link_request(*, document: str, email: str, address: str | None) -> None:
    """Count one request of the person of `document` for a link to `email`, so that nobody can flood either.

    As `register_recovery`: outside a transaction; ValidationError beyond five per document or e-mail, 50 per address.
    """
    _register_request("link", "con este documento o este correo", (document, email.lower()), address)


def locked_accounts() -> list[Account]:
    """The accounts whose password nobody may try now.

    The counters hold no logins: the history tells which accounts were locked within the last half hour, and the
    counters which of them still are.
    """
    now = timezone.now()
    events = HistoryEntry.objects.filter(event__in=LOCKING_EVENTS, at__gt=now - _period(), after__locked=True)
    ids = events.filter(object_type=Account._meta.label_lower).order_by().values_list("object_id", flat=True).distinct()
    by_key = {_key("login", account.login): account for account in Account.objects.filter(pk__in=list(map(int, ids)))}
    locked = RateCounter.objects.filter(key__in=by_key, count__gte=settings.LOGIN_FAILURES_ALLOWED, expires_at__gt=now)
    return [by_key[key] for key in locked.order_by().values_list("key", flat=True)]
