"""An identity that is not verified yet: its holder corrects it, a reviewer of the Ministry decides, time deletes it."""

import hashlib
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.identity import give_person, register_comparison
from accounts.actions.sessions import end_sessions
from accounts.events import Event
from accounts.models import (
    Account,
    AccountSession,
    ClaimState,
    IdentityClaim,
    IdentityCopy,
    PasswordLink,
    Verification,
)
from accounts.rules.identity import (
    CHANGED,
    NAMES_DIFFER,
    Identity,
    Known,
    Named,
    correction_refusal,
    disagreeing,
    matches_registry,
    review_refusal,
    verification_refusal,
)
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_key
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.limiter import LimitReached
from mipres_admin.refusals import Refusal, Refused, refuse

UPLOADS_ALLOWED = 10
NOT_REVIEWED: dict[str, Any] = {"reviewer": None, "reviewed_at": None, "reason": ""}


def _save(claim: IdentityClaim, state: ClaimState, **values: Any) -> None:
    """Save a state and what goes with it, as a new version."""
    values |= {"state": state, "version": claim.version + 1, "changed_at": clock.now()}
    for name, value in values.items():
        setattr(claim, name, value)
    claim.save()


def _record(event: Event, claim: IdentityClaim, by: Account | None, *, before: str = "", **values: Any) -> None:
    """The history of the account, which outlives the claim, has the states of the claim, not what was typed."""
    states = {"before": {"state": before}, "after": {"state": claim.state}} if before else {}
    record(by=by, event=event, obj=claim.account, entity=None, **(states | values))


def _end_access(account: Account, *, by: Account | None = None, keep: AccountSession | None = None) -> None:
    """End the sessions of an account, but `keep`, and the link to its password."""
    PasswordLink.objects.filter(account=account).delete()
    end_sessions(account=account, by=by, keep=keep)


# ---------------------------------------------------------------- its holder


def _lock_correctable(claim: IdentityClaim) -> IdentityClaim:
    """Raises Refused while a reviewer looks at it and once it is verified."""
    lock_key(Identity.of(claim).login)
    claim = lock(claim)
    refuse(correction_refusal(claim.state))
    return claim


@transaction.atomic
def _correct(
    by: Account, claim: IdentityClaim, identity: Identity, may_compare: bool, session: AccountSession | None
) -> Account:
    claim, account = _lock_correctable(claim), lock(by)
    before, known = claim.state, Known.of(identity)
    values = asdict(identity)
    if matches_registry(identity, known, account.email) and may_compare:
        _end_access(account, keep=session)
        give_person(account, identity, known, names=known.registered_names, how=Verification.REGISTRO_CIVIL)
        _save(claim, ClaimState.VERIFIED, **(values | NOT_REVIEWED | {"reviewed_at": clock.now()}))
        return account
    if before == ClaimState.REJECTED:
        values["sent_at"] = clock.now()
    _save(claim, ClaimState.PENDING, **(values | NOT_REVIEWED))
    _record(Event.IDENTITY_CORRECTED, claim, by, before=before)
    return account


def correct_claim(
    *, by: Account, claim: IdentityClaim, identity: Identity, session: AccountSession | None = None
) -> Account:
    """Save what the holder of a claim corrected, compare it with the Registro civil, and return the account.

    The document stays that of the sign-up. One that was rejected goes to the end of the queue. An account that is
    verified by this has another login, and no session but `session`. Raises Refused while a reviewer looks at it.
    """
    refuse(correction_refusal(claim.state))
    identity = replace(identity, document_type=claim.document_type, document_number=claim.document_number)
    return _correct(by, claim, identity, register_comparison(identity), session)


def _count_upload(by: Account) -> None:
    key = limiter.key_of("accounts.identity.upload", str(by.pk))
    try:
        limiter.count(key, allowed=UPLOADS_ALLOWED, expires_at=timezone.now() + timedelta(days=1))
    except LimitReached as reached:
        raise Refused(
            Refusal(
                headline="Cargó demasiadas copias",
                cause=f"Hoy cargó {UPLOADS_ALLOWED} copias.",
                remedy=f"La última quedó guardada. Si debe cambiarla, espere {reached.wait}.",
                who="Usted.",
            )
        ) from None


@transaction.atomic
def _save_copy(by: Account, claim: IdentityClaim, content: bytes, kind: str) -> None:
    claim = _lock_correctable(claim)
    digest = hashlib.sha256(content).hexdigest()
    values = {"content": content, "kind": kind, "sha256": digest, "uploaded_at": clock.now()}
    IdentityCopy.objects.update_or_create(claim=claim, defaults=values)
    _save(claim, ClaimState(claim.state))
    _record(Event.IDENTITY_COPY_UPLOADED, claim, by, after={"sha256": digest})


def upload_copy(*, by: Account, claim: IdentityClaim, content: bytes, kind: str) -> None:
    """Save the copy of the document in place of the one before; its size and kind have been checked.

    Raises Refused while a reviewer looks at the claim, and after ten in a day.
    """
    refuse(correction_refusal(claim.state))
    _count_upload(by)
    _save_copy(by, claim, content, kind)


@transaction.atomic
def record_copy_download(*, by: Account, claim: IdentityClaim) -> None:
    """Record that somebody downloaded the copy of a document, which is personal data."""
    _record(Event.IDENTITY_COPY_DOWNLOADED, claim, by, after={"sha256": claim.document_copy.sha256})


def _close(claim: IdentityClaim, by: Account | None, event: Event, reason: str = "") -> None:
    """Delete what was typed, the copy and the e-mail, and close the account, whose login stays taken."""
    account = lock(claim.account)
    notify(account, "identity_closed", by_holder=by is not None)
    _end_access(account, by=by)
    _record(event, claim, by, reason=reason)
    claim.delete()
    account.is_active, account.email = False, ""
    account.set_unusable_password()
    account.save()


@transaction.atomic
def withdraw_claim(*, by: Account, claim: IdentityClaim) -> None:
    """Delete the claim of `by` with its copy, and close the account. Raises Refused while a reviewer looks at it."""
    _close(_lock_correctable(claim), by, Event.IDENTITY_WITHDRAWN)


@transaction.atomic
def forget_old_claims() -> int:
    """Delete what was typed, and the copies, 90 days after the last step; how many claims there were.

    An account that was not verified by then is closed; that of a verified person stays as it is.
    """
    claims = list(IdentityClaim.objects.to_forget(clock.now()).select_for_update(of=("self",)).order_by("pk"))
    for claim in claims:
        if claim.state == ClaimState.VERIFIED:
            claim.delete()
        else:
            _close(claim, None, Event.IDENTITY_FORGOTTEN)
    return len(claims)


# ---------------------------------------------------------------- the Ministry


def _lock_for_review(claim: IdentityClaim, by: Account, expected_version: int, state: ClaimState) -> IdentityClaim:
    lock_key(Identity.of(claim).login)
    locked = IdentityClaim.objects.filter(pk=claim.pk).first()
    if locked is None:  # withdrawn meanwhile
        raise Refused(CHANGED)
    locked = lock(locked)
    refuse(review_refusal(locked, by, expected_version=expected_version, state=state))
    return locked


def _decide(claim: IdentityClaim, by: Account, state: ClaimState, event: Event, reason: str) -> None:
    before = claim.state
    _save(claim, state, reviewer=by, reviewed_at=clock.now(), reason=reason)
    _record(event, claim, by, before=before, reason=reason)


@transaction.atomic
def take_claim(*, by: Account, claim: IdentityClaim, expected_version: int, reason: str) -> None:
    """Begin to review a claim: from now on its holder cannot change it.

    Here and below, `expected_version` is that of the reviewer's page; raises Refused, with nothing saved, when
    somebody has acted since, or the claim is the reviewer's own.
    """
    claim = _lock_for_review(claim, by, expected_version, ClaimState.PENDING)
    _decide(claim, by, ClaimState.IN_REVIEW, Event.IDENTITY_REVIEW_STARTED, reason)


def _chosen_names(claim: IdentityClaim, known: Known, names: str) -> Named:
    """The names that hold: the reviewer's choice, or those typed where every source agrees. Raises Refused."""
    sources: dict[str, Named | None] = {"solicitud": claim, "registro": known.entry, "portal": known.person}
    chosen = sources.get(names)
    if chosen is None and disagreeing(claim, known):
        raise Refused(NAMES_DIFFER)
    return chosen or next(iter(known.names), claim)


@transaction.atomic
def verify_claim(*, by: Account, claim: IdentityClaim, expected_version: int, reason: str, names: str = "") -> Account:
    """Verify a claim: its account becomes that of the document's person, under the document's login.

    A person whom the portal knows is joined; `names` chooses whose names hold ("solicitud", "registro" or "portal")
    where they differ. Raises Refused also when the person died or has an account already.
    """
    claim = _lock_for_review(claim, by, expected_version, ClaimState.IN_REVIEW)
    identity, account = Identity.of(claim), lock(claim.account)
    known = Known.of(identity)
    refuse(verification_refusal(known, account))
    chosen = _chosen_names(claim, known, names)
    _end_access(account, by=by)
    give_person(account, identity, known, names=chosen, how=Verification.REVISOR, by=by, reason=reason)
    _save(claim, ClaimState.VERIFIED, reviewer=by, reviewed_at=clock.now(), reason=reason)
    return account


@transaction.atomic
def reject_claim(*, by: Account, claim: IdentityClaim, expected_version: int, reason: str) -> None:
    """Reject a claim, for a reason that its holder reads; they may correct it and send it again."""
    claim = _lock_for_review(claim, by, expected_version, ClaimState.IN_REVIEW)
    _decide(claim, by, ClaimState.REJECTED, Event.IDENTITY_REJECTED, reason)
    notify(claim.account, "identity_rejected", reason=reason)
