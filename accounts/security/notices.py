"""Who is told when the security of an account changes? The person, at each address of theirs that the portal has."""

from typing import Any

from accounts.models import Account
from mipres_admin.origin import origin
from mipres_admin.outbox.mail import notification, notify_all


def addresses_of(account: Account) -> list[str]:
    """The e-mail of the account, then the others of its person; an account of the Ministry has its own alone."""
    emails = [account.email]
    if account.person is not None and not account.is_staff:
        others = account.person.accounts.filter(is_staff=False, is_active=True).order_by("entity_id", "pk")
        emails += [*others.values_list("email", flat=True), account.person.email]
    return list({email.lower(): email for email in reversed(emails) if email}.values())[::-1]


def notify_person(account: Account, template: str, *also: str, **context: Any) -> None:
    """Put the mail into the outbox for each address of the person of `account`, and for those in `also`.

    So whoever has taken over one account, with its mailbox, cannot keep the person from learning of it. The address
    from which it was done goes to the mailbox of the account alone.
    """
    own, *others = dict.fromkeys([*addresses_of(account), *also])
    mails = [notification(own, template, account=account, address=origin.get().address, **context)]
    notify_all([*mails, *(notification(other, template, account=account, **context) for other in others)])
