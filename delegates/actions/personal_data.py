"""Mis datos: correct the sexo, change the e-mail through a mailed link, download everything (Ley 1581 de 2012)."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from accounts.models import Account, PasswordLink
from accounts.security import login_limits
from accounts.security.notices import notify_person
from delegates.events import Event
from delegates.models import EmailChange, person_of
from delegates.personal_data_export import personal_data, unverified_data
from mipres_admin.database.locks import lock
from mipres_admin.database.text import masked_email
from mipres_admin.history.recording import record
from mipres_admin.origin import origin
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refusal, Refused


def _dead_link(cause: str) -> Refusal:
    return Refusal(
        headline="Este enlace ya no sirve",
        cause=cause,
        remedy="El correo no cambió con este enlace. Si todavía quiere cambiarlo, ingrese y pídalo de nuevo en "
        "«Mis datos».",
        who="Usted.",
    )


EXPIRED_LINK = _dead_link(f"El enlace venció: sirve durante {mail_links.MINUTES} minutos.")
# one that was used or replaced is not kept
REPLACED_LINK = _dead_link("No es el enlace vigente: sirve una sola vez, y pedir otro cambio lo anula.")
OTHER_ACCESS = _dead_link("Lo anuló un cambio en el acceso a la cuenta: en su contraseña, en sus sesiones.")


@transaction.atomic
def correct_sex(*, by: Account, sex: str) -> bool:
    """Save the sexo of the account's person; returns whether it changed."""
    person = lock(person_of(by))
    if person.sex == sex:
        return False
    before, person.sex = {"sex": person.sex}, sex
    person.save(update_fields=["sex"])
    record(by=by, event=Event.PERSON_CORRECTED, obj=person, before=before, after={"sex": sex})
    return True


def _access_hash(account: Account) -> str:
    """The end of a link's secret: a new password or closed sessions, which keep an intruder out, end it too."""
    access = f"{account.password} {account.sessions_ended_at}"
    return salted_hmac("delegates.email_change", access, algorithm="sha256").hexdigest()[:32]


@sensitive_variables("secret")
@transaction.atomic
def _create_email_change(by: Account, email: str) -> None:
    secret = mail_links.new_secret() + _access_hash(by)
    EmailChange.objects.update_or_create(
        account=by,
        defaults={"email": email, "secret_sha256": mail_links.hash_of(secret), "expires_at": mail_links.expiry()},
    )
    record(by=by, event=Event.EMAIL_CHANGE_REQUESTED, obj=by, after={"email": masked_email(email)})
    link = mail_links.link("confirm_email", secret)
    useful_until = mail_links.expiry()
    what = f"se pidió cambiar el correo a {masked_email(email)}, y no cambia hasta que se confirme desde allí"
    notify(by, "security_changed", what=what, at=timezone.now(), address=origin.get().address)
    notify(email, "confirm_email", useful_until=useful_until, account=by, link=link, minutes=mail_links.MINUTES)


def request_email_change(*, by: Account, email: str) -> None:
    """Mail a link to the new e-mail, and tell the old one; nothing changes until it is used.

    A newer link or password, and closing any session of the account, make it useless.

    Raises ValidationError when the account requests links too often.
    """
    login_limits.register_link_request(kind="email_change", login=by.login, email=email)
    _create_email_change(by, email)


@sensitive_variables("secret")
def find_email_change(secret: str) -> EmailChange:
    """The current e-mail change of this secret. Raises Refused, with what to do, without one; changes nothing."""
    changes = EmailChange.objects.select_related("account__person", "account__entity")
    change = changes.filter(secret_sha256=mail_links.hash_of(secret)).first()
    if change is None:
        raise Refused(REPLACED_LINK)
    if change.expires_at <= timezone.now():
        raise Refused(EXPIRED_LINK)
    if why := change.account.why_no_login:
        raise Refused(_dead_link(why.cause))
    if not secret.endswith(_access_hash(change.account)):
        raise Refused(OTHER_ACCESS)
    return change


@sensitive_variables("secret")
@transaction.atomic
def change_email(*, secret: str) -> Account:
    """Change the e-mail as the link says, and notify the old one and each other address of the person.

    The other accounts of the person keep theirs, also the one as a PPN: an intruder in one account would else get the
    links of the others. Raises Refused when the link does not open; when it is used twice at once, the second is
    refused.
    """
    change = find_email_change(secret)
    person = lock(change.account.person) if change.account.person else None
    account = lock(change.account)
    deleted, _ = EmailChange.objects.current().filter(pk=change.pk, secret_sha256=change.secret_sha256).delete()
    if not deleted:
        raise Refused(REPLACED_LINK)
    old, account.email = account.email, change.email
    # the old mailbox may have a link in it
    PasswordLink.objects.filter(account=account).delete()
    account.save(update_fields=["email"])
    if person is not None and account.is_natural_person:
        person.email = account.email
        person.save(update_fields=["email"])
    before, after = {"email": masked_email(old)}, {"email": masked_email(account.email)}
    record(by=account, event=Event.EMAIL_CHANGED, obj=account, before=before, after=after)
    notify_person(account, "email_changed", old, email=after["email"])
    return account


@transaction.atomic
def download_personal_data(*, by: Account) -> dict[str, Any]:
    """All that the portal has on the person, or on who says they are; the download is recorded."""
    data = unverified_data(by) if by.is_unverified else personal_data(person_of(by))
    record(by=by, event=Event.PERSON_DOWNLOADED, obj=by.person or by)
    return data
