"""Create, change, close and reopen accounts of the Ministry's staff, with a reason.

One such action runs at a time, so that two superusuarios cannot close each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.actions.password_links import send_password_link
from accounts.events import Event
from accounts.models import Account, PasswordLink, Person, Verification
from accounts.rules import staff
from accounts.rules.identity import names_of
from accounts.security.sessions import end_sessions_of
from accounts.staff_group_labels import labels_of
from mipres_admin.access.groups import StaffGroup
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.database.text import fold_words
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import refuse


@dataclass(frozen=True)
class StaffDetails:
    """The login, in upper case, and the person of a new account."""

    login: str
    email: str
    document_type: str
    document_number: str
    first_name: str
    second_name: str
    first_surname: str
    second_surname: str


def _locked(account: Account) -> Account:
    return lock(Account.objects.get(pk=account.pk, is_staff=True))


def _lock_staff(by: Account) -> Account:
    """Wait for every other action of this module; then `by` as it is now."""
    lock_rows(Group.objects.filter(name=StaffGroup.SUPERUSUARIO), no_key=True)
    return Account.objects.get(pk=by.pk)


def _groups(account: Account) -> frozenset[str]:
    return frozenset(account.groups.values_list("name", flat=True))


def _notify(by: Account, account: Account, what: str, reason: str) -> None:
    """Tell the holder; `by` is told when their address takes no mail."""
    notify(account, "staff_account", caused_by=by, what=what, reason=reason, at=timezone.now())


# ---------------------------------------------------------------- a new account


def _person(details: StaffDetails) -> Person:
    """The person of the document, created when unknown. Raises Refused for other names or somebody deceased."""
    values = names_of(details) | {"verified_how": Verification.MINISTERIO}
    person, _ = Person.objects.get_or_create(
        document_type=details.document_type, document_number=details.document_number, defaults=values
    )
    given, known = (fold_words(f"{source.first_name}|{source.first_surname}") for source in (details, person))
    refuse(staff.OTHER_NAMES if given != known else None)
    refuse(staff.DECEASED if person.deceased_on else None)
    return person


def _is_same(account: Account, details: StaffDetails, groups: frozenset[str]) -> bool:
    """Whether a double click asks again for this account."""
    document = account.person and (account.person.document_type, account.person.document_number)
    is_same = document == (details.document_type, details.document_number) and account.email == details.email
    return account.is_staff and account.is_active and is_same and _groups(account) == groups


@transaction.atomic
def create_staff(*, by: Account, details: StaffDetails, groups: Iterable[str], reason: str) -> Account:
    """Create an account of the Ministry in these groups and send its person the link that sets the password.

    The first log-in adds the second factor, without which nobody of the Ministry enters. A double click creates
    one account. Raises Refused, with nothing saved, when the rules say no or the login or the person has an account.
    """
    groups, by = frozenset(groups), _lock_staff(by)
    existing = Account.objects.select_related("person").filter(login=details.login).first()
    if existing is not None and _is_same(existing, details, groups):
        return existing
    refuse(staff.LOGIN_TAKEN if existing is not None else staff.login_refusal(details.login))
    refuse(staff.manager_refusal(by, groups) or staff.mailbox_refusal(by, details.email))
    person = _person(details)
    refuse(staff.HAS_ONE if Account.objects.filter(person=person, is_staff=True).exists() else None)
    account = Account.objects.create_user(details.login, email=details.email, person=person, is_staff=True)
    account.groups.set(Group.objects.filter(name__in=groups))
    after = {"groups": sorted(groups)}
    record(by=by, event=Event.STAFF_CREATED, obj=account, entity=None, after=after, reason=reason)
    send_password_link(account=account, reason=PasswordLink.Reason.ASSIGN, by=by)
    return account


# ---------------------------------------------------------------- an account that exists


@transaction.atomic
def change_groups(
    *, by: Account, account: Account, groups: Iterable[str], expected_groups: Iterable[str], reason: str
) -> bool:
    """Put the account in exactly these groups, notify its person, and return whether that was new.

    It takes effect at the next request. Raises Refused when the rules say no, and when the account is no longer in
    `expected_groups`, those that the page showed.
    """
    groups, by = frozenset(groups), _lock_staff(by)
    account = _locked(account)
    before = _groups(account)
    if groups == before:
        return False
    refuse(staff.CHANGED if frozenset(expected_groups) != before else None)
    refuse(staff.staff_refusal(staff.StaffChange(by, account, groups, account.is_active)))
    account.groups.set(Group.objects.filter(name__in=groups))
    old, new = {"groups": sorted(before)}, {"groups": sorted(groups)}
    record(by=by, event=Event.STAFF_GROUPS_CHANGED, obj=account, entity=None, before=old, after=new, reason=reason)
    labels = labels_of(groups)
    _notify(by, account, f"ahora está en: {labels}" if labels else "ya no está en ningún grupo", reason)
    return True


@transaction.atomic
def close_staff(*, by: Account, account: Account, reason: str) -> bool:
    """Close the account: its sessions, known devices and password link end at once. Returns whether it was open.

    Raises Refused when the rules say no. It keeps its groups, for the day on which it is opened again.
    """
    by = _lock_staff(by)
    account = _locked(account)
    if not account.is_active:
        return False
    refuse(staff.staff_refusal(staff.StaffChange(by, account, _groups(account), False)))
    account.is_active = False
    account.save(update_fields=["is_active"])
    PasswordLink.objects.filter(account=account).delete()
    before, after = {"active": True}, {"active": False, "sessions_ended": end_sessions_of(account)}
    record(by=by, event=Event.STAFF_CLOSED, obj=account, entity=None, before=before, after=after, reason=reason)
    _notify(by, account, "quedó cerrada y sus sesiones terminaron", reason)
    return True


@transaction.atomic
def reopen_staff(*, by: Account, account: Account, reason: str) -> bool:
    """Open a closed account again, with its password, second factor and groups. Returns whether it was closed.

    Raises Refused when the rules say no.
    """
    by = _lock_staff(by)
    account = _locked(account)
    if account.is_active:
        return False
    refuse(staff.staff_refusal(staff.StaffChange(by, account, _groups(account), True)))
    account.is_active = True
    account.save(update_fields=["is_active"])
    before, after = {"active": False}, {"active": True}
    record(by=by, event=Event.STAFF_REOPENED, obj=account, entity=None, before=before, after=after, reason=reason)
    _notify(by, account, "quedó abierta de nuevo", reason)
    return True
