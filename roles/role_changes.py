"""What does a change of roles do to the assignments of one user at one sede? Pure: `roles.actions` saves it.

`assignments` are always those in force or still to come at `now`, by role and beginning. The pages decide one change
at a time, an uploaded workbook thousands, and both mean the same.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from accounts.models import Account
from entities.models import Entity, Sede
from mipres_admin.refusals import Refusal, Refused, refuse
from roles.events import Event
from roles.models import RegisteredUser, RoleAssignment
from roles.rules import (
    DELEGATE,
    FOREIGN_SEDE,
    Activation,
    granting_refusal,
    longest_validity,
    rescheduled_validity,
    rescheduling_refusal,
    validity_refusal,
)
from roles.validity import OPEN, Validity

type Assignments = tuple[RoleAssignment, ...]
# the keys of an entity, one of its users and the sede
type Place = tuple[int, int, int]

CHANGED_ELSEWHERE = Refusal(
    headline="Los roles cambiaron mientras usted los revisaba",
    cause="Alguien guardó otro cambio para este usuario en esta sede, tal vez en otra pestaña o ventana.",
    remedy="No se guardó nada. Revise los roles que tiene ahora y repita el cambio si todavía hace falta.",
    who=DELEGATE,
)


def place_of(assignment: RoleAssignment) -> Place:
    """Where an assignment is: two entities may give the user their roles at the same sede."""
    return assignment.entity_id, assignment.user_id, assignment.sede_id


def role_names(assignments: Iterable[RoleAssignment]) -> tuple[str, ...]:
    """The roles of some assignments, once each, in order."""
    return tuple(sorted({assignment.role for assignment in assignments}))


@dataclass(frozen=True)
class RoleChange:
    """One change for one user at one sede of an entity, decided and not yet saved; false when nothing changes.

    `before` and `after` are all the assignments there, the others those to write.
    """

    entity: Entity
    user: RegisteredUser
    sede: Sede
    before: Assignments
    after: Assignments
    event: Event = Event.ROLES_CHANGED
    granted: Assignments = ()
    ended: Assignments = ()
    rescheduled: Assignments = ()
    # a sentence for the history and the mail: what else happened that caused the change
    cause: str = ""
    # the Ministry's reason, and what else the history keeps: the load of a registry, for example
    reason: str = ""
    note: dict[str, Any] = field(default_factory=dict)
    # the days that were granted, or the new last day
    validity: Validity = OPEN

    def __bool__(self) -> bool:
        return bool(self.granted or self.ended or self.rescheduled)

    @property
    def granted_roles(self) -> tuple[str, ...]:
        """The names of the roles that begin."""
        return role_names(self.granted)

    @property
    def ended_roles(self) -> tuple[str, ...]:
        """The names of the roles that end."""
        return role_names(self.ended)

    @property
    def rescheduled_roles(self) -> tuple[str, ...]:
        """The names of the roles that get another last day."""
        return role_names(self.rescheduled)


def in_order(assignments: Iterable[RoleAssignment]) -> Assignments:
    """By role, then beginning."""
    return tuple(sorted(assignments, key=lambda assignment: (assignment.role, assignment.starts_at)))


def _own_sede(activation: Activation) -> Sede:
    sede = activation.sede
    if sede is None or not sede.is_of(activation.entity):
        raise Refused(FOREIGN_SEDE)
    return sede


def _new(
    activation: Activation, roles: Iterable[str], validity: Validity, *, by: Account, now: datetime
) -> Assignments:
    return tuple(
        RoleAssignment(
            user=activation.user,
            sede=activation.sede,
            entity=activation.entity,
            role=role,
            starts_at=validity.starts_at(now),
            ends_at=validity.ends_at,
            created_by=by,
        )
        for role in sorted(roles)
    )


def _ended(assignment: RoleAssignment, *, by: Account | None, now: datetime) -> RoleAssignment:
    """A copy that ends now; one that was still to come never begins."""
    ended = copy(assignment)
    ended.starts_at, ended.ends_at, ended.ended_by = min(assignment.starts_at, now), now, by
    return ended


def _until(assignment: RoleAssignment, ends_at: datetime | None) -> RoleAssignment:
    rescheduled = copy(assignment)
    rescheduled.ends_at = ends_at
    return rescheduled


def _first_of(assignments: Assignments, role: str) -> RoleAssignment:
    first = next((assignment for assignment in assignments if assignment.role == role), None)
    if first is None:
        raise Refused(_not_assigned(role))
    return first


def grant(
    activation: Activation, assignments: Assignments, roles: set[str], validity: Validity, *, by: Account, now: datetime
) -> RoleChange:
    """Grant `roles`; those that the user has already stay as they are. Raises Refused (rules, matrix, dates).

    The validity is the one that can be granted: an SSO's ends with the plaza.
    """
    refuse(granting_refusal(activation, roles, validity))
    entity, user, sede = activation.entity, activation.user, _own_sede(activation)
    validity = longest_validity(activation, validity)
    missing = roles - set(role_names(assignments))
    if not missing:
        return RoleChange(entity, user, sede, assignments, assignments, validity=validity)
    refuse(validity_refusal(validity))
    granted = _new(activation, missing, validity, by=by, now=now)
    after = in_order([*assignments, *granted])
    return RoleChange(entity, user, sede, assignments, after, Event.ROLES_GIVEN, granted=granted, validity=validity)


def set_roles(
    activation: Activation, assignments: Assignments, roles: set[str], expected: set[str], *, by: Account, now: datetime
) -> RoleChange:
    """Leave exactly `roles`. Raises Refused when the user has others than `expected`, or may not get the new ones."""
    entity, user, sede = activation.entity, activation.user, _own_sede(activation)
    current = set(role_names(assignments))
    if roles == current:
        return RoleChange(entity, user, sede, assignments, assignments)
    refuse(CHANGED_ELSEWHERE if current != expected else None)
    new = roles - current
    refuse(granting_refusal(activation, new) if new else None)
    granted = _new(activation, new, longest_validity(activation, OPEN), by=by, now=now)
    ended = tuple(_ended(assignment, by=by, now=now) for assignment in assignments if assignment.role not in roles)
    after = in_order([*(assignment for assignment in assignments if assignment.role in roles), *granted])
    event = Event.ROLES_CHANGED if roles else Event.ROLES_ENDED
    return RoleChange(entity, user, sede, assignments, after, event, granted, ended)


def shorten(
    activation: Activation,
    assignments: Assignments,
    ends: Mapping[int, datetime],
    cause: str = "",
    *,
    by: Account | None,
    now: datetime,
) -> RoleChange:
    """End assignments at the moments that `ends` has for their keys, always allowed; `cause` says what else happened.

    One that would not have begun by then never begins; one that ends later than `now` stays until then.
    """
    sede = _own_sede(activation)
    ending = {one.pk for one in assignments if one.pk in ends and ends[one.pk] <= max(now, one.starts_at)}
    ended = tuple(_ended(assignment, by=by, now=now) for assignment in assignments if assignment.pk in ending)
    later = {pk: end for pk, end in ends.items() if pk not in ending}
    rescheduled = {one.pk: _until(one, later[one.pk]) for one in assignments if one.pk in later}
    after = tuple(rescheduled.get(one.pk, one) for one in assignments if one.pk not in ending)
    event = (Event.ROLES_CHANGED if after else Event.ROLES_ENDED) if ended else Event.ROLES_LAST_DAY_CHANGED
    return RoleChange(
        activation.entity,
        activation.user,
        sede,
        assignments,
        after,
        event,
        ended=ended,
        rescheduled=tuple(rescheduled.values()),
        cause=cause,
    )


def revoke(activation: Activation, assignments: Assignments, role: str, *, by: Account, now: datetime) -> RoleChange:
    """End one role now, the first assignment of that name. Raises Refused when the user does not have it."""
    return shorten(activation, assignments, {_first_of(assignments, role).pk: now}, by=by, now=now)


def revoke_roles(
    activation: Activation, assignments: Assignments, roles: Collection[str], cause: str, *, by: Account, now: datetime
) -> RoleChange:
    """End all assignments of `roles` now, because of something else that happened: the sentence `cause`."""
    ends = {assignment.pk: now for assignment in assignments if assignment.role in roles}
    return shorten(activation, assignments, ends, cause, by=by, now=now)


def revoke_assignment(
    activation: Activation, assignments: Assignments, pk: int, reason: str, *, by: Account, now: datetime
) -> RoleChange:
    """End this assignment alone, for a reason of the Ministry's; no change when it is over already."""
    change = shorten(activation, assignments, {pk: now}, f"Lo terminó el Ministerio: {reason}", by=by, now=now)
    return replace(change, reason=reason)


def reschedule(activation: Activation, assignments: Assignments, role: str, last: date | None) -> RoleChange:
    """Give a role another last day, or none; no change when the day is the same.

    Raises Refused when the user does not have the role, when keeping it longer is against the rules of granting it,
    and for a day that reaches into the next assignment of the role.
    """
    sede, first = _own_sede(activation), _first_of(assignments, role)
    validity = rescheduled_validity(activation, first, last)
    if validity.last == first.last_day:
        return RoleChange(activation.entity, activation.user, sede, assignments, assignments)
    refuse(rescheduling_refusal(activation, first, validity))
    following = next((other for other in assignments if other.role == role and other.starts_at > first.starts_at), None)
    if following and (validity.ends_at is None or following.starts_at < validity.ends_at):
        raise Refused(_reaches_the_next(role))
    rescheduled = _until(first, validity.ends_at)
    return RoleChange(
        activation.entity,
        activation.user,
        sede,
        assignments,
        tuple(rescheduled if other is first else other for other in assignments),
        Event.ROLES_LAST_DAY_CHANGED,
        rescheduled=(rescheduled,),
        validity=validity,
    )


def never_given(role: str) -> Refusal:
    """Why a role that another entity gave at the same sede cannot be changed."""
    return Refusal(
        cause=f"Su entidad no le dio {role} a este usuario en esta sede.",
        remedy="No se guardó nada. Revise los roles que le dio su entidad; los de otra se cambian desde ella.",
        who=DELEGATE,
    )


def _not_assigned(role: str) -> Refusal:
    return Refusal(
        headline="El rol ya no está activo",
        cause=f"El usuario ya no tiene {role} en esta sede.",
        remedy="No se guardó nada. Revise los roles que tiene ahora; si hace falta, asígnelo de nuevo.",
        who=DELEGATE,
    )


def _reaches_the_next(role: str) -> Refusal:
    return Refusal(
        headline="Fechas no válidas",
        cause=f"El usuario ya tiene {role} asignado en esta sede para esos días.",
        remedy="Elija un último día anterior al comienzo de la asignación siguiente, o retire primero esa.",
        who=DELEGATE,
    )
