"""End one session of an account, or all of them, once, with an event."""

from django.db import transaction
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account, AccountSession
from accounts.security.sessions import end_sessions_of, forget_proofs
from mipres_admin.history.recording import record


@transaction.atomic
def end_sessions(*, account: Account, by: Account | None, keep: AccountSession | None = None, reason: str = "") -> int:
    """End every session of `account`, except `keep`, and return how many ended.

    The devices of the account are forgotten. `by` is None for a command, `reason` what the Ministry says in its admin.
    Without a session no event is recorded, but what the Ministry gives a reason for.
    """
    ended = end_sessions_of(account, keep)
    if ended or reason:
        after = {"sessions": ended}
        record(by=by, event=Event.SESSIONS_ENDED, obj=account, entity=account.entity, after=after, reason=reason)
    return ended


@transaction.atomic
def end_session(*, by: Account, session: AccountSession) -> None:
    """End one session of the account `by`, once, and forget its device.

    No browser goes back to the account without a proof then: whose session it was may have gone on as another account.
    """
    session.known_devices.all().delete()
    forget_proofs(by)
    if by.sessions.current().filter(pk=session.pk).update(ended_at=timezone.now()):
        record(by=by, event=Event.SESSION_ENDED, obj=by, after={"device": session.device})
