"""Ask for an account of Mi Seguridad Social, persona natural, and open it with the link of the mail: once."""

from dataclasses import asdict, dataclass

from django.db import models, transaction
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables

from accounts.actions.login import check_new_password
from accounts.models import Account, Person
from accounts.security import login_limits
from accounts.usernames import natural_person_login
from delegates.events import Event
from delegates.models import PrivacyAcceptance, SignUp
from delegates.privacy_notice import NOTICE_VERSION
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
# one text for every cause: whoever holds only the mail must not learn what the portal knows of a document
NOT_OPENED = Refusal(
    headline="No se creó la cuenta",
    cause="Los datos de la solicitud no permiten crear la cuenta en línea.",
    remedy="Comuníquese con Atención al usuario, con su documento a la mano: los datos están al pie de esta página. "
    "Si ya tiene una cuenta, ingrese con ella o use «Olvidé mi clave - Recordar contraseña».",
    who="Atención al usuario.",
)


@dataclass(frozen=True)
class Applicant:
    """What a person typed to ask for an account."""

    document_type: str
    document_number: str
    first_name: str
    second_name: str
    first_surname: str
    second_surname: str
    sex: str
    email: str


# ---------------------------------------------------------------- asking


@sensitive_variables("secret")
@transaction.atomic
def _write(applicant: Applicant) -> None:
    """The request, its row of history and one mail: the same statements whoever is known and whoever is not.

    Who has an account is told so at his own address, and the secret of the request goes to nobody.
    """
    secret = mail_links.new_secret()
    accounts = Account.objects.filter(entity=None, is_staff=False).select_related("person")
    known = accounts.filter(
        person__document_type=applicant.document_type, person__document_number=applicant.document_number
    ).first()
    request = SignUp.objects.create(
        **asdict(applicant),
        secret_sha256=mail_links.hash_of(secret),
        notice_version=NOTICE_VERSION,
        expires_at=mail_links.expiry(),
    )
    record(by=None, event=Event.SIGN_UP_REQUESTED, obj=request)
    notify(
        known or applicant.email,
        "sign_up_known" if known else "sign_up",
        useful_until=mail_links.expiry(),
        link=mail_links.link("confirm_sign_up", secret),
        minutes=mail_links.MINUTES,
    )


def request_account(*, applicant: Applicant) -> None:
    """Mail the link that opens an account to the e-mail that was typed; tell nobody whether the person is known.

    Source: registration guide for delegates, 2023, step 1. The privacy notice in force was accepted with it. Raises
    ValidationError when too many requests came for the document, the e-mail or from the address of the request.
    """
    login_limits.register_link_request(
        document=natural_person_login(applicant.document_type, applicant.document_number),
        email=applicant.email,
        address=origin.get().address,
    )
    _write(applicant)


# ---------------------------------------------------------------- confirming


@sensitive_variables("secret")
def find_request(secret: str) -> SignUp:
    """The open request of this secret. Raises Refused, with what to do, for any other; changes nothing."""
    request = SignUp.objects.current().filter(secret_sha256=mail_links.hash_of(secret)).first()
    if request is None:
        raise Refused(DEAD_LINK)
    return request


def future_account(request: SignUp) -> Account:
    """The account that a request would open, unsaved: what its form shows and its password is judged by."""
    return Account(login=natural_person_login(request.document_type, request.document_number), email=request.email)


def _person(request: SignUp) -> tuple[Person, bool]:
    """The person of the request, locked, and whether he is new to the portal."""
    names = ("first_name", "second_name", "first_surname", "second_surname", "sex", "email")
    return Person.objects.select_for_update().get_or_create(
        document_type=request.document_type,
        document_number=request.document_number,
        defaults={name: getattr(request, name) for name in names},
    )


def _obstacle(request: SignUp, person: Person) -> str:
    """Why the account may not be opened, in a word for the history, or nothing."""
    login = future_account(request).login
    if Account.objects.filter(models.Q(login=login) | models.Q(person=person, entity=None, is_staff=False)).exists():
        return "account"
    if person.deceased_on is not None:
        return "deceased"
    # a person who works as a delegate reads one of his accounts' addresses: anybody else's is a stranger's
    mine = Account.objects.filter(person=person, is_staff=False)
    if mine.exists() and not mine.filter(email__iexact=request.email).exists():
        return "email"
    asked, known = (fold_words(f"{who.first_name}|{who.first_surname}") for who in (request, person))
    return "" if asked == known else "names"


def _contact(person: Person) -> dict[str, str]:
    """What history keeps of how a person is reached, and of the sexo."""
    return {"email": masked_email(person.email) if person.email else "", "sex": person.sex}


def _take_over(request: SignUp, person: Person) -> None:
    """A person whom the portal knew without an account gets the confirmed e-mail; the one he had is told."""
    if person.email and person.email.lower() != request.email.lower():
        notify(person, "email_changed", email=masked_email(request.email))
    person.email, person.sex = request.email, person.sex or request.sex
    person.save(update_fields=["email", "sex"])


@sensitive_variables("new")
def _open(request: SignUp, person: Person, new: str, *, is_new: bool) -> Account:
    before = {} if is_new else _contact(person)
    if not is_new:
        _take_over(request, person)
    account = future_account(request)
    account.person = person
    account.set_password(new)
    account.save()
    PrivacyAcceptance.objects.create(
        account=account, notice_version=request.notice_version, accepted_at=request.accepted_at
    )
    after = {"person": person.pk, "new_person": is_new, "notice": request.notice_version}
    after |= {} if is_new else _contact(person)
    record(by=account, event=Event.SIGN_UP_CONFIRMED, obj=account, before=before, after=after)
    return account


@sensitive_variables("secret", "new")
@transaction.atomic
def _use(secret: str, new: str) -> Account | None:
    """Use the link up, and open the account if nothing stands against it."""
    request = find_request(secret)
    check_new_password(future_account(request), new)
    # of two windows that send the form at once, the second waits here and finds the link used
    if not SignUp.objects.current().filter(pk=request.pk).update(used_at=Now()):
        raise Refused(DEAD_LINK)
    with transaction.atomic():
        person, is_new = _person(request)
        obstacle = _obstacle(request, person)
        if not obstacle:
            return _open(request, person, new, is_new=is_new)
        transaction.set_rollback(True)
    record(by=None, event=Event.SIGN_UP_REFUSED, obj=request, after={"cause": obstacle})
    return None


@sensitive_variables("secret", "new")
def confirm_account(*, secret: str, new: str) -> Account:
    """Open the account of the link with this password, and use the link up.

    Makes the person, or takes the one whom the portal knows by that document when first name and first surname agree.
    Raises ValidationError under "new" when a validator refuses the password (the link stays), and Refused: when the
    link does not open, or in one and the same words when the document has an account, is of a deceased person, is known
    under other names, or has a delegate's account and none with this e-mail.
    """
    account = _use(secret, new)
    if account is None:
        raise Refused(NOT_OPENED)
    return account
