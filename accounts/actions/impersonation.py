"""Start and end an impersonation of a delegate, once, with an event for the entity and an e-mail to the person."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.events import Event
from accounts.models import Account, AccountSession, Impersonation
from accounts.rules.impersonation import NOT_A_DELEGATE, already_impersonating, end_reason, impersonation_refusal
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse


@transaction.atomic
def start_impersonation(*, by: Account, account: Account, session: AccountSession, reason: str) -> bool:
    """Show `by` the portal as the delegate `account`, in this `session`, for `settings.IMPERSONATION_MINUTES`.

    The entity reads the reason in its history and on its home page, and the delegate gets an e-mail (Ley 1581 de 2012,
    art. 4: transparency). False, without an event, when this session already impersonates this delegate. Raises Refused
    when `by` may not, when `account` cannot be impersonated, and when the session impersonates another delegate.
    """
    refusal = impersonation_refusal(by, account)
    if refusal or account.entity is None:
        raise Refused(refusal or NOT_A_DELEGATE)
    session = AccountSession.objects.select_for_update().get(pk=session.pk, account=by)
    current = Impersonation.objects.not_ended().filter(session=session).select_related("account").first()
    if current is not None:
        refuse(already_impersonating(current) if current.account_id != account.pk else None)
        return False
    now = clock.now()
    impersonation = Impersonation.objects.create(
        staff=by,
        account=account,
        entity=account.entity,
        session=session,
        reason=reason,
        started_at=now,
        ends_at=now + timedelta(minutes=settings.IMPERSONATION_MINUTES),
    )
    after = {"minutes": settings.IMPERSONATION_MINUTES}
    record(by=by, event=Event.IMPERSONATION_STARTED, obj=account, entity=account.entity, after=after, reason=reason)
    notify(account, "impersonated", impersonation=impersonation, days=settings.IMPERSONATION_NOTICE_DAYS)
    return True


@transaction.atomic
def end_impersonation(*, impersonation: Impersonation, by: Account | None, why: str) -> bool:
    """End an impersonation, `why` being one of `Impersonation.End`; `by` is None when it ends by itself.

    False, without an event, when it has already ended. It never lasts longer than announced at its start.
    """
    impersonation = lock(impersonation)
    if impersonation.ended_at is not None:
        return False
    impersonation.ended_at, impersonation.end = min(clock.now(), impersonation.ends_at), why
    impersonation.save(update_fields=["ended_at", "end"])
    record(
        by=by,
        event=Event.IMPERSONATION_ENDED,
        obj=impersonation.account,
        entity=impersonation.entity,
        after={"end": str(why)},
        reason=impersonation.reason,
    )
    return True


def end_expired_impersonations() -> int:
    """End the impersonations that may not go on and that no request has ended; return how many."""
    ended = 0
    for impersonation in list(Impersonation.objects.not_ended().with_state()):
        if why := end_reason(impersonation, impersonation.now):
            ended += end_impersonation(impersonation=impersonation, by=None, why=why)
    return ended
