"""Give a person's account back to its owner: nothing that opened it opens it still."""

from collections.abc import Iterator

from django.db import transaction

from accounts.actions.email_replacement import remove_access
from accounts.actions.password_links import write_link
from accounts.actions.second_factor import delete_factors
from accounts.events import Event
from accounts.models import Account, PasswordLink, Suspension, accounts_of_oneself
from accounts.security.notices import notify_person
from delegates.models import EmailChange, person_of
from delegates.rules.account_return import return_refusal
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.database.text import masked_email
from mipres_admin.history.recording import EventRow, record_all
from mipres_admin.refusals import refuse
from tokens.actions import revoke_tokens_issued_by

WHY_REVOKED = "La cuenta que lo generó se devolvió a su dueño."


def _give_back(accounts: list[Account], *, by: Account, email: str, reason: str) -> Iterator[EventRow]:
    """Take all that opens these locked accounts, and write the link to each that can log in; their events."""
    for account in accounts:
        before = {"email": masked_email(account.email), "factors": delete_factors(account)}
        after = {"email": masked_email(email), "sessions": remove_access(account, email)}
        after["tokens"] = revoke_tokens_issued_by(account=account, by=by, reason=WHY_REVOKED)
        if account.can_log_in:
            write_link(account, PasswordLink.Reason.RETURN, by)
        yield EventRow(Event.ACCOUNT_GIVEN_BACK, account, before, after, entity=account.entity, reason=reason)


@transaction.atomic
def give_back_account(*, by: Account, account: Account, email: str, reason: str) -> Account:
    """Give a suspended account, as a person or as a PPN, back to its owner, at an e-mail that `by` has verified.

    Its suspension ends, and its password, second factors, recovery codes, known devices, links and sessions with it;
    the owner gets a link to set another password. So does the person's other account of the two; the tokens of both
    end. Each address that the portal had of the person is told. Raises Refused: see `return_refusal`.
    """
    refuse(return_refusal(account, by, email))
    person = lock(person_of(account))
    accounts = lock_rows(accounts_of_oneself(person))
    account = next(each for each in accounts if each == account)
    refuse(return_refusal(account, by, email))
    told = [each.email for each in accounts] + [person.email]
    lifted = {"lifted_at": clock.now(), "lifted_by": by, "lifted_because": reason}
    Suspension.objects.current().filter(account=account).update(**lifted)
    EmailChange.objects.filter(account__in=accounts).delete()
    person.email = email
    person.save(update_fields=["email"])
    record_all(by=by, events=_give_back(accounts, by=by, email=email, reason=reason))
    other = next((each.login for each in accounts if each.pk != account.pk), "")
    notify_person(account, "account_given_back", *told, caused_by=by, other=other)
    return account
