"""Give an account another e-mail on behalf of somebody else than its holder: nothing that opened it opens it still."""

from django.db import transaction

from accounts.actions.second_factor import delete_factors
from accounts.models import Account, PasswordLink
from accounts.security.notices import emails_of_oneself, notify_person
from accounts.security.sessions import end_sessions_of
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.database.text import masked_email


def remove_access(account: Account, email: str) -> int:
    """Give a locked account this e-mail, and end its password, links, sessions and devices; how many sessions ended."""
    account.email = email
    account.set_unusable_password()
    account.save(update_fields=["email", "password"])
    account.passkeys.update(opens_alone=False)
    PasswordLink.objects.filter(account=account).delete()
    return end_sessions_of(account)


def _delete_doubtful_factors(account: Account, *, is_proven: bool) -> int:
    """Delete the factors that the reader of a mailbox may have added which the person never proved; return how many.

    They would ask the holder for a code that somebody else has. If the new e-mail `is_proven` the person's, which
    nobody else reads, all go that were added since the account last had such a one. Else those from before the entity
    last replaced the e-mail stay, as they keep the reader of the new one out.
    """
    if is_proven:
        return delete_factors(account, since=account.email_proven_until)
    return delete_factors(account, since=account.email_replaced_at) if account.email_replaced_at else 0


@transaction.atomic
def replace_email(*, by: Account, account: Account, email: str, template: str) -> tuple[Account, int]:
    """Set the e-mail of a delegate's `account`, end its sessions, links and password, and notify.

    Returns the account as it is now, and how many second factors went: those of which it is doubtful who added them. No
    passkey that stays opens the account alone; the tokens of portals stay, which are the entity's.

    An e-mail proves a mailbox and no person: who reads the new one is not to inherit what the holder opened, nor the
    holder to go on unaware. Links to change an e-mail end with the password. The mail `template` goes to the new and
    the old address and to each other address of the person, unless the e-mail is the same; `by`, who wrote the new one,
    is told when it takes no mail. The caller records the event
    and sends the link to set a password.
    """
    account = lock(account)
    old = account.email
    proven = {each.lower() for each in emails_of_oneself(account.require_person())}
    was_proven, is_proven = old.lower() in proven, email.lower() in proven
    removed = 0 if was_proven else _delete_doubtful_factors(account, is_proven=is_proven)
    remove_access(account, email)
    if email != old:
        account.email_replaced_at = clock.now()
        if was_proven:
            account.email_proven_until = account.email_replaced_at
        account.save(update_fields=["email_replaced_at", "email_proven_until"])
        notify_person(account, template, old, caused_by=by, email=masked_email(email), removed=removed)
    return account, removed
