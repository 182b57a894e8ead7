"""Sign up for an account of Mi Seguridad Social (persona natural): request it, and confirm it with the mailed link."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.actions.identity import open_own_account, register_comparison
from accounts.actions.login_and_password import check_new_password
from accounts.models import Account
from accounts.rules.identity import Identity
from accounts.security import login_limits
from delegates.events import Event
from delegates.models import PrivacyAcceptance, SignUp
from delegates.privacy_notice_version import NOTICE_VERSION
from mipres_admin.history.recording import record
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.mail import notification, notify_all
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refusal, Refused

USED_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause="El enlace ya se usó, y cada enlace sirve una sola vez.",
    remedy="Ingrese con la contraseña que asignó.",
    who="Usted.",
)
DEAD_LINK = Refusal(
    headline="Este enlace ya no sirve",
    cause=f"El enlace venció: cada enlace sirve durante {mail_links.MINUTES} minutos.",
    remedy="Regístrese de nuevo: le llegará otro correo.",
    who="Usted.",
)


@dataclass(frozen=True)
class Applicant(Identity):
    """What a person typed to sign up: fields of `SignUp`."""

    email: str


# ---------------------------------------------------------------- requesting


@sensitive_variables("secret", "address")
@transaction.atomic
def _create_sign_up(applicant: Applicant, may_notify: bool) -> None:
    """Save the request and send its mails, with the same statements for people with and without an account.

    A person with an account is told at its address, if `may_notify` or they typed it themself. Any other address that
    was typed gets the link, or it would learn from silence that the document has an account; what the link opens then
    takes nobody's place.
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
    address = mail_links.link("confirm_sign_up", secret)
    notify_all(_mails(applicant, existing, link=address, may_notify=may_notify))


@sensitive_variables("link", "new")
def _mails(applicant: Applicant, existing: Account | None, *, link: str, may_notify: bool) -> list[OutgoingMail | None]:
    """The mails of a request; both are rendered, so that the time does not tell whether there is an account."""
    new = notification(
        applicant.email, "sign_up", useful_until=mail_links.expiry(), link=link, minutes=mail_links.MINUTES
    )
    known = notification(existing or Account(login=applicant.login, email=applicant.email), "sign_up_known")
    if existing is None:
        return [new]
    is_own = existing.email.lower() == applicant.email.lower()
    return [known] if is_own else [new, known if may_notify else None]


def request_account(*, applicant: Applicant) -> None:
    """Mail the link that opens an account to the e-mail that was typed, without revealing whether one exists.

    Source: registration guide for delegates, 2023, step 1. The applicant has accepted the privacy notice in force.
    Raises ValidationError when too many requests came for the e-mail or from the address of the request.
    """
    login_limits.register_link_request(kind="sign_up", email=applicant.email)
    _create_sign_up(applicant, login_limits.register_notice("sign_up", applicant.login))


# ---------------------------------------------------------------- confirming


@sensitive_variables("secret")
def find_sign_up(secret: str) -> SignUp:
    """The current sign-up of this secret. Raises Refused, with what to do, without one; changes nothing."""
    sign_up = SignUp.objects.filter(secret_sha256=mail_links.hash_of(secret)).first()
    if sign_up is not None and sign_up.used_at is not None:
        raise Refused(USED_LINK)
    # the rows of those that expired are deleted
    if sign_up is None or sign_up.expires_at <= timezone.now():
        raise Refused(DEAD_LINK)
    return sign_up


def future_account(sign_up: SignUp) -> Account:
    """The unsaved account of a sign-up, against which its password is checked."""
    return Account(login=Identity.of(sign_up).login, email=sign_up.email)


@sensitive_variables("new")
@transaction.atomic
def _use_link(sign_up: SignUp, new: str, may_compare: bool) -> Account:
    """Use the link up, and open the account."""
    # when the form is sent twice at once, the second waits here and finds the link used
    if not SignUp.objects.current().filter(pk=sign_up.pk).update(used_at=Now()):
        raise Refused(USED_LINK)
    account = open_own_account(
        identity=Identity.of(sign_up), email=sign_up.email, password=new, may_compare=may_compare
    )
    PrivacyAcceptance.objects.create(
        account=account, notice_version=sign_up.notice_version, accepted_at=sign_up.accepted_at
    )
    after = {"notice": sign_up.notice_version}
    record(by=account, event=Event.SIGN_UP_CONFIRMED, obj=account, after=after)
    return account


@sensitive_variables("secret", "new")
def confirm_account(*, secret: str, new: str) -> Account:
    """Open the account of the link with this password, and use the link up.

    It is the account of the document's person when document, names and fecha de expedición are those of the Registro
    civil; otherwise, whatever the cause, an account with an identity that a reviewer has to verify. Raises
    ValidationError under "new" when a validator refuses the password (the link stays), and Refused when the link does
    not open.
    """
    sign_up = find_sign_up(secret)
    check_new_password(future_account(sign_up), new)
    return _use_link(sign_up, new, register_comparison(Identity.of(sign_up)))
