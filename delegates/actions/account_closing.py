"""What ends with a delegate's appointment? The account that stands on it, its sessions and, on request, its tokens."""

from accounts.actions.sessions import end_sessions
from accounts.models import Account
from delegates.models import Appointment, DelegateAccount
from mipres_admin.database.locks import lock
from tokens.actions import revoke_tokens_issued_by


def close_delegate_account(*, by: Account, appointment: Appointment, revoke_tokens: bool) -> Account | None:
    """Close the account that stands on an appointment, in the transaction of whoever ends it; return it, or None.

    From its next request on, the account is nobody: Django loads no inactive account from a session. An account that
    another appointment in force carries stays open. `revoke_tokens` is the representative's choice about the tokens
    that the delegate made.
    """
    ground = DelegateAccount.objects.filter(appointment=appointment).select_related("account").first()
    if ground is None:
        return None
    account = lock(ground.account)
    others = Appointment.objects.current().filter(delegate_account__account=account).exclude(pk=appointment.pk)
    if others.exists() or not account.is_active:
        return None
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_sessions(account=account, by=by)
    if revoke_tokens:
        revoke_tokens_issued_by(account=account, by=by, reason="Se inactivó al delegado que lo generó.")
    return account
