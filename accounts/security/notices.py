"""Who is told when the security of an account changes? The person, at each address of theirs that the portal has."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Account, Person, accounts_of_oneself, can_log_in_q
from mipres_admin.origin import origin
from mipres_admin.outbox.mail import notification, notify_all
from mipres_admin.outbox.models import OutgoingMail


def emails_of_oneself(person: Person) -> list[str]:
    """The e-mails that the person proved (`Account.proves_its_email`), and the portal's unless it is in doubt."""
    accounts = list(accounts_of_oneself(person).select_related("entity", "person"))
    emails = [account.email for account in accounts if account.proves_its_email]
    if all(account.can_log_in for account in accounts if account.entity_id is None):
        emails.append(person.email)
    return emails


def is_told_at(email: str) -> Q:
    """Accounts of which `email` reads what happens to them: it is among the first of `addresses_of`."""
    own = accounts_of_oneself(OuterRef("person"))
    proven = Exists(own.filter(can_log_in_q(), email__iexact=email))
    in_doubt = Exists(own.filter(~can_log_in_q(), entity=None))
    of_person = Q(proven) | Q(person__email__iexact=email) & ~Q(in_doubt)
    return Q(email__iexact=email) | Q(of_person, is_staff=False)


def _unique(emails: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Each address once, in the order in which it came first, without those in `known`."""
    known = {email.lower() for email in ("", *known)}
    return list({email.lower(): email for email in reversed(list(emails)) if email.lower() not in known}.values())[::-1]


def addresses_of(account: Account, *also: str) -> tuple[list[str], list[str]]:
    """Who reads what happened to `account`, and who only that something did to another account of their delegate.

    The first are its own address, `also`, and those that the person proved; the second those that entities gave to the
    other accounts. An account of the Ministry has its own address alone.
    """
    first, person = [account.email, *also], account.person
    if person is None or account.is_staff:
        return _unique(first), []
    first = _unique([*first, *emails_of_oneself(person)])
    others = person.accounts.filter(is_staff=False, is_active=True).order_by("entity_id", "pk")
    return first, _unique(others.values_list("email", flat=True), known=first)


def _to_others(account: Account, template: str, also: Iterable[str], context: Any) -> Iterator[OutgoingMail | None]:
    named, unnamed = addresses_of(account, *also)
    for email in _unique(named, known=[account.email]):
        yield notification(email, template, account=account, **context)
    for email in unnamed:
        yield notification(email, "other_account_changed", person=account.person)


def notify_person(
    account: Account, template: str, *also: str, caused_by: Account | None = None, **context: Any
) -> None:
    """Put the mail into the outbox for each address of the person of `account`, and for those in `also`.

    So an intruder in one account and its mailbox cannot keep the person from learning of it. The address
    from which it was done goes to the mailbox of the account alone, and what it was to those that the person proved:
    an address that an entity gave must not tell it where else its delegate works. `caused_by`, who wrote the address of
    the account, is told when it takes no mail.
    """
    own_context = context | {"account": account, "address": origin.get().address, "caused_by": caused_by}
    own = notification(account.email, template, **own_context)
    notify_all([own, *_to_others(account, template, also, context)])


def notify_others(account: Account, template: str, *also: str, **context: Any) -> None:
    """As `notify_person`, without the address of the account itself."""
    notify_all(_to_others(account, template, also, context))
