"""Close the account of a delegate whose appointment ends, with its sessions and, on request, its tokens."""

from accounts.actions.sessions import end_sessions
from accounts.models import Account
from delegates.models import Appointment, DelegateAccount
from mipres_admin.database.locks import lock
from tokens.actions import revoke_tokens_issued_by


def close_delegate_account(*, by: Account, appointment: Appointment, revoke_tokens: bool) -> Account | None:
    """Close the account that was opened for an appointment, in the transaction that ends it; return it, or None.

    An account that has another appointment in force stays open. `revoke_tokens` is the representative's choice about
    the tokens that the delegate generated. Django loads no inactive account from a session.
    """
    delegate_account = DelegateAccount.objects.filter(appointment=appointment).select_related("account").first()
    if delegate_account is None:
        return None
    account = lock(delegate_account.account)
    others = Appointment.objects.current().filter(delegate_account__account=account).exclude(pk=appointment.pk)
    if others.exists() or not account.is_active:
        return None
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_sessions(account=account, by=by)
    if revoke_tokens:
        revoke_tokens_issued_by(account=account, by=by, reason="Se inactivó al delegado que lo generó.")
    return account
