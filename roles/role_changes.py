"""What does a deed make of the roles that a user holds at a sede? Pure: decided here, saved by `accounts.actions`.

`held` are always the assignments that are in force or still to come at `now`, by role and beginning; the screens decide
one deed at a time, an uploaded workbook thousands, and both mean the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.models import Account
from entities.models import Sede
from mipres_admin.refusals import Refusal, Refused, refuse
from roles.events import Event
from roles.models import RegisteredUser, RoleAssignment
from roles.rules import (
    Activation,
    foreign_sede_refusal,
    giving_refusal,
    longest_validity,
    moved_validity,
    moving_refusal,
    validity_refusal,
)
from roles.validity import OPEN, Validity

Held = tuple[RoleAssignment, ...]


@dataclass(frozen=True)
class Change:
    """What a deed changed: roles that were given, taken, or got another last day (nothing: nothing was left to do)."""

    given: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    validity: Validity = field(default=OPEN, compare=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.ended or self.moved)


@dataclass(frozen=True)
class Deed:
    """One change at one sede, decided and not yet saved: what is held before and after, and which rows to write."""

    user: RegisteredUser
    sede: Sede
    before: Held
    after: Held
    change: Change
    event: Event = Event.ROLES_CHANGED
    given: Held = ()
    ended: Held = ()
    moved: Held = ()
    cause: str = ""
    # why, where somebody says so, and what else history keeps of it: the load of a registry, for example
    reason: str = ""
    note: dict[str, Any] = field(default_factory=dict)

    def state(self, held: Held) -> dict[str, Any]:
        """What history keeps of the roles at the sede: role, first day, last day."""
        return {
            "sede": self.sede.code,
            "roles": [
                {
                    "role": one.role,
                    "from": one.first_day.isoformat(),
                    "until": one.last_day and one.last_day.isoformat(),
                }
                for one in held
            ],
        }


def in_order(held: Iterable[RoleAssignment]) -> Held:
    """By role, then beginning."""
    return tuple(sorted(held, key=lambda one: (one.role, one.starts_at)))


def _place(asked: Activation) -> Sede:
    """The sede at which the deed happens: one of the delegate's entity."""
    refuse(foreign_sede_refusal(asked))
    assert asked.sede is not None  # noqa: S101  narrows the type
    return asked.sede


def _new(
    asked: Activation, sede: Sede, roles: Iterable[str], validity: Validity, *, by: Account, now: datetime
) -> Held:
    return tuple(
        RoleAssignment(
            user=asked.user,
            sede=sede,
            entity_id=sede.entity_id,
            role=role,
            starts_at=validity.starts_at(now),
            ends_at=validity.ends_at,
            created_by=by,
        )
        for role in roles
    )


def _ended(one: RoleAssignment, *, by: Account | None, now: datetime) -> RoleAssignment:
    """The same, over; one that was still to come never was."""
    over = copy(one)
    over.starts_at, over.ends_at, over.ended_by = min(one.starts_at, now), now, by
    return over


def _until(one: RoleAssignment, ends_at: datetime | None) -> RoleAssignment:
    """The same, with another end."""
    moved = copy(one)
    moved.ends_at = ends_at
    return moved


def _roles(held: Iterable[RoleAssignment]) -> tuple[str, ...]:
    return tuple(sorted({one.role for one in held}))


def _first_of(held: Held, role: str) -> RoleAssignment:
    found = next((one for one in held if one.role == role), None)
    if found is None:
        raise Refused(_nothing_held(role))
    return found


def give(asked: Activation, held: Held, roles: set[str], validity: Validity, *, by: Account, now: datetime) -> Deed:
    """Give `roles`; those that are held already stay as they are. Raises Refused for the rules, the matrix, the dates.

    The validity is the one that can be given: an SSO's ends with the plaza.
    """
    refuse(giving_refusal(asked, roles, validity))
    sede, validity = _place(asked), longest_validity(asked, validity)
    change = Change(given=tuple(sorted(roles - {one.role for one in held})), validity=validity)
    if not change:
        return Deed(asked.user, sede, held, held, change)
    refuse(validity_refusal(validity))
    given = _new(asked, sede, change.given, validity, by=by, now=now)
    return Deed(asked.user, sede, held, in_order([*held, *given]), change, Event.ROLES_GIVEN, given=given)


def replace(asked: Activation, held: Held, roles: set[str], seen: set[str], *, by: Account, now: datetime) -> Deed:
    """Leave exactly `roles`. Raises Refused when others than `seen` are held, or when the rules forbid the new ones."""
    sede, present = _place(asked), {one.role for one in held}
    change = Change(given=tuple(sorted(roles - present)), ended=tuple(sorted(present - roles)))
    if not change:
        return Deed(asked.user, sede, held, held, change)
    refuse(_changed_elsewhere() if present != seen else None)
    refuse(giving_refusal(asked, set(change.given)) if change.given else None)
    given = _new(asked, sede, change.given, longest_validity(asked, OPEN), by=by, now=now)
    ended = tuple(_ended(one, by=by, now=now) for one in held if one.role in change.ended)
    after = in_order([*(one for one in held if one.role in roles), *given])
    event = Event.ROLES_CHANGED if roles else Event.ROLES_ENDED
    return Deed(asked.user, sede, held, after, change, event, given=given, ended=ended)


def take(asked: Activation, held: Held, role: str, *, by: Account, now: datetime) -> Deed:
    """Take one role now, the first that is held of that name; always allowed. Raises Refused when none is held."""
    sede, one = _place(asked), _first_of(held, role)
    after = tuple(other for other in held if other is not one)
    event = Event.ROLES_CHANGED if after else Event.ROLES_ENDED
    return Deed(asked.user, sede, held, after, Change(ended=(role,)), event, ended=(_ended(one, by=by, now=now),))


def end(
    asked: Activation, held: Held, roles: Collection[str], cause: str, *, by: Account | None, now: datetime
) -> Deed:
    """Take all that is held of `roles`, because of something else that happened, which the sentence `cause` says."""
    return cut(asked, held, {one.pk: now for one in held if one.role in roles}, cause, by=by, now=now)


def cut(
    asked: Activation, held: Held, ends: Mapping[int, datetime], cause: str, *, by: Account | None, now: datetime
) -> Deed:
    """Have assignments end at the moments that `ends` gives for their keys, because of what the sentence `cause` says.

    What would not have begun by then never was; what ends later than `now` keeps being held until then.
    """
    sede = _place(asked)
    ending = {one.pk for one in held if one.pk in ends and ends[one.pk] <= max(now, one.starts_at)}
    ended = tuple(_ended(one, by=by, now=now) for one in held if one.pk in ending)
    moved = {one.pk: _until(one, ends[one.pk]) for one in held if one.pk in ends and one.pk not in ending}
    after = tuple(moved.get(one.pk, one) for one in held if one.pk not in ending)
    change = Change(ended=_roles(ended), moved=_roles(moved.values()))
    event = (Event.ROLES_CHANGED if after else Event.ROLES_ENDED) if ended else Event.ROLES_LAST_DAY_CHANGED
    return Deed(asked.user, sede, held, after, change, event, ended=ended, moved=tuple(moved.values()), cause=cause)


def end_one(asked: Activation, held: Held, one: RoleAssignment, reason: str, *, by: Account, now: datetime) -> Deed:
    """Take this assignment alone, for a reason of the Ministry's; no change when it is over already."""
    sede, ending = _place(asked), [other for other in held if other.pk == one.pk]
    after = tuple(other for other in held if other.pk != one.pk)
    ended = tuple(_ended(other, by=by, now=now) for other in ending)
    change, cause = Change(ended=tuple(other.role for other in ending)), f"Lo terminó el Ministerio: {reason}"
    event = Event.ROLES_CHANGED if after else Event.ROLES_ENDED
    return Deed(asked.user, sede, held, after, change, event, ended=ended, cause=cause, reason=reason)


def move(asked: Activation, held: Held, role: str, last: date | None) -> Deed:
    """Give the role that is held another last day, or none; no change when the day is the same.

    Raises Refused when none is held, when keeping it longer is against the rules of giving it, and for a day that
    reaches into the next assignment of the role.
    """
    sede, one = _place(asked), _first_of(held, role)
    wanted = moved_validity(asked, one, last)
    if wanted.last == one.last_day:
        return Deed(asked.user, sede, held, held, Change())
    refuse(moving_refusal(asked, one, wanted))
    refuse(_later_one(role) if _reaches_another(wanted.ends_at, one, held) else None)
    moved = _until(one, wanted.ends_at)
    after = tuple(moved if other is one else other for other in held)
    change = Change(moved=(role,), validity=wanted)
    return Deed(asked.user, sede, held, after, change, Event.ROLES_LAST_DAY_CHANGED, moved=(moved,))


def _reaches_another(ends_at: datetime | None, one: RoleAssignment, held: Sequence[RoleAssignment]) -> bool:
    later = (other for other in held if other.role == one.role and other.starts_at > one.starts_at)
    return any(ends_at is None or other.starts_at < ends_at for other in later)


def _changed_elsewhere() -> Refusal:
    return Refusal(
        headline="Los roles cambiaron mientras usted los revisaba",
        cause="Alguien guardó otro cambio para este usuario en esta sede, tal vez en otra pestaña o ventana.",
        remedy="No se guardó nada. Revise los roles que tiene ahora y repita el cambio si todavía hace falta.",
        who="Usted, como delegado.",
    )


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
