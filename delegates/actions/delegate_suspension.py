"""Suspend a delegate and, on request, revoke the tokens that they generated."""

from django.db import transaction

from accounts.actions.ministry_interventions import suspend_account
from accounts.models import Account
from tokens.actions import revoke_tokens_issued_by


@transaction.atomic
def suspend_delegate(*, by: Account, account: Account, reason: str, revoke_tokens: bool = False) -> bool:
    """Suspend a delegate's account (`suspend_account`) and, with `revoke_tokens`, the tokens that they generated.

    Without it the tokens stay, because the entity's systems use them. False when they were suspended already.
    """
    if not suspend_account(by=by, account=account, reason=reason):
        return False
    if revoke_tokens:
        revoke_tokens_issued_by(
            account=account, by=by, reason=f"Se suspendió al delegado que lo generó: {reason}"[:200]
        )
    return True
