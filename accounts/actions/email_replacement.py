"""Give an account another e-mail on behalf of somebody else than its holder: nothing that opened it opens it still."""

from typing import Any

from django.db import transaction

from accounts.models import Account, PasswordLink
from accounts.security.notices import notify_person
from accounts.security.sessions import end_sessions_of
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


@transaction.atomic
def replace_email(*, account: Account, email: str, template: str, **context: Any) -> Account:
    """Set the e-mail of `account`, end its sessions, links and password, and notify; returns the account as it is now.

    An e-mail proves a mailbox and no person: who reads the new one is not to inherit what the holder opened, nor the
    holder to go on unaware. Links to change an e-mail end with the password. Second factors stay, but no passkey opens
    the account alone; the tokens of portals stay, which are the entity's. The mail `template` goes to the new and the
    old address and to each other address of the person, unless the e-mail is the same. The caller records the event and
    sends the link to set a password.
    """
    account = lock(account)
    old = account.email
    remove_access(account, email)
    if email != old:
        notify_person(account, template, old, email=masked_email(email), **context)
    return account
