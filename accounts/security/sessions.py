"""How does a session start, has its account verified the second factor, and has the session ended?

Until the second factor is verified nobody is logged in: the session only remembers whose password was right
(`PendingLogin`), so no page of the portal opens with it. Afterwards it carries the key of its `AccountSession`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import Account, AccountSession, LoginObstacle, SecondFactorPolicy, Suspension
from accounts.models.sessions import AccountSessionQuerySet, VerificationMethod
from accounts.rules.entity_switch import can_switch_entity
from accounts.rules.second_factor import any_factor, has_factor, next_login_step
from accounts.security import devices, expired_sessions, saved_forms
from accounts.security.user_agents import device_name
from mipres_admin.origin import origin

PENDING_LOGIN, ACCOUNT_SESSION, END_REASON, PROVEN = "pending_login", "account_session", "session_end_reason", "proven"
NO_SESSION = UUID(int=0)
TOUCH_INTERVAL = timedelta(minutes=1)
DELETED_AFTER = timedelta(days=30)

IDLE, OLD, ENDED = "idle", "old", "ended"
END_MESSAGES = {
    IDLE: f"Su sesión se cerró porque pasaron {settings.SESSION_IDLE_MINUTES} minutos sin actividad.",
    OLD: f"Su sesión se cerró porque duró {settings.SESSION_LONGEST_HOURS} horas, el máximo.",
    ENDED: "Su sesión se cerró desde otro lugar. Si no fue usted, cambie su contraseña.",
    LoginObstacle.SUSPENDED: "Su sesión se cerró porque el Ministerio suspendió su cuenta. El motivo está en su correo "
    "electrónico.",
    LoginObstacle.ENTITY: "Su sesión se cerró porque el Ministerio suspendió a su entidad. El motivo está en su correo "
    "electrónico.",
    LoginObstacle.DECEASED: "Su sesión se cerró porque la persona de la cuenta figura como fallecida en los registros "
    "oficiales. Si es un error, comuníquese con el Ministerio: los datos están al pie de esta página.",
    LoginObstacle.INACTIVE: "Su sesión se cerró porque su cuenta ya no está activa. Si era delegado, terminó su "
    "autorización: pregunte al representante legal de la entidad.",
}


# ---------------------------------------------------------------- between password and second factor


@dataclass(frozen=True)
class PendingLogin:
    """Whose password was right, the next step (VERIFY or ENROL), and where the person was going."""

    account: Account
    step: str
    next_url: str


def start_pending_login(request: HttpRequest, account: Account, next_url: str = "") -> None:
    """Remember whose password was right, under a new key; nobody is logged in with it."""
    request.session.cycle_key()
    request.session[PENDING_LOGIN] = {
        "account": account.pk,
        "password": account.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "next_url": next_url,
    }


def pending_login(request: HttpRequest) -> PendingLogin | None:
    """The pending log-in of this session; None when there is none, or when it took too long."""
    pending = request.session.get(PENDING_LOGIN)
    if not pending or pending["since"] < timezone.now().timestamp() - 60 * settings.SECOND_STEP_MINUTES:
        return None
    account = Account.objects.select_related("entity", "person").filter(pk=pending["account"]).first()
    if account is None or not account.can_log_in:
        return None
    if not constant_time_compare(pending["password"], account.get_session_auth_hash()):
        return None
    return PendingLogin(account, next_login_step(account), pending["next_url"])


# ---------------------------------------------------------------- sessions


def start_session(
    request: Any, account: Account, method: str = VerificationMethod.NONE, since: datetime | None = None
) -> None:
    """Log in: a session under a new key, with its `AccountSession`, which began when `method` was verified."""
    request.session.pop(PENDING_LOGIN, None)
    request.verified_by, request.verified_at = method, since
    auth.login(request, account)


def _session_rows(request: HttpRequest) -> AccountSessionQuerySet:
    return AccountSession.objects.filter(public_id=request.session.get(ACCOUNT_SESSION, NO_SESSION))


def create_account_session(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """Create the row of a session: receiver of every log-in, whichever code calls Django's `login`."""
    now = timezone.now()
    verified_at = getattr(request, "verified_at", None) or now
    saved_forms.load(request, user)  # discards what somebody else left here
    request.session.pop(saved_forms.CLOSED, None)
    expired_sessions.receive(request, user)
    _session_rows(request).filter(ended_at__isnull=True).update(ended_at=now)
    user.sessions.filter(last_seen_at__lt=now - DELETED_AFTER).delete()
    row = AccountSession.objects.create(
        account=user,
        device=device_name(request.META.get("HTTP_USER_AGENT", "")),
        address=origin.get().address,
        verified_by=getattr(request, "verified_by", VerificationMethod.NONE),
        started_at=verified_at,
        confirmed_at=verified_at,
        last_seen_at=now,
    )
    request.session[ACCOUNT_SESSION] = str(row.public_id)
    devices.remember(request, user, row)


def end_sessions_of(account: Account, keep: AccountSession | None = None) -> int:
    """End every session of the account but `keep`, and what browsers remember of it; how many sessions ended."""
    now = timezone.now()
    account.known_devices.all().delete()
    forget_proofs(account)
    return account.sessions.current().exclude(pk=keep.pk if keep else 0).update(ended_at=now)


def may_be_open(account: Account) -> bool:
    """Whether the account has a session, or a browser that went on as another may go back to it without a proof."""
    now = timezone.now()
    since = now - timedelta(hours=settings.SESSION_LONGEST_HOURS)
    remembered = account.sessions.filter(started_at__gt=max(account.sessions_ended_at or since, since))
    return account.sessions.current().exists() or remembered.exists()


def forget_proofs(account: Account) -> None:
    """Let no browser go back to the account without a proof; see `proven`."""
    Account.objects.filter(pk=account.pk).update(sessions_ended_at=timezone.now())


def end_account_session(request: HttpRequest, **kwargs: Any) -> None:
    """Receiver of every log-out."""
    _session_rows(request).filter(ended_at__isnull=True).update(ended_at=timezone.now())


def current(request: HttpRequest, account: Account) -> AccountSession | None:
    """The row of this session, with what its account must verify; None without row.

    The sessions of a deceased person have none. `can_switch_entity` is computed only when a page shows it.
    """
    rows = _session_rows(request).filter(account=account.pk, account__person__deceased_on__isnull=True)
    row = rows.annotate(
        enrolled=any_factor(account),
        compulsory=Exists(
            SecondFactorPolicy.objects.filter(
                kind=OuterRef("account__entity__kind"), compulsory_from__lte=timezone.localdate()
            )
        ),
        suspended=Exists(Suspension.objects.current().filter(account=OuterRef("account"))),
    ).first()
    if row is not None:
        row.can_switch_entity = SimpleLazyObject(partial(can_switch_entity, account))
    return row


# ---------------------------------------------------------------- changing entity


@dataclass(frozen=True)
class Proven:
    """When and with which second factor this browser opened an account."""

    since: datetime
    method: str


def proven(request: HttpRequest, account: Account) -> Proven | None:
    """What this browser remembers of having opened the account since it logged in; None when that counts no more.

    It ends with the session of the browser, after the longest time of a session, with another password, when the
    sessions of the account were ended, and when the account has got a second factor that was not verified.
    """
    kept = request.session.get(PROVEN, {}).get(str(account.pk))
    if not kept or not constant_time_compare(kept["password"], account.get_session_auth_hash()):
        return None
    since, longest = datetime.fromtimestamp(kept["since"], UTC), timedelta(hours=settings.SESSION_LONGEST_HOURS)
    too_old = since <= max(account.sessions_ended_at or since - longest, timezone.now() - longest)
    return None if too_old or (not kept["method"] and has_factor(account)) else Proven(since, kept["method"])


def switch_session(request: Any, to: Account, how: Proven) -> None:
    """Go on as `to`, under a new key, and remember that this browser has opened both accounts."""
    account, row = request.account, request.account_session
    opened = {account: Proven(row.started_at, row.verified_by), to: how}
    kept = request.session.get(PROVEN, {}) | {
        str(each.pk): {"since": by.since.timestamp(), "method": by.method, "password": each.get_session_auth_hash()}
        for each, by in opened.items()
    }
    start_session(request, to, how.method, how.since)  # which forgets everything else of the session
    request.session[PROVEN] = kept


# ---------------------------------------------------------------- has it ended?


def why_closed(row: AccountSession | None) -> str:
    """Why this session has ended, or ""; whether its account may still log in is for `Account.why_no_login` to say."""
    now = timezone.now()
    if row is not None and getattr(row, "suspended", False):
        return LoginObstacle.SUSPENDED
    if row is None or row.ended_at is not None:
        return ENDED
    if row.started_at <= now - timedelta(hours=settings.SESSION_LONGEST_HOURS):
        return OLD
    return IDLE if row.last_seen_at <= now - timedelta(minutes=settings.SESSION_IDLE_MINUTES) else ""


def is_fully_verified(row: Any, account: Account) -> bool:
    """Whether the second factor was verified, or the account has none and needs none."""
    return bool(row.verified_by) or not (row.enrolled or row.compulsory or account.is_staff)


def touch(row: AccountSession) -> None:
    """Write the time of the last request, at most once a minute, and not while another request has the row."""
    now = timezone.now()
    if row.last_seen_at <= now - TOUCH_INTERVAL:
        rows = AccountSession.objects.filter(pk=row.pk, last_seen_at__lt=now)
        with transaction.atomic():
            AccountSession.objects.filter(pk__in=rows.select_for_update(skip_locked=True)).update(last_seen_at=now)
        row.last_seen_at = now


def mark_confirmed(request: HttpRequest, row: AccountSession, method: str) -> None:
    """Note that the holder was just verified, perhaps with a second factor; the session goes on under a new key."""
    row.confirmed_at, row.verified_by = timezone.now(), method or row.verified_by
    row.save(update_fields=["confirmed_at", "verified_by"])
    request.session.cycle_key()
