"""End a session so that the same person goes on with another of their accounts, with an event in both."""

from django.db import transaction
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account, AccountSession
from accounts.rules.entity_switch import switch_refusal
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse


@transaction.atomic
def switch_account(*, by: Account, to: Account, session: AccountSession, remembered: bool = False) -> None:
    """End `session` of `by` so that the same person goes on as `to`: a log-out of one account, a log-in of the other.

    Each is read in one of two entities, so neither tells that there is another; the request's id joins them. The proof
    of `to` has recorded the log-in, unless the browser `remembered` it.
    Raises Refused when `to` is not another active account of the same person.
    """
    refuse(switch_refusal(by, to))
    AccountSession.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    record(by=by, event=Event.SESSION_CLOSED, obj=by)
    if remembered:
        record(by=to, event=Event.SESSION_OPENED, obj=to)
