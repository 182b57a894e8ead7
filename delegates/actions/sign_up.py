"""Sign up for an account of Mi Seguridad Social (persona natural): request it, and confirm it with the mailed link."""

from dataclasses import asdict, dataclass

from django.db import models, transaction
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables

from accounts.actions.login_and_password import check_new_password
from accounts.models import Account, Person
from accounts.security import login_limits
from accounts.usernames import natural_person_login
from delegates.events import Event
from delegates.models import PrivacyAcceptance, SignUp
from delegates.privacy_notice_version import NOTICE_VERSION
from mipres_admin.database.text import fold_words, masked_email
from mipres_admin.history.recording import record
from mipres_admin.origin import origin
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refusal, Refused

DEAD_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause=f"El enlace ya se usó o venció. Cada enlace sirve una sola vez y durante {mail_links.MINUTES} minutos.",
    remedy="Si ya asignó su contraseña, ingrese con ella. Si no, regístrese de nuevo: le llegará otro correo.",
    who="Usted.",
)
# one text for every cause: a stranger with the mail must not learn what the portal knows of a document
NOT_OPENED = Refusal(
    headline="No se creó la cuenta",
    cause="Los datos de la solicitud no permiten crear la cuenta en línea.",
    remedy="Comuníquese con Atención al usuario, con su documento a la mano: los datos están al pie de esta página. "
    "Si ya tiene una cuenta, ingrese con ella o use «Olvidé mi clave - Recordar contraseña».",
    who="Atención al usuario.",
)


@dataclass(frozen=True)
class Applicant:
    """What a person typed to sign up: fields of `SignUp`."""

    document_type: str
    document_number: str
    first_name: str
    second_name: str
    first_surname: str
    second_surname: str
    sex: str
    email: str


# ---------------------------------------------------------------- requesting


@sensitive_variables("secret")
@transaction.atomic
def _create_sign_up(applicant: Applicant) -> None:
    """Save the request and send one mail, with the same statements for people with and without an account.

    A person with an account is notified at its address, and the secret of the request goes to nobody.
    """
    secret = mail_links.new_secret()
    accounts = Account.objects.filter(entity=None, is_staff=False).select_related("person")
    existing = accounts.filter(
        person__document_type=applicant.document_type, person__document_number=applicant.document_number
    ).first()
    sign_up = SignUp.objects.create(
        **asdict(applicant),
        secret_sha256=mail_links.hash_of(secret),
        notice_version=NOTICE_VERSION,
        expires_at=mail_links.expiry(),
    )
    record(by=None, event=Event.SIGN_UP_REQUESTED, obj=sign_up)
    notify(
        existing or applicant.email,
        "sign_up_known" if existing else "sign_up",
        useful_until=mail_links.expiry(),
        link=mail_links.link("confirm_sign_up", secret),
        minutes=mail_links.MINUTES,
    )


def request_account(*, applicant: Applicant) -> None:
    """Mail the link that opens an account to the e-mail that was typed, without revealing whether one exists.

    Source: registration guide for delegates, 2023, step 1. The applicant has accepted the privacy notice in force.
    Raises ValidationError when too many requests came for the document, the e-mail or from the address of the request.
    """
    login_limits.register_link_request(
        document=natural_person_login(applicant.document_type, applicant.document_number),
        email=applicant.email,
        address=origin.get().address,
    )
    _create_sign_up(applicant)


# ---------------------------------------------------------------- confirming


@sensitive_variables("secret")
def find_sign_up(secret: str) -> SignUp:
    """The current sign-up of this secret. Raises Refused, with what to do, without one; changes nothing."""
    sign_up = SignUp.objects.current().filter(secret_sha256=mail_links.hash_of(secret)).first()
    if sign_up is None:
        raise Refused(DEAD_LINK)
    return sign_up


def future_account(sign_up: SignUp) -> Account:
    """The unsaved account of a sign-up: its form shows it, and its password is checked against it."""
    return Account(login=natural_person_login(sign_up.document_type, sign_up.document_number), email=sign_up.email)


def _lock_person(sign_up: SignUp) -> tuple[Person, bool]:
    """The person of the sign-up, locked, and whether they are new to the portal."""
    names = ("first_name", "second_name", "first_surname", "second_surname", "sex", "email")
    return Person.objects.select_for_update().get_or_create(
        document_type=sign_up.document_type,
        document_number=sign_up.document_number,
        defaults={name: getattr(sign_up, name) for name in names},
    )


def _obstacle(sign_up: SignUp, person: Person) -> str:
    """Why the account may not be opened, as a code for the history, or an empty string."""
    login = future_account(sign_up).login
    if Account.objects.filter(models.Q(login=login) | models.Q(person=person, entity=None, is_staff=False)).exists():
        return "account"
    if person.deceased_on is not None:
        return "deceased"
    # a delegate signs up with the e-mail of one of their accounts; any other may be a stranger's
    accounts = Account.objects.filter(person=person, is_staff=False)
    if accounts.exists() and not accounts.filter(email__iexact=sign_up.email).exists():
        return "email"
    typed, stored = (fold_words(f"{names.first_name}|{names.first_surname}") for names in (sign_up, person))
    return "" if typed == stored else "names"


def _contact(person: Person) -> dict[str, str]:
    return {"email": masked_email(person.email) if person.email else "", "sex": person.sex}


def _update_person(sign_up: SignUp, person: Person) -> None:
    """A person without an account gets the confirmed e-mail; the e-mail before is notified."""
    if person.email and person.email.lower() != sign_up.email.lower():
        notify(person, "email_changed", email=masked_email(sign_up.email))
    person.email, person.sex = sign_up.email, person.sex or sign_up.sex
    person.save(update_fields=["email", "sex"])


@sensitive_variables("new")
def _open_account(sign_up: SignUp, person: Person, new: str, *, is_new: bool) -> Account:
    before = {} if is_new else _contact(person)
    if not is_new:
        _update_person(sign_up, person)
    account = future_account(sign_up)
    account.person = person
    account.set_password(new)
    account.save()
    PrivacyAcceptance.objects.create(
        account=account, notice_version=sign_up.notice_version, accepted_at=sign_up.accepted_at
    )
    after = {"person": person.pk, "new_person": is_new, "notice": sign_up.notice_version}
    after |= {} if is_new else _contact(person)
    record(by=account, event=Event.SIGN_UP_CONFIRMED, obj=account, before=before, after=after)
    return account


@sensitive_variables("secret", "new")
@transaction.atomic
def _use_link(secret: str, new: str) -> Account | None:
    """Use the link up, and open the account if there is no obstacle."""
    sign_up = find_sign_up(secret)
    check_new_password(future_account(sign_up), new)
    # when the form is sent twice at once, the second waits here and finds the link used
    if not SignUp.objects.current().filter(pk=sign_up.pk).update(used_at=Now()):
        raise Refused(DEAD_LINK)
    with transaction.atomic():
        person, is_new = _lock_person(sign_up)
        obstacle = _obstacle(sign_up, person)
        if not obstacle:
            return _open_account(sign_up, person, new, is_new=is_new)
        transaction.set_rollback(True)
    record(by=None, event=Event.SIGN_UP_REFUSED, obj=sign_up, after={"cause": obstacle})
    return None


@sensitive_variables("secret", "new")
def confirm_account(*, secret: str, new: str) -> Account:
    """Open the account of the link with this password, and use the link up.

    Creates the person, or takes the one that the portal has with that document when first name and first surname agree.
    Raises ValidationError under "new" when a validator refuses the password (the link stays), and Refused: when the
    link does not open, or in the same words when the document has an account, is of a deceased person, is known under
    other names, or has a delegate's account and none with this e-mail.
    """
    account = _use_link(secret, new)
    if account is None:
        raise Refused(NOT_OPENED)
    return account
