"""End sessions, and change to another entity of the same person: each deed once, and written down."""

from django.db import transaction
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account
from accounts.models.sessions import AccountSession
from accounts.rules.authentication import Switch, switch_refusal
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse


@transaction.atomic
def end_sessions(*, account: Account, by: Account | None, but: AccountSession | None = None, reason: str = "") -> int:
    """End every live session of `account`, except `but`, and return how many ended; each is dead at its next request.

    `by` is who does it, None for a command; `reason` is the Ministry's, where it acts. Without a live session nothing
    is written down.
    """
    live = account.sessions.current().exclude(pk=but.pk if but else 0)
    ended = live.update(ended_at=timezone.now())
    if ended:
        after = {"sessions": ended}
        record(by=by, event=Event.SESSIONS_ENDED, obj=account, entity=account.entity, after=after, reason=reason)
    return ended


@transaction.atomic
def end_session(*, by: Account, session: AccountSession) -> None:
    """End one session of the account `by`; ending it twice is once."""
    if by.sessions.current().filter(pk=session.pk).update(ended_at=timezone.now()):
        record(by=by, event=Event.SESSION_ENDED, obj=by, after={"device": session.device})


@transaction.atomic
def switch_account(*, by: Account, to: Account, session: AccountSession) -> None:
    """End `session` of `by` so that the same person goes on as `to`: one row of history in each account's.

    Neither row names a login: that of a natural person is his document, and each row is read in one of two entities.
    Raises Refused when `to` is not another active account of the same person.
    """
    refuse(switch_refusal(Switch(by, to)))
    AccountSession.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    for account in (by, to):
        before, after = {"account": by.pk}, {"account": to.pk}
        record(by=by, event=Event.SESSION_SWITCHED, obj=account, entity=account.entity, before=before, after=after)
