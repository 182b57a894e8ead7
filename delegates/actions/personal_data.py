"""Correct one's own data, change one's e-mail through a link, take a copy of everything (Ley 1581 de 2012, art. 8)."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from accounts.actions.login import confirm_password
from accounts.models import Account, PasswordLink, Person
from accounts.security import login_limits
from delegates.events import Event
from delegates.models import EmailChange
from delegates.personal_data_export import personal_data
from entities.models import EntityKind
from mipres_admin.database.locks import lock
from mipres_admin.database.text import masked_email
from mipres_admin.history.recording import EventRow, record, record_all
from mipres_admin.origin import origin
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refusal, Refused

DEAD_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause="El enlace ya se usó, venció, o después de él se pidió otro cambio o se cambió la contraseña. Sirve durante "
    f"{mail_links.MINUTES} minutos.",
    remedy="Su correo sigue como estaba. Si todavía quiere cambiarlo, ingrese y pídalo de nuevo en «Mis datos».",
    who="Usted.",
)
WRONG_PASSWORD = "La contraseña debe ser la que usa hoy para ingresar con esta cuenta."  # noqa: S105  a message


def person_of(by: Account) -> Person:
    """The person whose own account this is; the access declaration has seen to it that there is one."""
    assert by.person is not None  # noqa: S101  narrows the type
    return by.person


@transaction.atomic
def correct_sex(*, by: Account, sex: str) -> bool:
    """Save the sexo that the person says; whether that changed anything."""
    person = lock(person_of(by))
    if person.sex == sex:
        return False
    before, person.sex = {"sex": person.sex}, sex
    person.save(update_fields=["sex"])
    record(by=by, event=Event.PERSON_CORRECTED, obj=person, before=before, after={"sex": sex})
    return True


def _seal(account: Account) -> str:
    """The end of a link's secret. With another password the link opens nothing: an intruder's dies with his entry."""
    return salted_hmac("delegates.email_change", account.password, algorithm="sha256").hexdigest()[:32]


@sensitive_variables("secret")
@transaction.atomic
def _write_change(by: Account, email: str) -> None:
    secret = mail_links.new_secret() + _seal(by)
    EmailChange.objects.update_or_create(
        account=by,
        defaults={"email": email, "secret_sha256": mail_links.hash_of(secret), "expires_at": mail_links.expiry()},
    )
    record(by=by, event=Event.EMAIL_ASKED, obj=by, after={"email": masked_email(email)})
    link = mail_links.link("confirm_email", secret)
    useful_until = mail_links.expiry()
    notify(email, "confirm_email", useful_until=useful_until, account=by, link=link, minutes=mail_links.MINUTES)


@sensitive_variables("password")
def ask_email_change(*, by: Account, email: str, password: str) -> None:
    """Mail a link to the new e-mail; nothing changes until it is used. An older link, or a new password, ends it.

    Raises ValidationError: under "old" when the password is wrong, without field when the account is locked or asked
    too often.
    """
    confirm_password(by=by, password=password, field="old", wrong=WRONG_PASSWORD)
    login_limits.register_link_request(document=by.login, email=email, address=origin.get().address)
    _write_change(by, email)


@sensitive_variables("secret")
def find_change(secret: str) -> EmailChange:
    """The open change of this secret. Raises Refused, with what to do, for any other; changes nothing."""
    changes = EmailChange.objects.current().select_related("account__person")
    change = changes.filter(secret_sha256=mail_links.hash_of(secret)).first()
    if change is None or not change.account.can_log_in or not secret.endswith(_seal(change.account)):
        raise Refused(DEAD_LINK)
    return change


def _accounts_that_follow(person: Person, old: str) -> Any:
    """The person's own account, that of his PPN, and every other one that had the e-mail which is given up."""
    own = Q(entity=None) | Q(entity__kind=EntityKind.PPN) | Q(email__iexact=old)
    return Account.objects.filter(own, person=person, is_staff=False)


def _event_rows(following: Any, new: str) -> Iterator[EventRow]:
    """One row for each account whose e-mail changes: a delegate's is in the history of its entity."""
    for account in following.select_related("entity").order_by("pk"):
        before, after = {"email": masked_email(account.email)}, {"email": masked_email(new)}
        yield EventRow(Event.EMAIL_CHANGED, account, before, after, entity=account.entity)


@sensitive_variables("secret")
@transaction.atomic
def change_email(*, secret: str) -> Account:
    """Change the e-mail as the link says, and tell the old one.

    A delegate's account keeps the e-mail that its entity's representative gave, unless that was the one given up; each
    account that follows has its row of history.
    Raises Refused when the link does not open: of two windows, the second finds it used.
    """
    change = find_change(secret)
    person = lock(person_of(change.account))
    deleted, _ = EmailChange.objects.current().filter(pk=change.pk, secret_sha256=change.secret_sha256).delete()
    if not deleted:
        raise Refused(DEAD_LINK)
    old, new = change.account.email, change.email
    following = _accounts_that_follow(person, old)
    events = list(_event_rows(following, new))
    # whoever reads the old mailbox may have a link in it
    PasswordLink.objects.filter(account__in=following).delete()
    following.update(email=new)
    person.email = new
    person.save(update_fields=["email"])
    record_all(by=change.account, events=events)
    notify(old, "email_changed", email=masked_email(new))
    return change.account


@transaction.atomic
def download_data(*, by: Account) -> dict[str, Any]:
    """Everything the portal holds on the person, and one row of history that it was taken."""
    person = person_of(by)
    data = personal_data(person)
    record(by=by, event=Event.PERSON_DOWNLOADED, obj=person)
    return data
