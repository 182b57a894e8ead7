"""How many wrong passwords and requests for links are allowed, from where, and how long must who fails wait?

Failures count for a login and where they come from, so that nobody can lock another person out: the network of the
address, or a known device (`devices`), which has a count of its own. Unknown devices also share a count of the login
and one of their address, which slow them and never close. Names that do not exist are counted like those that do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account
from accounts.security import devices
from mipres_admin.history.models import HistoryEntry
from mipres_admin.origin import networks, origin
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.limiter import Counted, LimitReached
from mipres_admin.rate_limits.models import RateCounter

# what is guessed: the password at the log-in, the password that confirms a session, the second factor, or the answer
# of a passkey alone
LOGIN, CONFIRMATION, FACTOR, PASSKEY = "login", "confirmation", "factor", "passkey"
LOCK = timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
LOCK_WAITS = tuple(LOCK * 2**times for times in range(5))
LOCK_KEPT = timedelta(days=1)
# the pace of unknown devices: for one login, for one address, for one mailbox
LOGIN_WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300))
LOGIN_KEPT = timedelta(hours=1)
ADDRESS_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 30))
MAIL_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10))
# mails an hour to one mailbox that are the first request of their network
FIRST_MAILS_ALLOWED = 100

LOCKED = (
    "Ingreso bloqueado por seguridad, porque hubo demasiados intentos fallidos. Espere {} e intente de nuevo con los "
)
RECOVER = (
    "datos correctos, o use «Olvidé mi clave - Recordar contraseña»: el ingreso se desbloquea cuando asigna su "
    "contraseña con el enlace del correo. "
)
REMEDIES = {FACTOR: "datos correctos. ", PASSKEY: "datos correctos, o ingrese con su usuario y su contraseña. "}
NOT_YOU = "Si usted no hizo esos intentos, comuníquese con Atención al usuario: los datos están al pie de esta página."


@dataclass(frozen=True)
class Attempt:
    """One guess that has been counted and may now be checked: the count of who guesses, and those shared by many."""

    subject: str
    own: Counted
    shared: tuple[Counted, ...] = ()

    @property
    def is_last_allowed(self) -> bool:
        """Whether who guesses is locked if this guess is wrong."""
        return self.own.count >= settings.LOGIN_FAILURES_ALLOWED

    def reset(self) -> None:
        """The guess was right: forget the failures of who guessed and give the shared counts this one back.

        Those keep the others, or an attacker could wipe them with an account of their own.
        """
        limiter.reset(self.own.key)
        for counted in self.shared:
            counted.release()


def _purpose(kind: str) -> str:
    return f"accounts.login_limits.{kind}"


def _key(kind: str, value: str) -> str:
    return limiter.key_of(_purpose(kind), value)


def _count_own(kind: str, login: str, where: str) -> Counted:
    """Count for a login and where the guess comes from; five, then waits that double from half an hour on."""
    now = timezone.now()
    return limiter.count(
        _key(kind, f"{login} {where}"),
        allowed=settings.LOGIN_FAILURES_ALLOWED,
        expires_at=now + LOCK,
        waits=LOCK_WAITS,
        kept_until=now + LOCK_KEPT,
        subject=_key(kind, login),
    )


def _count_login(kind: str, login: str) -> Counted:
    """Count for a login, from wherever; its key is the subject of the others."""
    expires_at, key = timezone.now() + LOGIN_KEPT, _key(kind, login)
    allowed = settings.LOGIN_FAILURES_ALLOWED_ANYWHERE
    return limiter.count(key, allowed=allowed, expires_at=expires_at, waits=LOGIN_WAITS, subject=key)


def _count_address(kind: str, allowed: int) -> tuple[Counted, ...]:
    """Count for the networks of the request, in this half hour of the clock.

    By the clock, unlike a login's: behind the one address of a big hospital failures trickle in all day, and a half
    hour that each of them begins again would end up slowing everybody.
    """
    expires_at = limiter.end_of_window(LOCK, timezone.now())
    return limiter.count_networks(_purpose(kind), allowed=allowed, expires_at=expires_at, waits=ADDRESS_WAITS)


def _locked(kind: str, wait: str) -> ValidationError:
    """What a person reads who must wait: why, for how long, and what to do."""
    remedy = REMEDIES.get(kind, RECOVER)
    return ValidationError(LOCKED.format(wait) + remedy + NOT_YOU, code="locked")


def _count_unknown(kind: str, login: str) -> Attempt:
    """Count a guess of an unknown device; one that must wait somewhere counts nowhere."""
    # The address first, so that one that must wait cannot go on slowing other people's logins. Only log-ins count
    # for it: the rest needs a session or a password.
    is_login = kind in (LOGIN, PASSKEY)
    counted = _count_address("address", settings.LOGIN_FAILURES_ALLOWED_PER_ADDRESS) if is_login else ()
    try:
        # the narrowest network: wider ones would have more than the login has from everywhere
        own = _count_own(kind, login, networks()[0].name)
        counted += (own,)
        return Attempt(_key(kind, login), own, (*counted[:-1], _count_login(kind, login)))
    except LimitReached:
        for one in counted:
            one.release()
        raise


def register_attempt(*, login: str, account: Account | None, kind: str = LOGIN) -> Attempt:
    """Count one guess from the origin of the current request, before it is made.

    `login` is folded, `account` the one with that login, if any; `kind` says what is guessed: LOGIN, CONFIRMATION,
    FACTOR or PASSKEY. Call it outside a transaction: a count that rolls back is no count. Returns the attempt, to be
    reset when the guess was right. Raises ValidationError, with the message for the person, when they must wait.
    """
    device = devices.find(origin.get().device_cookie, account)
    try:
        if device:
            return Attempt(_key(kind, login), _count_own(kind, login, device))
        return _count_unknown(kind, login)
    except LimitReached as reached:
        raise _locked(kind, reached.wait) from None


# ---------------------------------------------------------------- what is counted for an account


def counters_of(account: Account, *kinds: str) -> QuerySet[RateCounter]:
    """The counters of guesses at this account: of these kinds, or of all."""
    subjects = [_key(kind, account.login) for kind in kinds or (LOGIN, CONFIRMATION, FACTOR, PASSKEY)]
    return RateCounter.objects.filter(subject__in=subjects)


def failures_of(account: Account) -> QuerySet[RateCounter]:
    """The counters that add up to the failures of this account: without those of a login from wherever."""
    return counters_of(account).filter(count__gt=0).exclude(key=F("subject"))


def reset_login(account: Account) -> None:
    """Forget the wrong passwords for an account whose owner has shown otherwise who they are."""
    counters_of(account, LOGIN, CONFIRMATION).delete()


def locked_until(accounts: Iterable[Account]) -> dict[int, datetime]:
    """Until when a place from which an account's password or second factor was guessed must wait, by the account's key.

    From other places its holder logs in meanwhile. Accounts for which nobody waits are not in it.
    """
    by_subject = {_key(kind, account.login): account.pk for account in accounts for kind in (LOGIN, FACTOR)}
    waiting = RateCounter.objects.filter(subject__in=by_subject, free_at__gt=timezone.now()).exclude(key=F("subject"))
    return {by_subject[counter.subject]: counter.free_at for counter in waiting.order_by("free_at") if counter.free_at}


def locked_accounts() -> list[Account]:
    """The accounts whose password somebody may not try now, from where they failed.

    The counters hold no logins: the history tells which accounts had such a failure within the last day, and the
    counters which of them still wait.
    """
    since = timezone.now() - LOCK_KEPT
    events = HistoryEntry.objects.filter(event=Event.SESSION_REFUSED, at__gt=since, after__locked=True)
    ids = events.filter(object_type=Account._meta.label_lower).order_by().values_list("object_id", flat=True).distinct()
    accounts = list(Account.objects.filter(pk__in=map(int, ids)).order_by("pk"))
    locked = locked_until(accounts)
    return [account for account in accounts if account.pk in locked]


# ---------------------------------------------------------------- requests for mailed links


def _folded(email: str) -> str:
    """One spelling for all that the database takes for the same e-mail."""
    return email.upper().casefold()


def _too_often(what: str, wait: str) -> ValidationError:
    return ValidationError(
        f"Se hicieron demasiadas solicitudes {what} o desde esta conexión. Espere {wait} e intente de nuevo; mientras "
        "tanto revise su correo: el último enlace que le llegó sirve durante una hora.",
        code="too_often",
    )


def _count_request(kind: str, value: str) -> Counted:
    """Count one request; each begins its half hour again, and nothing goes on while it is full."""
    expires_at: datetime = timezone.now() + LOCK
    return limiter.count(_key(kind, value), allowed=settings.RECOVERIES_ALLOWED, expires_at=expires_at)


def register_recovery(*, login: str, document: str, email: str) -> str:
    """Count one request for a link to `login` (already folded), whether or not the data are those of an account.

    Each combination of data has its own count, so that wrong requests never refuse the owner's, and the owner's mailbox
    gets five mails at most. Call it outside a transaction. Returns the key of the combination's counter. Raises
    ValidationError, with the message for the person: after five, and at the pace of the address after fifty.
    """
    try:
        _count_address("recovery.address", settings.RECOVERIES_ALLOWED_PER_ADDRESS)
        return _count_request("recovery", f"{login} {document} {_folded(email)}").key
    except LimitReached as reached:
        raise _too_often("de contraseña con estos datos", reached.wait) from None


def _count_mails(kind: str, mailbox: str) -> None:
    """Count one mail to a mailbox: five from one network in half an hour, and from all the first of each and few more.

    A stranger cannot use up the requests of a network from which none came for this mailbox, short of a hundred
    networks in an hour, each an IPv4 address or a whole /48 of IPv6.
    """
    now, allowed = timezone.now(), settings.RECOVERIES_ALLOWED
    purpose = _purpose(f"{kind}.mailbox.origin")
    is_first = limiter.count_networks(purpose, mailbox, allowed=allowed, expires_at=now + LOCK)[-1].count == 1
    name, allowed = ("first", FIRST_MAILS_ALLOWED) if is_first else ("again", 2 * allowed)
    expires_at = now + LOGIN_KEPT
    limiter.count(_key(f"{kind}.mailbox.{name}", mailbox), allowed=allowed, expires_at=expires_at, waits=MAIL_WAITS)


def register_link_request(*, kind: str, email: str, login: str = "") -> None:
    """Count one request for a link to `email`, so that nobody can flood a mailbox, nor keep its owner from asking.

    `kind` keeps apart what is requested with a session and without. `login` is that of a session and has
    five requests in half an hour, from wherever; without a session what is typed has no count, since anybody may type
    it. As `register_recovery`: outside a transaction; ValidationError when there were too many for the login, the
    mailbox or from the network.
    """
    try:
        _count_address(f"{kind}.address", settings.RECOVERIES_ALLOWED_PER_ADDRESS)
        if login:
            _count_request(f"{kind}.login", login)
        _count_mails(kind, _folded(email))
    except LimitReached as reached:
        raise _too_often("con estos datos", reached.wait) from None


def _is_one_of_five(kind: str, value: str) -> bool:
    try:
        _count_request(kind, value)
    except LimitReached:
        return False
    return True


def register_notice(kind: str, document: str) -> bool:
    """Count one notice to the owner of this document, and say whether it is sent: five in half an hour.

    The rest are dropped without a word, for nobody waits for them.
    """
    return _is_one_of_five(f"{kind}.notice", document)


def register_recovery_mail(account: str) -> bool:
    """Count one link to the account of this login, whose person has several e-mails, and say whether it is sent.

    Five in half an hour; the last of them opens. For no account, the key of the combination (`register_recovery`).
    """
    return _is_one_of_five("recovery.mail", account)
