"""Log in, log out and change the password: guesses are counted and events recorded."""

from django.conf import settings
from django.contrib.auth import check_password_with_timing_attack_mitigation
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.events import Event
from accounts.models import Account, AccountSession, PasswordLink
from accounts.rules.second_factor import next_login_step
from accounts.security import login_limits
from accounts.security.notices import notify_person
from accounts.security.sessions import end_sessions_of
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.rate_limits.models import RateCounter

BAD_CREDENTIALS = (
    "Credenciales inválidas. Revise el usuario y la contraseña e ingréselos de nuevo; "
    f"después de {settings.LOGIN_FAILURES_ALLOWED} intentos fallidos el ingreso se bloquea durante "
    f"{settings.LOGIN_LOCK_MINUTES} minutos."
)
WRONG_CURRENT = "La contraseña debe ser la que usa hoy para ingresar."
WRONG_OLD = (
    "La contraseña anterior debe ser la que usa hoy para ingresar. "
    "Si acaba de cambiarla en otra ventana, escriba la nueva."
)
CHANGED_ELSEWHERE = (
    "Su contraseña acaba de cambiarse en otra ventana y esta solicitud no se guardó. "
    "Si fue usted, ingrese con la nueva; si no, comuníquese ya con Atención al usuario: los datos están al pie "
    "de esta página."
)


@transaction.atomic
def record_failed_attempt(event: Event, attempt: login_limits.Attempt, account: Account | None) -> None:
    """Record a failed attempt.

    A name that does not exist costs the same write, so that the time of the answer says nothing; its row names the
    counter, a keyed hash.
    """
    obj: models.Model = account or RateCounter(key=attempt.subject)
    entity, after = account.entity if account else None, {"locked": attempt.is_last_allowed}
    record(by=None, event=event, obj=obj, entity=entity, after=after)


@sensitive_variables("password")
def open_session(*, login: str, password: str) -> Account:
    """Check the credentials and return the account whose session may begin (manual v4.1 §9).

    Where a second factor comes next, the log-in itself is recorded by `second_factor.verify_code`.
    `login` is folded, as accounts store it. Raises ValidationError with one and the same message when the account
    does not exist, is inactive, is of an inactive entity or has another password, after one hashing in each case;
    and with the lock's message when there were too many tries: then the password is not even checked.
    """
    account = Account.objects.select_related("entity", "person").filter(login=login).first()
    attempt = login_limits.register_attempt(login=login, account=account)
    knows_password = check_password_with_timing_attack_mitigation(account, password)
    if account is None or not knows_password or not account.can_log_in:
        record_failed_attempt(Event.SESSION_REFUSED, attempt, account)
        raise ValidationError(BAD_CREDENTIALS, code="credentials")
    with transaction.atomic():
        attempt.reset()
        event = Event.SESSION_MFA_REQUIRED if next_login_step(account) else Event.SESSION_OPENED
        record(by=account, event=event, obj=account)
    return account


@transaction.atomic
def close_session(*, by: Account) -> None:
    """Record that the person logged out."""
    record(by=by, event=Event.SESSION_CLOSED, obj=by)


@sensitive_variables("password")
def confirm_password(
    *,
    by: Account,
    password: str,
    field: str = "password",
    wrong: str = WRONG_CURRENT,
    event: Event = Event.SECURITY_REFUSED,
) -> None:
    """Check the password again before a change that an intruder would make.

    Raises ValidationError: under `field` with the words `wrong` when it is not the password, which is recorded as
    `event`; without field after too many guesses. They are counted apart from failed log-ins, which anybody can make.
    """
    attempt = login_limits.register_attempt(login=by.login, account=by, kind=login_limits.CONFIRMATION)
    if not by.check_password(password):
        record_failed_attempt(event, attempt, by)
        raise ValidationError({field: wrong})
    attempt.reset()


@sensitive_variables("password")
def confirm_identity(*, by: Account, password: str) -> None:
    """Check the password again, as `confirm_password`, and record that it was right."""
    confirm_password(by=by, password=password)
    with transaction.atomic():
        record(by=by, event=Event.SECURITY_CONFIRMED, obj=by)


def check_new_password(account: Account, new: str) -> None:
    """Raise ValidationError, under "new", when a validator refuses the password for this account."""
    try:
        validate_password(new, account)
    except ValidationError as error:
        raise ValidationError({"new": error}) from error


def save_new_password(
    account: Account, new: str, *, by: Account, event: Event, keep: AccountSession | None = None
) -> None:
    """Save the password of a locked account, record the event and notify the person; in the caller's transaction.

    Every session of the account but `keep` ends, because its hash changed, and its devices are forgotten; so is a link
    that somebody else may have requested while they could read the person's mail.
    """
    account.set_password(new)
    account.save(update_fields=["password"])
    PasswordLink.objects.filter(account=account).delete()
    end_sessions_of(account, keep)
    record(by=by, event=event, obj=account)
    notify_person(account, "password_changed", at=timezone.now())


@transaction.atomic
def _save_password(by: Account, new: str, keep: AccountSession | None) -> Account:
    account = lock(by)
    if account.password != by.password:
        raise ValidationError(CHANGED_ELSEWHERE, code="changed_elsewhere")
    save_new_password(account, new, by=by, event=Event.PASSWORD_CHANGED, keep=keep)
    return account


@sensitive_variables("old", "new")
def change_password(*, by: Account, old: str, new: str, keep: AccountSession | None = None) -> Account:
    """Change the password of `by` and return the account as it is now (manual v4.1 §11.8).

    The change, its event and the record of the password are one transaction; the person gets an e-mail.
    Every session of the account but `keep` ends, because its hash changed. Raises ValidationError: under "old" when
    that is not the password, under "new" when a validator refuses it, and without
    field when the account is locked or another request changed the password first.
    """
    confirm_password(by=by, password=old, field="old", wrong=WRONG_OLD, event=Event.PASSWORD_REFUSED)
    check_new_password(by, new)
    return _save_password(by, new, keep)
