"""Begin and end a look at the portal as a delegate: each once, written down for the entity, and told to the person."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.events import Event
from accounts.models import Account, AccountSession, Impersonation
from accounts.rules.impersonation import already_impersonating, end_reason, impersonation_refusal
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse


@transaction.atomic
def start_impersonation(*, by: Account, account: Account, session: AccountSession, reason: str) -> bool:
    """Let `by` see the portal as the delegate `account` in his `session`, for `settings.IMPERSONATION_MINUTES` at most.

    The entity reads the reason in its history and on its home, and the delegate is told by mail (Ley 1581 de 2012,
    art. 4: transparency). False, and nothing written, when this session already sees this delegate. Raises Refused for
    who may not see, whom nobody may see, and a session that sees another delegate.
    """
    refuse(impersonation_refusal(by, account))
    held = AccountSession.objects.select_for_update().get(pk=session.pk, account=by)
    seeing = Impersonation.objects.not_ended().filter(session=held).select_related("account").first()
    if seeing is not None and seeing.account_id != account.pk:
        raise Refused(already_impersonating(seeing))
    if seeing is not None:
        return False
    now, entity = clock.now(), account.entity
    assert entity is not None  # noqa: S101  narrows the type: the rule has refused who has none
    ends_at = now + timedelta(minutes=settings.IMPERSONATION_MINUTES)
    impersonation = Impersonation.objects.create(
        staff=by, account=account, entity=entity, session=held, reason=reason, started_at=now, ends_at=ends_at
    )
    after = {"minutes": settings.IMPERSONATION_MINUTES}
    record(by=by, event=Event.IMPERSONATION_STARTED, obj=account, entity=entity, after=after, reason=reason)
    notify(account, "impersonated", impersonation=impersonation, days=settings.IMPERSONATION_NOTICE_DAYS)
    return True


@transaction.atomic
def end_impersonation(*, impersonation: Impersonation, by: Account | None, why: str) -> bool:
    """End an impersonation, `why` being one of `Impersonation.End`; `by` is None when it ends by itself.

    False, and nothing written, when it has already ended. It never lasts longer than was said when it began.
    """
    held = lock(impersonation)
    if held.ended_at is not None:
        return False
    held.ended_at, held.end = min(clock.now(), held.ends_at), why
    held.save(update_fields=["ended_at", "end"])
    after, reason = {"end": str(why)}, held.reason
    record(by=by, event=Event.IMPERSONATION_ENDED, obj=held.account, entity=held.entity, after=after, reason=reason)
    return True


def end_expired_impersonations() -> int:
    """End those which no request has ended: their time is up, their session closed, or somebody may not any more.

    Returns how many ended.
    """
    with_state = [
        (impersonation, end_reason(impersonation, impersonation.now))
        for impersonation in Impersonation.objects.not_ended().with_state()
    ]
    return sum(
        end_impersonation(impersonation=impersonation, by=None, why=why) for impersonation, why in with_state if why
    )
