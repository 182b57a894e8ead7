"""End a session so that the same person goes on with another of their accounts, with an event in both."""

from django.db import transaction
from django.utils import timezone

from accounts.events import Event
from accounts.models import Account, AccountSession
from accounts.rules.entity_switch import switch_refusal
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse


@transaction.atomic
def switch_account(*, by: Account, to: Account, session: AccountSession) -> None:
    """End `session` of `by` so that the same person goes on as `to`: one row of history for each account, its own.

    Each row is read in one of two entities, so neither names the other account; the request's id joins them.
    Raises Refused when `to` is not another active account of the same person.
    """
    refuse(switch_refusal(by, to))
    AccountSession.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    for account in (by, to):
        record(by=account, event=Event.SESSION_SWITCHED, obj=account)
