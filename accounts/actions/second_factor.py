"""Add, verify and remove second factors: guesses are counted, events recorded, and the person gets an e-mail."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.actions.login_and_password import record_failed_attempt
from accounts.events import Event
from accounts.models import Account, AuthenticatorApp, Passkey, RecoveryCode, SecondFactorPolicy
from accounts.models.sessions import VerificationMethod
from accounts.rules.second_factor import factors_of, removal_refusal
from accounts.security import login_limits, webauthn
from accounts.security.notices import notify_person
from accounts.security.secrets import hash_recovery_code, is_recovery_code, read_recovery_code, recovery_codes
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse

WRONG_ENROL_CODE = (
    "El código debe ser el de 6 números que la aplicación muestra en este momento, por ejemplo 123456. Si es ese, "
    "revise que la hora de su teléfono sea automática y escriba el código siguiente."
)
WRONG_CODE = (
    "El código no es válido. Escriba el que la aplicación muestra ahora, o un código de recuperación que no haya usado."
)
USED_CODE = (
    "Ese código ya se usó, y cada uno sirve una sola vez. Espere el siguiente de la aplicación, o escriba otro código "
    "de recuperación."
)
WRONG_PASSKEY = (
    "La llave de acceso no se pudo comprobar. Intente de nuevo con una llave que haya agregado a esta cuenta, o use un "
    "código."
)
PASSKEY_NOT_ADDED = "La llave de acceso no se pudo agregar. Oprima otra vez el botón y siga los pasos de su navegador."


def _notify(account: Account, what: str) -> None:
    notify_person(account, "security_changed", what=what, at=timezone.now())


# ---------------------------------------------------------------- adding


def _record_enrolment(by: Account, factor: AuthenticatorApp | Passkey) -> None:
    record(by=by, event=Event.FACTOR_ENROLLED, obj=factor, after={"kind": factor.kind, "name": factor.name})
    _notify(by, f"se agregó un segundo factor («{factor.name}»)")


@sensitive_variables("seed", "code")
def enrol_app(*, by: Account, name: str, seed: str, code: str) -> AuthenticatorApp:
    """Add an authenticator app that was given the key of `seed` and now shows `code`.

    That code is used up. A double click adds one app: another one of the same key would take each code once more.
    Raises ValidationError under "code" when the app does not show it.
    """
    app = AuthenticatorApp(account=by, name=name, seed=seed, last_used_at=timezone.now())
    if not app.accepts(code):
        raise ValidationError({"code": WRONG_ENROL_CODE})
    with transaction.atomic():
        lock(by)
        if existing := AuthenticatorApp.objects.filter(seed=seed).first():
            return existing
        app.save(force_insert=True)
        _record_enrolment(by, app)
    return app


def enrol_passkey(*, by: Account, name: str, answer: str, challenge: str, site: webauthn.Site) -> Passkey:
    """Add the passkey that a browser made (`answer`, JSON) for `challenge` at `site`.

    Raises ValidationError when the answer proves nothing, is for another challenge or site, or the passkey exists.
    """
    try:
        fields = webauthn.read_registration(answer, challenge, site)
        with transaction.atomic():
            passkey = Passkey.objects.create(account=by, name=name, last_used_at=timezone.now(), **fields)
            _record_enrolment(by, passkey)
    except (webauthn.NotVerified, IntegrityError) as error:
        raise ValidationError(PASSKEY_NOT_ADDED, code="passkey") from error
    return passkey


@transaction.atomic
def open_after_enrolment(*, account: Account, method: VerificationMethod) -> None:
    """Record that the session of `account` opens, which had to add this factor first."""
    record(by=account, event=Event.SESSION_OPENED, obj=account, after={"factor": method.value})


@sensitive_variables("seed")
def create_recovery_codes(*, by: Account, seed: str) -> None:
    """Save the hashes of the recovery codes of `seed`, and delete older codes of the account `by`."""
    digests = [hash_recovery_code(code) for code in recovery_codes(seed)]  # slow: outside the transaction
    with transaction.atomic():
        lock(by)
        RecoveryCode.objects.filter(account=by).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=by, number=number, digest=digest) for number, digest in enumerate(digests)
        )
        record(by=by, event=Event.RECOVERY_CODES_CREATED, obj=by, after={"codes": len(digests)})
        _notify(by, "se generaron códigos de recuperación nuevos; los anteriores ya no sirven")


# ---------------------------------------------------------------- verifying


class _CodeUsed(Exception):
    """The code is one of the account's that has opened it already."""


def _count(account: Account) -> login_limits.Attempt:
    """Count one guess at the second factor."""
    return login_limits.register_attempt(login=account.login, account=account, kind=login_limits.FACTOR)


def _accept(account: Account, attempt: login_limits.Attempt, event: Event, method: VerificationMethod) -> None:
    attempt.reset()
    record(by=account, event=event, obj=account, after={"factor": method.value})


@transaction.atomic
def _app_accepts(account: Account, attempt: login_limits.Attempt, event: Event, code: str) -> bool:
    for app in lock_rows(AuthenticatorApp.objects.filter(account=account)):
        if app.accepts(code):
            app.last_used_at = timezone.now()
            app.save(update_fields=["last_step", "drift", "last_used_at"])
            _accept(account, attempt, event, VerificationMethod.TOTP)
            return True
        if app.shows(code):
            raise _CodeUsed
    return False


@transaction.atomic
def _use_recovery_code(account: Account, attempt: login_limits.Attempt, event: Event, code: str) -> bool:
    codes = RecoveryCode.objects.filter(account=account)
    # of two requests with one code, the second waits for the row and finds it used
    kept = codes.filter(number=int(code[0])).select_for_update(of=("self",)).first()
    if not is_recovery_code(code, kept.digest if kept else None):
        return False
    if kept is None or kept.used_at is not None:
        raise _CodeUsed
    kept.used_at = timezone.now()
    kept.save(update_fields=["used_at"])
    attempt.reset()
    left = codes.current().count()
    event = Event.SESSION_RECOVERED if event == Event.SESSION_OPENED else event
    record(by=account, event=event, obj=account, after={"codes_left": left})
    _notify(account, f"se usó un código de recuperación; quedan {left}")
    return True


@sensitive_variables("code")
def verify_code(*, account: Account, code: str, event: Event = Event.SESSION_OPENED) -> VerificationMethod:
    """Verify six digits of an app, or a recovery code, of `account`, which may then log in: what `event` says.

    Raises ValidationError when the code is wrong or was used, and with the lock's message after too many guesses.
    """
    attempt = _count(account)
    recovery, mistake = read_recovery_code(code), WRONG_CODE
    try:
        if code.isascii() and code.isdigit() and len(code) == 6 and _app_accepts(account, attempt, event, code):
            return VerificationMethod.TOTP
        if recovery and _use_recovery_code(account, attempt, event, recovery):
            return VerificationMethod.RECOVERY
    except _CodeUsed:
        mistake = USED_CODE
    record_failed_attempt(Event.FACTOR_REFUSED, attempt, account)
    raise ValidationError({"code": mistake})


def use_passkey(passkeys: QuerySet[Passkey], answer: str, challenge: str, site: webauthn.Site) -> Passkey:
    """The one of `passkeys` that answered (JSON) to `challenge` at `site`, with its new count; in a transaction.

    Raises NotVerified, after the same work when none of them did.
    """
    named = passkeys.filter(credential_hash=webauthn.hash_of_credential(answer))
    passkey = named.select_for_update(of=("self",)).first()
    sign_count = webauthn.read_assertion(answer, challenge, site, passkey)
    if passkey is None:
        raise webauthn.NotVerified
    passkey.sign_count, passkey.last_used_at = sign_count, timezone.now()
    passkey.save(update_fields=["sign_count", "last_used_at"])
    return passkey


def verify_passkey(
    *,
    account: Account,
    answer: str,
    challenge: str,
    site: webauthn.Site,
    event: Event = Event.SESSION_OPENED,
    after_password: bool = False,
) -> VerificationMethod:
    """Verify what a browser answered (JSON) to `challenge` at `site` with a passkey of `account`.

    With `after_password`, the passkey opens the account alone from then on. Raises ValidationError when the answer
    proves nothing, and with the lock's message after too many guesses.
    """
    attempt = _count(account)
    try:
        with transaction.atomic():
            passkey = use_passkey(account.passkeys.all(), answer, challenge, site)
            if after_password and not passkey.opens_alone:
                passkey.opens_alone = True
                passkey.save(update_fields=["opens_alone"])
            _accept(account, attempt, event, VerificationMethod.PASSKEY)
    except webauthn.NotVerified as error:
        record_failed_attempt(Event.FACTOR_REFUSED, attempt, account)
        raise ValidationError(WRONG_PASSKEY, code="passkey") from error
    return VerificationMethod.PASSKEY


# ---------------------------------------------------------------- removing


@transaction.atomic
def remove_factor(*, by: Account, factor: AuthenticatorApp | Passkey) -> None:
    """Remove one factor of the account `by`, once; with the last one go the recovery codes.

    Raises Refused for the last factor of an account that must have one.
    """
    lock(by)
    factors = factors_of(by)
    if factor not in factors:
        return
    refuse(removal_refusal(by, factor, factors))
    before = {"kind": factor.kind, "name": factor.name}
    record(by=by, event=Event.FACTOR_REMOVED, obj=factor, before=before)
    factor.delete()
    if len(factors) == 1:
        RecoveryCode.objects.filter(account=by).delete()
    _notify(by, f"se retiró un segundo factor («{factor.name}»)")


def delete_factors(account: Account, since: datetime | None = None) -> int:
    """Delete every factor and recovery code of a locked account, or those added since; return how many factors.

    No codes stay without a factor.
    """
    factors = factors_of(account)
    deleted = [factor for factor in factors if since is None or factor.added_at >= since]
    for factor in deleted:
        factor.delete()
    codes = RecoveryCode.objects.filter(account=account)
    (codes if len(deleted) == len(factors) else codes.filter(created_at__gte=since)).delete()
    return len(deleted)


@transaction.atomic
def reset_factors(*, account: Account, by: Account | None, reason: str = "") -> int:
    """Remove every factor and recovery code of `account`, whose holder has lost them; return how many factors.

    The next log-in asks for a new one where one is compulsory. `by` is None for a command, `reason` what the Ministry
    says in its admin. Without a factor or a code no event is recorded.
    """
    lock(account)
    factors = factors_of(account)
    if not factors and not RecoveryCode.objects.filter(account=account).exists():
        return 0
    before = {"factors": len(factors)}
    record(by=by, event=Event.FACTORS_RESET, obj=account, entity=account.entity, before=before, reason=reason)
    delete_factors(account)
    _notify(account, "el Ministerio retiró sus segundos factores y sus códigos de recuperación, a solicitud suya")
    return len(factors)


@transaction.atomic
def require_factor(*, by: Account | None, kind: str, since: date | None, reason: str = "") -> bool:
    """Make a second factor compulsory for the delegates of a kind of entity from a day on; None: optional again.

    Returns whether that was new.
    """
    before = SecondFactorPolicy.objects.select_for_update().filter(kind=kind).first()
    if since == (before.compulsory_from if before else None):
        return False
    if since is None:
        SecondFactorPolicy.objects.filter(kind=kind).delete()
    else:
        SecondFactorPolicy.objects.update_or_create(kind=kind, defaults={"compulsory_from": since})
    record(
        by=by,
        event=Event.FACTOR_POLICY_CHANGED,
        obj=SecondFactorPolicy(kind=kind),
        entity=None,
        before={"since": before.compulsory_from.isoformat()} if before else {},
        after={"since": since.isoformat()} if since else {},
        reason=reason,
    )
    return True
