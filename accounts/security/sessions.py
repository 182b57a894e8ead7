"""Which session is this, what must it still prove, and is it alive?

Until the second factor is proven nobody is logged in: the session only remembers whose password was right
(`PendingLogin`), so no page of the portal opens with it. A whole session carries the key of its `AccountSession`.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import Account, Suspension
from accounts.models.second_factors import AuthenticatorApp, Passkey, SecondFactorPolicy
from accounts.models.sessions import AccountSession, AccountSessionQuerySet, Proof
from accounts.rules.authentication import may_change_entity, step_of
from accounts.security import saved_forms
from accounts.security.user_agents import device_in_words
from mipres_admin.history.recording import origin

ENTERING, MINE, WHY = "pending_login", "account_session", "why_closed"
NOBODYS = UUID(int=0)
SEEN_EVERY = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=30)

IDLE, OLD, ENDED, SUSPENDED = "idle", "old", "ended", "suspended"
WHY_CLOSED = {
    IDLE: f"Su sesión se cerró porque pasaron {settings.SESSION_IDLE_MINUTES} minutos sin actividad.",
    OLD: f"Su sesión se cerró porque duró {settings.SESSION_LONGEST_HOURS} horas, el máximo.",
    ENDED: "Su sesión se cerró desde otro lugar: la cerró usted, o su cuenta cambió.",
    SUSPENDED: "Su sesión se cerró porque el Ministerio suspendió su cuenta. El motivo está en su correo electrónico.",
}


# ---------------------------------------------------------------- between password and second factor


@dataclass(frozen=True)
class PendingLogin:
    """Whose password was right, what comes now (`rules.VERIFY` or `rules.ENROL`), and where the person was going."""

    account: Account
    step: str
    wanted: str


def start_pending_login(request: HttpRequest, account: Account, wanted: str = "") -> None:
    """Remember whose password was right, under a new key; nobody is logged in with it."""
    request.session.cycle_key()
    request.session[ENTERING] = {
        "account": account.pk,
        "password": account.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "wanted": wanted,
    }


def pending_login(request: HttpRequest) -> PendingLogin | None:
    """Who is between password and second factor here; None when nobody is, or when it took too long."""
    saved_forms = request.session.get(ENTERING)
    if not saved_forms or saved_forms["since"] < timezone.now().timestamp() - 60 * settings.SECOND_STEP_MINUTES:
        return None
    account = Account.objects.select_related("entity", "person").filter(pk=saved_forms["account"]).first()
    if account is None or not account.may_enter:
        return None
    if not constant_time_compare(saved_forms["password"], account.get_session_auth_hash()):
        return None
    return PendingLogin(account, step_of(account), saved_forms["wanted"])


# ---------------------------------------------------------------- whole sessions


def begin(request: HttpRequest, account: Account, proof: str = Proof.NONE) -> None:
    """Log in: a session under a new key, with its row."""
    request.session.pop(ENTERING, None)
    request.proof = proof  # type: ignore[attr-defined]
    auth.login(request, account)


def _mine(request: HttpRequest) -> AccountSessionQuerySet:
    return AccountSession.objects.filter(public_id=request.session.get(MINE, NOBODYS))


@receiver(user_logged_in, dispatch_uid="accounts.security.sessions")
def _write_session(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """Every log-in has its row, whoever calls Django's `login`."""
    now = timezone.now()
    saved_forms.saved_form(request, user)  # forgets what somebody else left here
    request.session.pop(saved_forms.CLOSED, None)
    _mine(request).filter(ended_at__isnull=True).update(ended_at=now)
    user.sessions.filter(last_seen_at__lt=now - FORGOTTEN_AFTER).delete()
    row = AccountSession.objects.create(
        account=user,
        device=device_in_words(request.META.get("HTTP_USER_AGENT", "")),
        address=origin.get().address,
        verified_by=getattr(request, "proof", Proof.NONE),
        started_at=now,
        last_seen_at=now,
    )
    request.session[MINE] = str(row.public_id)


@receiver(user_logged_out, dispatch_uid="accounts.security.sessions")
def _end_session(request: HttpRequest, user: Account | None, **kwargs: Any) -> None:
    _mine(request).filter(ended_at__isnull=True).update(ended_at=timezone.now())


def current(request: HttpRequest, account: Account) -> AccountSession | None:
    """The row of this session, with what its account must prove; None without row.

    The sessions of a deceased person have none. Whoever asks for its `siblings` is told whether there are any.
    """
    rows = _mine(request).filter(account=account.pk, account__person__deceased_on__isnull=True)
    row = rows.annotate(
        enrolled=Exists(AuthenticatorApp.objects.of(account)) | Exists(Passkey.objects.of(account)),
        compulsory=Exists(
            SecondFactorPolicy.objects.filter(
                kind=OuterRef("account__entity__kind"), compulsory_from__lte=timezone.localdate()
            )
        ),
        suspended=Exists(Suspension.objects.current().filter(account=OuterRef("account"))),
    ).first()
    if row is not None:
        row.siblings = SimpleLazyObject(partial(may_change_entity, account))  # type: ignore[attr-defined]
    return row


def why_closed(row: AccountSession | None) -> str:
    """Why this session is over, or "" while it lives."""
    now = timezone.now()
    if row is not None and getattr(row, "suspended", False):
        return SUSPENDED
    if row is None or row.ended_at is not None:
        return ENDED
    if row.started_at <= now - timedelta(hours=settings.SESSION_LONGEST_HOURS):
        return OLD
    return IDLE if row.last_seen_at <= now - timedelta(minutes=settings.SESSION_IDLE_MINUTES) else ""


def is_whole(row: Any, account: Account) -> bool:
    """Whether nothing is left to prove: a factor was, or none is held and none is compulsory."""
    return bool(row.verified_by) or not (row.enrolled or row.compulsory or account.is_staff)


def touch(row: AccountSession) -> None:
    """Remember that the person is here, at most once a minute."""
    now = timezone.now()
    if row.last_seen_at <= now - SEEN_EVERY:
        AccountSession.objects.filter(pk=row.pk, last_seen_at__lt=now).update(last_seen_at=now)
        row.last_seen_at = now


def mark_proven(request: HttpRequest, row: AccountSession, proof: str) -> None:
    """This session has proven a factor, the one that its holder has just added; it goes on under a new key."""
    AccountSession.objects.filter(pk=row.pk).update(verified_by=proof)
    request.session.cycle_key()
