"""Give, change and take away the roles of a user at a sede: each deed once, whole, and written down."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account, RegisteredUser, RoleAssignment
from accounts.rules import (
    Activation,
    foreign_sede_refusal,
    giving_refusal,
    longest_validity,
    moved_validity,
    moving_refusal,
    validity_refusal,
)
from accounts.validity import OPEN, Validity
from entities.models import Entity, Sede
from mipres_admin import clock, history
from mipres_admin.mail import send_on_commit
from mipres_admin.refusals import Refusal, Refused


@dataclass(frozen=True)
class Change:
    """What a deed changed: roles that were given, taken, or got another last day (nothing: nothing was left to do)."""

    given: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    validity: Validity = field(default=OPEN, compare=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.ended or self.moved)


def tenant(by: Account) -> Entity:
    """The entity for which this account acts; raises Refused for an account without one."""
    if by.entity is None:
        raise Refused(
            Refusal(cause="Su cuenta no es de una entidad.", remedy="Ingrese con una cuenta de delegado.", who="Usted.")
        )
    return by.entity


def held_roles(user: RegisteredUser, sede: Sede, at: datetime) -> list[RoleAssignment]:
    """The assignments of a user at a sede that are in force or still to come at a moment, by role and beginning."""
    return list(RoleAssignment.objects.filter(user=user, sede=sede).not_ended(at).order_by("role", "starts_at"))


def _lock(user: RegisteredUser) -> RegisteredUser:
    """The user's row, held until the transaction ends: two deeds on one user happen one after the other."""
    return RegisteredUser.objects.select_for_update(of=("self",)).select_related("person").get(pk=user.pk)


def _give(
    *, by: Account, user: RegisteredUser, sede: Sede, roles: Iterable[str], validity: Validity, now: datetime
) -> None:
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            user=user,
            sede=sede,
            entity_id=sede.entity_id,
            role=role,
            starts_at=validity.starts_at(now),
            ends_at=validity.ends_at,
            created_by=by,
        )
        for role in roles
    )


def _end(*, by: Account, assignments: Iterable[RoleAssignment], now: datetime) -> None:
    """End now; one that was still to come never was."""
    for held in assignments:
        held.starts_at, held.ends_at, held.ended_by = min(held.starts_at, now), now, by
        held.save(update_fields=["starts_at", "ends_at", "ended_by"])


def _state(sede: Sede, assignments: Iterable[RoleAssignment]) -> dict[str, Any]:
    """What history keeps of the roles at one sede: role, first day, last day."""
    return {
        "sede": sede.code,
        "roles": [
            {
                "role": held.role,
                "from": held.first_day.isoformat(),
                "until": held.last_day and held.last_day.isoformat(),
            }
            for held in assignments
        ],
    }


def _write_down(
    *,
    by: Account,
    user: RegisteredUser,
    sede: Sede,
    act: str,
    before: dict[str, Any],
    change: Change,
    tell: bool = True,
    cause: str = "",
) -> None:
    """The row of history and (unless the caller tells him) the mail to the person, for a change that happened."""
    after = held_roles(user, sede, clock.now())
    history.record(
        by=by,
        act=act,
        thing=user,
        entity=sede.entity,
        before=before,
        after=_state(sede, after) | ({"cause": cause} if cause else {}),
    )
    if tell and user.person.email:
        context = {"person": user.person, "sede": sede, "entity": sede.entity, "change": change, "held": after}
        context |= {"cause": cause}
        send_on_commit(to=user.person.email, template="roles_changed", context=context)


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


@transaction.atomic
def activate_user(
    *,
    by: Account,
    user: RegisteredUser,
    sede: Sede,
    option: str,
    roles: Iterable[str],
    validity: Validity = OPEN,
    tell: bool = True,
) -> Change:
    """Give `roles` at `sede` to a registered user ("Asociar Usuario", manual v4.1 §11.2).

    Returns what was given, with the validity it got (an SSO's ends with the plaza); roles that the user holds there
    already stay as they are, so a double click changes nothing. Raises Refused, with nothing saved, when the rules,
    the matrix or the dates say no. `tell` False leaves the mail to the caller, here and below.
    """
    user = _lock(user)
    wanted = set(roles)
    asked = Activation(tenant(by), user, option, sede)
    _refuse(giving_refusal(asked, wanted, validity))
    now = clock.now()
    before = held_roles(user, sede, now)
    validity = longest_validity(asked, validity)
    change = Change(given=tuple(sorted(wanted - {held.role for held in before})), validity=validity)
    if change:
        _refuse(validity_refusal(validity))
        _give(by=by, user=user, sede=sede, roles=change.given, validity=validity, now=now)
        written = _state(sede, before)
        _write_down(by=by, user=user, sede=sede, act="roles.given", before=written, change=change, tell=tell)
    return change


def _changed_elsewhere() -> Refusal:
    return Refusal(
        headline="Los roles cambiaron mientras usted los revisaba",
        cause="Alguien guardó otro cambio para este usuario en esta sede, tal vez en otra pestaña o ventana.",
        remedy="No se guardó nada. Revise los roles que tiene ahora y repita el cambio si todavía hace falta.",
        who="Usted, como delegado.",
    )


@transaction.atomic
def update_roles(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, roles: Iterable[str], seen: Iterable[str]
) -> Change:
    """Leave the user with exactly `roles` at `sede` ("Actualizar roles"; no roles at all is "Desactivar Usuario").

    `seen` are the roles that the page showed: when others are held by now, Refused is raised and nothing is saved,
    unless they are the wanted ones already (a double click). Taking a role away is always allowed; new roles
    answer to the same rules as in `activate_user`.
    """
    user = _lock(user)
    wanted = set(roles)
    asked = Activation(tenant(by), user, option, sede)
    _refuse(foreign_sede_refusal(asked))
    now = clock.now()
    before = held_roles(user, sede, now)
    held = {assignment.role for assignment in before}
    change = Change(given=tuple(sorted(wanted - held)), ended=tuple(sorted(held - wanted)))
    if not change:
        return change
    _refuse(_changed_elsewhere() if held != set(seen) else None)
    _refuse(giving_refusal(asked, set(change.given)) if change.given else None)
    written = _state(sede, before)
    _end(by=by, assignments=[assignment for assignment in before if assignment.role in change.ended], now=now)
    _give(by=by, user=user, sede=sede, roles=change.given, validity=longest_validity(asked, OPEN), now=now)
    act = "roles.changed" if wanted else "roles.ended"
    _write_down(by=by, user=user, sede=sede, act=act, before=written, change=change)
    return change


def _nothing_held(role: str) -> Refusal:
    return Refusal(
        headline="El rol ya no está activo",
        cause=f"El usuario ya no tiene {role} en esta sede; tal vez terminó o alguien lo retiró.",
        remedy="No se guardó nada. Revise los roles que tiene ahora; si hace falta, asígnelo de nuevo.",
        who="Usted, como delegado.",
    )


def _later_one(role: str) -> Refusal:
    return Refusal(
        headline="Fechas no válidas",
        cause=f"El usuario ya tiene {role} asignado en esta sede para esos días.",
        remedy="Elija un último día anterior al comienzo de la asignación siguiente, o retire primero esa.",
        who="Usted, como delegado.",
    )


@transaction.atomic
def end_role(*, by: Account, user: RegisteredUser, sede: Sede, role: str, tell: bool = True) -> Change:
    """Take one role that a user holds (or will hold) at a sede, now; always allowed.

    Raises Refused, with nothing saved, at a sede of another entity or when the role is not held.
    """
    user = _lock(user)
    _refuse(foreign_sede_refusal(Activation(tenant(by), user, "", sede)))
    now = clock.now()
    before = held_roles(user, sede, now)
    held = next((assignment for assignment in before if assignment.role == role), None)
    if held is None:
        raise Refused(_nothing_held(role))
    change, written = Change(ended=(role,)), _state(sede, before)
    _end(by=by, assignments=[held], now=now)
    act = "roles.changed" if len(before) > 1 else "roles.ended"
    _write_down(by=by, user=user, sede=sede, act=act, before=written, change=change, tell=tell)
    return change


@transaction.atomic
def end_roles(*, by: Account, user: RegisteredUser, sede: Sede, roles: Collection[str], cause: str) -> Change:
    """Take those of `roles` that a user holds (or will hold) at a sede, because of something else that happened.

    `cause` is a sentence for the history and the mail. Returns what was taken (nothing, when none was held). Raises
    Refused at a sede of another entity.
    """
    user = _lock(user)
    _refuse(foreign_sede_refusal(Activation(tenant(by), user, "", sede)))
    now = clock.now()
    before = held_roles(user, sede, now)
    ending = [held for held in before if held.role in roles]
    change, written = Change(ended=tuple(sorted({held.role for held in ending}))), _state(sede, before)
    if change:
        _end(by=by, assignments=ending, now=now)
        act = "roles.changed" if len(before) > len(ending) else "roles.ended"
        _write_down(by=by, user=user, sede=sede, act=act, before=written, change=change, cause=cause)
    return change


@transaction.atomic
def change_last_day(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, role: str, last: date | None, tell: bool = True
) -> Change:
    """Give the role that a user holds (or will hold) at a sede another last day, or none.

    Returns the role as moved, or no change when the day is the same. Keeping it longer answers to the same rules as
    giving it, and an SSO's never outlives the plaza; raises Refused, with nothing saved.
    """
    user = _lock(user)
    asked = Activation(tenant(by), user, option, sede)
    _refuse(foreign_sede_refusal(asked))
    before = held_roles(user, sede, clock.now())
    held = next((assignment for assignment in before if assignment.role == role), None)
    if held is None:
        raise Refused(_nothing_held(role))
    wanted = moved_validity(asked, held, last)
    if wanted.last == held.last_day:
        return Change()
    _refuse(moving_refusal(asked, held, wanted))
    try:
        with transaction.atomic():
            RoleAssignment.objects.filter(pk=held.pk).update(ends_at=wanted.ends_at)
    except IntegrityError:
        raise Refused(_later_one(role)) from None
    change = Change(moved=(role,), validity=wanted)
    written = _state(sede, before)
    _write_down(by=by, user=user, sede=sede, act="roles.last_day_changed", before=written, change=change, tell=tell)
    return change
