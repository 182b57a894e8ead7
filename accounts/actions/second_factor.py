"""Add, prove and remove second factors: each deed once, counted against guessing, written down, and told by mail."""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import throttle
from accounts.actions.login import record_failed_attempt
from accounts.events import Event
from accounts.models import Account
from accounts.models.second_factors import AuthenticatorApp, Factor, Passkey, RecoveryCode, SecondFactorPolicy
from accounts.models.sessions import Proof
from accounts.rules.authentication import factors_of, removal_refusal
from accounts.security import webauthn
from accounts.security.secrets import read_recovery_code, recovery_codes, recovery_digest
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import origin, record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import refuse

WRONG_ENROL_CODE = (
    "El código debe ser el de 6 números que la aplicación muestra en este momento, por ejemplo 123456. Si es ese, "
    "revise que la hora de su teléfono sea automática y escriba el código siguiente."
)
WRONG_CODE = (
    "El código no es válido o ya se usó. Escriba el que la aplicación muestra ahora (si acaba de usarlo, espere el "
    "siguiente) o un código de recuperación que no haya usado."
)
WRONG_PASSKEY = (
    "La llave de acceso no se pudo comprobar. Intente de nuevo con una llave que haya agregado a esta cuenta, o use un "
    "código."
)
PASSKEY_NOT_ADDED = "La llave de acceso no se pudo agregar. Oprima otra vez el botón y siga los pasos de su navegador."


def _notify(account: Account, what: str) -> None:
    notify(account, "security_changed", what=what, at=timezone.now(), address=origin.get().address)


def _lock_holders(account: Account) -> list[Account]:
    """Lock the accounts that share factors with this one, so that two windows take turns."""
    if account.is_staff or account.person_id is None:
        return [lock(account)]
    return lock_rows(Account.objects.filter(person=account.person_id, is_staff=False))


# ---------------------------------------------------------------- adding


def _enrolled(by: Account, factor: Factor, kind: str) -> None:
    record(by=by, event=Event.FACTOR_ENROLLED, obj=factor, after={"kind": kind, "name": factor.name})
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
        _lock_holders(by)
        made = AuthenticatorApp.objects.filter(seed=seed).first()
        if made is not None:
            return made
        app.save(force_insert=True)
        _enrolled(by, app, app.kind)
    return app


def enrol_passkey(*, by: Account, name: str, answer: str, challenge: str, site: webauthn.Site) -> Passkey:
    """Add the passkey that a browser made (`answer`, JSON) for `challenge` at `site`.

    Raises ValidationError when the answer proves nothing, is for another challenge or site, or the passkey exists.
    """
    try:
        made = webauthn.read_registration(answer, challenge, site)
        with transaction.atomic():
            passkey = Passkey.objects.create(account=by, name=name, last_used_at=timezone.now(), **made)
            _enrolled(by, passkey, passkey.kind)
    except (webauthn.NotProven, IntegrityError) as error:
        raise ValidationError(PASSKEY_NOT_ADDED, code="passkey") from error
    return passkey


@transaction.atomic
def open_after_enrolment(*, account: Account, proof: Proof) -> None:
    """Write down that the session of `account` opens, which had to add this factor first."""
    record(by=account, event=Event.SESSION_OPENED, obj=account, after={"factor": proof.value})


@sensitive_variables("seed")
@transaction.atomic
def make_recovery_codes(*, by: Account, seed: str) -> None:
    """Keep the hashes of the recovery codes of `seed`, instead of any that the holder of `by` had."""
    _lock_holders(by)
    RecoveryCode.objects.of(by).delete()
    digests = [recovery_digest(code) for code in recovery_codes(seed)]
    RecoveryCode.objects.bulk_create(RecoveryCode(account=by, digest=digest) for digest in digests)
    record(by=by, event=Event.RECOVERY_CODES_MADE, obj=by, after={"codes": len(digests)})
    _notify(by, "se generaron códigos de recuperación nuevos; los anteriores ya no sirven")


# ---------------------------------------------------------------- proving


def _count(account: Account) -> throttle.Attempt:
    """Count one guess at the second factor; the accounts that share factors share the counter."""
    return throttle.register_attempt(login=throttle.holder_of(account), address=origin.get().address, kind="factor")


def _opened(account: Account, attempt: throttle.Attempt, proof: Proof) -> None:
    attempt.reset()
    record(by=account, event=Event.SESSION_OPENED, obj=account, after={"factor": proof.value})


@transaction.atomic
def _app_accepts(account: Account, attempt: throttle.Attempt, code: str) -> bool:
    for app in lock_rows(AuthenticatorApp.objects.of(account)):
        if app.accepts(code):
            app.last_used_at = timezone.now()
            app.save(update_fields=["last_step", "drift", "last_used_at"])
            _opened(account, attempt, Proof.TOTP)
            return True
    return False


@transaction.atomic
def _recovers(account: Account, attempt: throttle.Attempt, code: str) -> bool:
    codes = RecoveryCode.objects.of(account).current()
    # one statement: of two windows with one code, one finds it
    used = codes.filter(digest=recovery_digest(code)).values("pk")
    if not RecoveryCode.objects.filter(pk__in=used, used_at__isnull=True).update(used_at=timezone.now()):
        return False
    attempt.reset()
    left = codes.count()
    record(by=account, event=Event.SESSION_RECOVERED, obj=account, after={"codes_left": left})
    _notify(account, f"se usó un código de recuperación para ingresar; quedan {left}")
    return True


@sensitive_variables("code")
def prove(*, account: Account, code: str) -> Proof:
    """Prove the holder of `account` with six digits of an app or with a recovery code; the session may then open.

    Raises ValidationError when the code is wrong or was used, and with the lock's message after too many guesses.
    """
    attempt = _count(account)
    recovery = read_recovery_code(code)
    if code.isascii() and code.isdigit() and len(code) == 6 and _app_accepts(account, attempt, code):
        return Proof.TOTP
    if recovery and _recovers(account, attempt, recovery):
        return Proof.RECOVERY
    record_failed_attempt(Event.FACTOR_REFUSED, attempt, account)
    raise ValidationError({"code": WRONG_CODE})


def prove_with_passkey(*, account: Account, answer: str, challenge: str, site: webauthn.Site) -> Proof:
    """Prove the holder of `account` with what a browser answered (JSON) to `challenge` at `site`.

    Raises ValidationError when that proves nothing, and with the lock's message after too many guesses.
    """
    attempt = _count(account)
    try:
        _passkey_proves(account, attempt, answer, challenge, site)
    except webauthn.NotProven as error:
        record_failed_attempt(Event.FACTOR_REFUSED, attempt, account)
        raise ValidationError(WRONG_PASSKEY, code="passkey") from error
    return Proof.PASSKEY


@transaction.atomic
def _passkey_proves(
    account: Account, attempt: throttle.Attempt, answer: str, challenge: str, site: webauthn.Site
) -> None:
    digest = hashlib.sha256(webauthn.credential_id(answer).encode()).hexdigest()
    held = Passkey.objects.of(account).select_for_update(of=("self",))
    passkey = held.filter(credential_hash=digest).first()
    if passkey is None:
        raise webauthn.NotProven
    passkey.sign_count = webauthn.read_assertion(answer, challenge, site, passkey)
    passkey.last_used_at = timezone.now()
    passkey.save(update_fields=["sign_count", "last_used_at"])
    _opened(account, attempt, Proof.PASSKEY)


# ---------------------------------------------------------------- removing


@transaction.atomic
def remove_factor(*, by: Account, factor: AuthenticatorApp | Passkey) -> None:
    """Remove one factor of the holder of `by`; with the last one go the recovery codes. Removing twice is once.

    Raises Refused for the last factor of an account that must have one.
    """
    _lock_holders(by)
    held = factors_of(by)
    if factor not in held:
        return
    refuse(removal_refusal(by, factor, held))
    before = {"kind": factor.kind, "name": factor.name}
    record(by=by, event=Event.FACTOR_REMOVED, obj=factor, before=before)
    factor.delete()
    if len(held) == 1:
        RecoveryCode.objects.of(by).delete()
    _notify(by, f"se retiró un segundo factor («{factor.name}»)")


@transaction.atomic
def reset_factors(*, account: Account, by: Account | None, reason: str = "") -> int:
    """Remove every factor and recovery code of the holder of `account`, who has lost them; return how many factors.

    The next log-in asks for a new one where one is compulsory. `by` is None for a command, `reason` what the Ministry
    says in its admin. Without a factor or a code nothing is written down.
    """
    _lock_holders(account)
    held = factors_of(account)
    if not held and not RecoveryCode.objects.of(account).exists():
        return 0
    before = {"factors": len(held)}
    record(by=by, event=Event.FACTORS_RESET, obj=account, entity=account.entity, before=before, reason=reason)
    for factor in held:
        factor.delete()
    RecoveryCode.objects.of(account).delete()
    _notify(account, "el Ministerio retiró sus segundos factores y sus códigos de recuperación, a solicitud suya")
    return len(held)


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
