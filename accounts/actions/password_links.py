"""Send the link that sets a password, also for a forgotten one, and use it once."""

from functools import reduce
from operator import or_

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.actions.login_and_password import (
    check_new_password,
    save_new_password,
)
from accounts.events import Event
from accounts.models import Account, LoginObstacle, PasswordLink, Person, can_log_in_q
from accounts.security import login_limits
from accounts.security.notices import is_told_at
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.mail import notify
from mipres_admin.rate_limits.models import RateCounter
from mipres_admin.refusals import Refusal, Refused

EXPIRED_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause=f"El enlace venció: cada uno sirve durante {mail_links.MINUTES} minutos.",
    remedy="Pida uno nuevo en «Olvidé mi clave - Recordar contraseña».",
    who="Usted, como titular de la cuenta.",
)
# a link that was used or replaced is not kept
DEAD_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause="No es un enlace vigente: cada uno sirve una sola vez, y el más nuevo anula los anteriores.",
    remedy="Si acaba de asignar su contraseña, ingrese con ella. Si no, abra el enlace del correo más reciente o pida "
    "uno nuevo en «Olvidé mi clave - Recordar contraseña».",
    who="Usted, como titular de la cuenta.",
)
# the key of an account that does not exist: the same work is done for it and then rolled back
NOBODY = -1


def _cannot_log_in(why: LoginObstacle) -> Refusal:
    return Refusal(
        cause=why.cause,
        remedy="No se envió ningún enlace. Envíelo de nuevo cuando eso se haya corregido.",
        who="El Ministerio de Salud y Protección Social.",
    )


@sensitive_variables("secret")
def write_link(account: Account, reason: str, by: Account | None = None) -> None:
    """Save the link in place of any older one, and send it by e-mail, in the transaction of a change with its event.

    `by` is told when it cannot be delivered, at an address that need not be an account's.
    """
    secret, expires_at = mail_links.new_secret(), mail_links.expiry()
    values = {
        "secret_hash": mail_links.hash_of(secret),
        "reason": reason,
        "created_at": Now(),
        "expires_at": expires_at,
    }
    PasswordLink.objects.bulk_create(
        [PasswordLink(account=account, **values)],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=list(values),
    )
    notify(
        account,
        "password_link",
        useful_until=expires_at,
        caused_by=by,
        reason=reason,
        link=mail_links.link("assign_password", secret),
        minutes=mail_links.MINUTES,
    )


@transaction.atomic
def _send(
    *, account: Account, reason: str, by: Account | None, event: Event, obj: models.Model, asked_from: str = ""
) -> None:
    """Record the event and send the link; for NOBODY all but the event is rolled back.

    The e-mail `asked_from`, if any, is told in place of `by` when the link cannot be delivered.
    So a request for an unknown account takes the same statements and the same commit.
    """
    label = PasswordLink.Reason(reason).label
    record(by=by, event=event, obj=obj, entity=account.entity, reason=str(label))
    with transaction.atomic():
        write_link(account, reason, Account(email=asked_from) if asked_from else by)
        if account.pk == NOBODY:
            transaction.set_rollback(True)


def send_password_link(*, account: Account, reason: str, by: Account | None = None) -> None:
    """Mail the account a single-use link to set its password ("Oprima AQUÍ para asignar su contraseña", manual §11.8).

    `reason` is one of `PasswordLink.Reason`: the first password ("assign") or a forgotten one ("recover"). Older links
    of the account stop working. May be called inside the transaction that makes the account. Raises Refused when the
    account may not enter.
    """
    reason = PasswordLink.Reason(reason)
    if why := account.why_no_login:
        raise Refused(_cannot_log_in(why))
    _send(account=account, reason=reason, by=by, event=Event.PASSWORD_LINK_SENT, obj=account)


# ---------------------------------------------------------------- forgotten password


def _nobody(login: str, document_type: str, document_number: str, email: str) -> Account:
    """An unsaved account with the data of the request."""
    person = Person(document_type=document_type, document_number=document_number, first_name="-", first_surname="-")
    return Account(pk=NOBODY, login=login, email=email, person=person)


def recover_password(*, login: str, document_type: str, document_number: str, email: str) -> None:
    """Send the link if the four data are those of one account that can log in (manual v4.1 §11.8).

    The e-mail is one at which the person is told what happens to the account (`is_told_at`); the link goes to that of
    the account. The same statements and the same answer, whether or not they match, and after five mails to an account
    in half an hour. `login` is folded, as accounts store it.
    Raises ValidationError when too many links were requested, with these data or from the address of the request.
    """
    document = f"{document_type} {document_number}"
    counter = login_limits.register_recovery(login=login, document=document, email=email)
    mine = Account.objects.filter(can_log_in_q(), is_told_at(email), login=login)
    typed = {"document_type": document_type, "document_number": document_number}
    holds = (Q(**{f"{path}__{name}": value for name, value in typed.items()}) for path in ("person", "identity_claim"))
    account = mine.select_related("entity", "person").filter(reduce(or_, holds)).first()
    reason = PasswordLink.Reason.RECOVER
    if login_limits.register_recovery_mail(account.login if account else counter) and account is not None:
        event = Event.PASSWORD_LINK_SENT
        _send(account=account, reason=reason, by=None, event=event, obj=account, asked_from=email)
        return
    nobody = _nobody(login, document_type, document_number, email)
    obj = RateCounter(key=counter)
    event = Event.PASSWORD_LINK_REFUSED
    _send(account=nobody, reason=reason, by=None, event=event, obj=obj, asked_from=email)


# ---------------------------------------------------------------- using the link


@sensitive_variables("secret")
def find_link(secret: str) -> PasswordLink:
    """The link of this secret. Raises Refused when it was used, replaced or has expired; changes nothing."""
    links = PasswordLink.objects.select_related("account__entity", "account__person")
    link = links.filter(secret_hash=mail_links.hash_of(secret)).first()
    if link is None:
        raise Refused(DEAD_LINK)
    if link.expires_at <= timezone.now():
        raise Refused(EXPIRED_LINK)
    if why := link.account.why_no_login:
        raise Refused(_cannot_log_in(why))
    return link


@sensitive_variables("secret", "new")
@transaction.atomic
def assign_password(*, secret: str, new: str) -> Account:
    """Set the password of the link's account, and use the link up.

    The log-in is unlocked, every session of the account ends and the person gets an e-mail. Passkeys that somebody else
    may have added open it no more alone, until they follow the new password once. Raises Refused when
    the link does not open, and ValidationError under "new" when a validator refuses the password: the link stays.
    """
    link = find_link(secret)
    account = lock(link.account)
    check_new_password(account, new)
    # of two simultaneous requests, the second waited for the account and finds no link
    deleted, _ = PasswordLink.objects.current().filter(secret_hash=mail_links.hash_of(secret)).delete()
    if not deleted:
        raise Refused(DEAD_LINK)
    account.passkeys.update(opens_alone=False)
    save_new_password(account, new, by=account, event=Event.PASSWORD_ASSIGNED)
    login_limits.reset_login(account)
    return account
