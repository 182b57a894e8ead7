"""Log in with a passkey alone, without login, password or captcha (WCAG 2.2, 3.3.8)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actions.login_and_password import record_failed_attempt
from accounts.actions.second_factor import use_passkey
from accounts.events import Event
from accounts.models import Account, Passkey
from accounts.security import login_limits, webauthn
from mipres_admin.history.recording import record

REFUSED = (
    "No se pudo ingresar con la llave de acceso. Intente de nuevo con una que haya agregado a su cuenta, o ingrese con "
    "su usuario y su contraseña."
)
# how the history tells it from a passkey after the password
ALONE = "passkey_alone"


@transaction.atomic
def _open(answer: str, challenge: str, site: webauthn.Site, attempt: login_limits.Attempt) -> Account:
    """The account of the passkey that answered. Raises NotVerified, after the same work for whatever reason."""
    passkey = use_passkey(Passkey.objects.select_related("account__entity", "account__person"), answer, challenge, site)
    account = passkey.account
    # who the device says it is: a passkey is of one account, whose handle it has kept since it was made
    is_its_own = webauthn.answered_handle(answer) in webauthn.user_handles(account)
    if not (is_its_own and passkey.opens_alone and account.can_log_in):
        raise webauthn.NotVerified
    attempt.reset()
    record(by=account, event=Event.SESSION_OPENED, obj=account, after={"factor": ALONE})
    return account


def open_session_with_passkey(*, answer: str, challenge: str, site: webauthn.Site) -> Account:
    """Check what a browser answered (JSON) to `challenge` at `site`, and return the account whose session may begin.

    The passkey has verified its holder, so no second factor follows. Raises ValidationError with one and the same
    message when the answer proves nothing, the passkey is unknown, or its account may not enter or asks for the
    password first; and with the lock's message after too many tries from this origin, which are not checked.
    """
    name = webauthn.hash_of_credential(answer)
    account = Account.objects.select_related("entity").filter(passkeys__credential_hash=name).first()
    login = account.login if account else name
    attempt = login_limits.register_attempt(login=login, account=account, kind=login_limits.PASSKEY)
    try:
        return _open(answer, challenge, site, attempt)
    except webauthn.NotVerified as error:
        record_failed_attempt(Event.SESSION_REFUSED, attempt, account)
        raise ValidationError(REFUSED, code="passkey") from error
