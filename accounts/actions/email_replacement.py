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


def _delete_doubtful_factors(account: Account, email: str) -> int:
    """Delete the factors that the reader of a mailbox may have added which the person never proved; return how many.

    They would ask the holder for a code that somebody else has. Those from before the entity first replaced the e-mail
    stay, as they keep the reader of the new one out, unless the new one is the person's: nobody else reads that.
    """
    person = account.require_person()
    proven = {each.lower() for each in emails_of_oneself(person)}
    may_be_anybodys = account.email_replaced_at is not None or email.lower() in proven
    if account.email.lower() in proven or not may_be_anybodys:
        return 0
    return delete_factors(account, since=account.email_replaced_at)


@transaction.atomic
def replace_email(*, account: Account, email: str, template: str) -> tuple[Account, int]:
    """Set the e-mail of a delegate's `account`, end its sessions, links and password, and notify.

    Returns the account as it is now, and how many second factors went: those of which it is doubtful who added them. No
    passkey that stays opens the account alone; the tokens of portals stay, which are the entity's.

    An e-mail proves a mailbox and no person: who reads the new one is not to inherit what the holder opened, nor the
    holder to go on unaware. Links to change an e-mail end with the password. The mail `template` goes to the new and
    the old address and to each other address of the person, unless the e-mail is the same. The caller records the event
    and sends the link to set a password.
    """
    account = lock(account)
    old = account.email
    removed = _delete_doubtful_factors(account, email)
    remove_access(account, email)
    if email != old:
        account.email_replaced_at = clock.now()
        account.save(update_fields=["email_replaced_at"])
        notify_person(account, template, old, email=masked_email(email), removed=removed)
    return account, removed
