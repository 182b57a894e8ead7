"""What the Ministry does to accounts, entities and sedes, with a reason and an e-mail to those concerned."""

from collections.abc import Iterable

from django.db import transaction

from accounts.actions.second_factor import reset_factors
from accounts.actions.sessions import end_sessions
from accounts.events import Event
from accounts.models import Account, AccountSession, PasswordLink, Suspension, can_log_in_q
from accounts.rules.oneself import own_entity_refusal, own_refusal
from accounts.security.login_limits import counters_of, failures_of
from accounts.security.notices import notify_person
from accounts.security.sessions import end_sessions_of, may_be_open
from entities.actions.sedes import disable_sede, enable_sede
from entities.models import Entity, Sede
from entities.rules.sedes import SedeUse
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refusal, Refused, refuse

HELP = "Si no lo esperaba o cree que es un error, comuníquese con Atención al usuario."
OF_THE_MINISTRY = Refusal(
    cause="La cuenta es del Ministerio.",
    remedy="Pida el cambio a un superusuario.",
    who="Quien administra las cuentas del Ministerio.",
)
STAFF_IS_CLOSED = Refusal(
    cause="La cuenta es del Ministerio: no se suspende, se cierra.",
    remedy="Pida a un superusuario que la cierre en «Personal del Ministerio».",
    who="Un superusuario.",
)


def _notify(account: Account, what: str, reason: str, then: str = HELP) -> None:
    notify_person(account, "ministry_acted", what=what, reason=reason, then=then)


def _notify_delegates(delegates: Iterable[Account], what: str, reason: str, then: str = HELP) -> None:
    for account in delegates:
        notify(account, "ministry_acted", what=what, reason=reason, then=then)


def _refuse_staff(by: Account, account: Account) -> None:
    """Raise Refused when `by` may not administer staff and the account is of the Ministry."""
    if account.is_staff and not by.has_perm("accounts.manage_staff"):
        raise Refused(OF_THE_MINISTRY)


def _refuse_own_or_staff(by: Account, account: Account) -> None:
    """The same, and for what makes it easier to log in, when the account is one's own or of one's own entity."""
    _refuse_staff(by, account)
    refuse(own_refusal(by, account))


# ---------------------------------------------------------------- suspensions


def _named(account: Account) -> str:
    """What the holder calls the account."""
    return f"su cuenta de delegado de {account.entity}" if account.entity else "su cuenta de Mi Seguridad Social"


@transaction.atomic
def suspend_account(*, by: Account, account: Account, reason: str) -> bool:
    """Suspend an account until the Ministry reactivates it; return whether it was not suspended already.

    It may be a delegate's, a person's own or one whose identity nobody has verified. Its sessions end at once, its
    password link is deleted and its devices are forgotten. Raises Refused for an account of the Ministry.
    """
    account = lock(account)
    if account.is_staff:
        raise Refused(STAFF_IS_CLOSED)
    if account.is_suspended:
        return False
    now = clock.now()
    Suspension.objects.create(account=account, since=now, suspended_by=by, reason=reason)
    PasswordLink.objects.filter(account=account).delete()
    after = {"sessions": end_sessions_of(account)}
    record(by=by, event=Event.ACCOUNT_SUSPENDED, obj=account, entity=account.entity, after=after, reason=reason)
    _notify(account, f"suspendió {_named(account)}: no puede ingresar con ella", reason)
    return True


@transaction.atomic
def reactivate_account(*, by: Account, account: Account, reason: str) -> bool:
    """Lift the suspension of an account; return whether there was one. Accounts closed otherwise stay closed.

    Raises Refused when it is one's own, or of one's own entity.
    """
    refuse(own_refusal(by, account))
    account = lock(account)
    suspension = Suspension.objects.current().filter(account=account)
    if not suspension.update(lifted_at=clock.now(), lifted_by=by, lifted_because=reason):
        return False
    record(by=by, event=Event.ACCOUNT_REACTIVATED, obj=account, entity=account.entity, reason=reason)
    what = f"levantó la suspensión de {_named(account)}"
    _notify(account, what, reason, "Ingrese con su usuario y su contraseña de siempre.")
    return True


@transaction.atomic
def suspend_entity(*, by: Account, entity: Entity, reason: str) -> bool:
    """Make an entity inactive; return whether it was active.

    Nobody logs in for it, its tokens are refused, and it cannot appoint, register or associate anybody.
    """
    entity = lock(entity, no_key=True)
    if not entity.is_active:
        return False
    delegates = list(entity.accounts.filter(can_log_in_q()).select_related("person"))
    entity.is_active = False
    entity.save(update_fields=["is_active"])
    now = clock.now()
    entity.accounts.update(sessions_ended_at=now)  # so that no browser goes on where it was after the reactivation
    ended = AccountSession.objects.current().filter(account__entity=entity).update(ended_at=now)
    before, after = {"is_active": True}, {"is_active": False, "sessions": ended}
    record(by=by, event=Event.ENTITY_SUSPENDED, obj=entity, entity=entity, before=before, after=after, reason=reason)
    what = f"suspendió a {entity}: sus delegados no pueden ingresar y sus tokens no sirven"
    _notify_delegates(delegates, what, reason)
    return True


@transaction.atomic
def reactivate_entity(*, by: Account, entity: Entity, reason: str) -> bool:
    """Make an entity active again, with its accounts and tokens as they were; return whether it was inactive.

    Raises Refused when it is one's own.
    """
    refuse(own_entity_refusal(by, entity))
    entity = lock(entity, no_key=True)
    if entity.is_active:
        return False
    entity.is_active = True
    entity.save(update_fields=["is_active"])
    before, after = {"is_active": False}, {"is_active": True}
    record(by=by, event=Event.ENTITY_REACTIVATED, obj=entity, entity=entity, before=before, after=after, reason=reason)
    delegates = entity.accounts.filter(can_log_in_q()).select_related("person")
    _notify_delegates(delegates, f"reactivó a {entity}", reason, "Ingrese con su usuario y su contraseña de siempre.")
    return True


# ---------------------------------------------------------------- help for an account


@transaction.atomic
def unlock_account(*, by: Account, account: Account, reason: str) -> bool:
    """Delete the counts of wrong passwords and second factors that lock an account, from wherever they were made.

    Returns whether there were any.

    Raises Refused for one's own account, and for one of the Ministry, unless `by` administers them.
    """
    _refuse_own_or_staff(by, account)
    account = lock(account)
    failures = sum(lock_rows(failures_of(account).values_list("count", flat=True)))
    if not failures:
        return False
    counters_of(account).delete()
    before, entity = {"failures": failures}, account.entity
    record(by=by, event=Event.ACCOUNT_UNLOCKED, obj=account, entity=entity, before=before, reason=reason)
    then = "Ingrese con su usuario y su contraseña. Si no los recuerda, use «Olvidé mi clave - Recordar contraseña»."
    _notify(account, "desbloqueó el ingreso de su cuenta", reason, then)
    return True


@transaction.atomic
def close_sessions(*, by: Account, account: Account, reason: str) -> bool:
    """End every session of an account, and what browsers remember of one; return whether there was any.

    Raises Refused for an account of the Ministry, unless `by` administers them.
    """
    _refuse_staff(by, account)
    account = lock(account)
    if not may_be_open(account):
        return False
    end_sessions(account=account, by=by, reason=reason)
    _notify(
        account, "cerró todas las sesiones abiertas de su cuenta", reason, "Puede ingresar de nuevo cuando lo necesite."
    )
    return True


@transaction.atomic
def reset_second_factor(*, by: Account, account: Account, reason: str) -> bool:
    """Remove the second factors of a person who has lost them; return whether there were any.

    Raises Refused as `unlock_account` does.
    """
    _refuse_own_or_staff(by, account)
    return bool(reset_factors(account=lock(account), by=by, reason=reason))


# ---------------------------------------------------------------- sedes


def _notify_sede(sede: Sede, what: str, reason: str) -> None:
    delegates = sede.entity.accounts.filter(can_log_in_q()).select_related("person")
    _notify_delegates(delegates, f"{what} la sede {sede.code}, {sede.name}, de {sede.entity}", reason)


@transaction.atomic
def close_sede(*, by: Account, sede: Sede, reason: str) -> bool:
    """Disable a sede of a provider and notify its delegates; return whether it was open.

    Raises Refused for REPS and for a sede of one's own entity.
    """
    refuse(own_entity_refusal(by, sede.entity))
    done = disable_sede(by=by, sede=sede, expected_use=SedeUse.of(sede), reason=reason)
    if done:
        _notify_sede(sede, "deshabilitó", reason)
    return done


@transaction.atomic
def open_sede(*, by: Account, sede: Sede, reason: str) -> bool:
    """Enable a sede of a provider and notify its delegates; return whether it was closed.

    Raises Refused as `close_sede` does.
    """
    refuse(own_entity_refusal(by, sede.entity))
    done = enable_sede(by=by, sede=sede, reason=reason)
    if done:
        _notify_sede(sede, "habilitó de nuevo", reason)
    return done
