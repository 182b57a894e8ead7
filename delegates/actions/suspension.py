"""What does the Ministry do to delegates that reaches their tokens and their representative? Once, for a reason."""

from django.db import transaction

from accounts.actions.support import suspend_account
from accounts.models import Account
from tokens.actions import revoke_tokens_issued_by


@transaction.atomic
def suspend_delegate(*, by: Account, account: Account, reason: str, revoke_tokens: bool = False) -> bool:
    """Keep a delegate out (`suspend_account`), and end the tokens that he made where `revoke_tokens` says so.

    His other tokens stay: they are the entity's, and its systems would stop. Whether he was not suspended already.
    """
    if not suspend_account(by=by, account=account, reason=reason):
        return False
    if revoke_tokens:
        revoke_tokens_issued_by(
            account=account, by=by, reason=f"Se suspendió al delegado que lo generó: {reason}"[:200]
        )
    return True
