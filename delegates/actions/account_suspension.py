"""Suspend an account with the links and, on request, the tokens that its holder has."""

from django.db import transaction

from accounts.actions.ministry_interventions import suspend_account
from accounts.models import Account
from delegates.models import EmailChange
from tokens.actions import revoke_tokens_issued_by


@transaction.atomic
def suspend_with_links(*, by: Account, account: Account, reason: str, revoke_tokens: bool = False) -> bool:
    """Suspend an account (`suspend_account`), delete its link to change the e-mail and, with `revoke_tokens`, revoke
    the tokens that a delegate generated.

    Without it the tokens stay, because the entity's systems use them. False when it was suspended already.
    """
    if not suspend_account(by=by, account=account, reason=reason):
        return False
    EmailChange.objects.filter(account=account).delete()
    if revoke_tokens:
        revoke_tokens_issued_by(
            account=account, by=by, reason=f"Se suspendió al delegado que lo generó: {reason}"[:200]
        )
    return True
