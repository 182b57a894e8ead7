"""End one session of an account, or all of them, once, with an event."""

from django.db import transaction
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account, AccountSession
from mipres_admin.history.recording import record


@transaction.atomic
def end_sessions(*, account: Account, by: Account | None, keep: AccountSession | None = None, reason: str = "") -> int:
    """End every live session of `account`, except `keep`, and return how many ended; each is dead at its next request.

    `by` is who does it, None for a command; `reason` is the Ministry's, where it acts. Without a live session nothing
    is written down.
    """
    live = account.sessions.current().exclude(pk=keep.pk if keep else 0)
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
