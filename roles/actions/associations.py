"""Associate entities with a network and take them out of it: each deed once, whole, and written down."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import IntegrityError, transaction

from accounts.models import Account
from entities.models import Association, Entity
from entities.rules.associations import association_refusal
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refusal, Refused
from roles.actions.role_assignments import end_roles, tenant
from roles.events import Event
from roles.models import RegisteredUser, RoleAssignment, independents_among


class DependentsChanged(Refused):
    """What would end with the network is not what the delegate was told; nothing was saved."""


@dataclass(frozen=True)
class NetworkChange:
    """What a deed changed in the network (nothing: nothing was left to do), and the roles that ended with it."""

    associated: tuple[Entity, ...] = ()
    dissociated: tuple[Entity, ...] = ()
    ended: tuple[RoleAssignment, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.associated or self.dissociated)


def _lock_users(members: Iterable[Entity]) -> None:
    """The users who are these independents, so that nobody gives them a role on the strength of the old network."""
    users = RegisteredUser.objects.filter(independents_among(members, "person__"))
    lock_rows(users)


def _record(by: Account, event: Event, association: Association, users: int = 0, roles: int = 0) -> None:
    """One row about the member, in the history of the owner."""
    since = {"relation": association.relation, "from": association.first_day.isoformat()}
    until = association.last_day and {
        "until": association.last_day.isoformat(),
        "users": users,
        "roles": roles,
    }
    record(
        by=by,
        event=event,
        obj=association.member,
        entity=association.owner,
        before=since if until else {},
        after=since | (until or {}),
    )


def _changed_elsewhere() -> Refusal:
    return Refusal(
        headline="La red cambió mientras usted la revisaba",
        cause="Otra persona o una carga del Ministerio asoció una de esas entidades en este momento.",
        remedy="No se guardó nada. Revise las casillas y repita el cambio si todavía hace falta.",
        who="Usted, como delegado.",
    )


@transaction.atomic
def associate(*, by: Account, members: Collection[Entity]) -> NetworkChange:
    """Have `members` in the network of the entity of `by`, from now on ("Asociar Entidad", manual v4.1 §11.4).

    Returns those that were not in it yet, so a double click changes nothing. Raises Refused, with nothing saved,
    when one of them can not be associated.
    """
    owner, now = lock(tenant(by), no_key=True), clock.now()
    held = Association.objects.of(owner).current(now).values("member")
    asked = Entity.objects.filter(pk__in=[member.pk for member in members])
    new = list(asked.exclude(pk__in=held).with_main_sede().order_by("search", "pk"))
    for refusal in filter(None, map(partial(association_refusal, owner), new)):
        raise Refused(refusal)
    try:
        with transaction.atomic():
            for member in new:
                made = Association.objects.create(owner=owner, member=member, starts_at=now, created_by=by)
                _record(by, Event.NETWORK_ASSOCIATED, made)
    except IntegrityError as error:
        raise Refused(_changed_elsewhere()) from error
    return NetworkChange(associated=tuple(new))


# ---------------------------------------------------------------- dissociating


def dependent_roles(owner: Entity, members: Iterable[Entity], at: datetime | None = None) -> list[RoleAssignment]:
    """The roles that end with these members: held or to come, given by `owner` to independents of its network.

    An IPS, a Proveedor or an EPS takes nothing with it: no rule of the portal lets the owner give roles because of it.
    """
    held = RoleAssignment.objects.depending_on(owner, members).not_ended(at)
    return list(held.select_related("user__person", "sede").order_by("listed_as", "user_id", "sede_id", "role"))


def _others_depend(told: int, now: int) -> Refusal:
    return Refusal(
        headline="Cambió lo que depende de la red",
        cause=f"La página decía que terminarían {told} roles y ahora son {now}.",
        remedy="No se guardó nada. Revise la lista de abajo y confirme de nuevo si está de acuerdo.",
        who="Usted, como delegado.",
    )


def _end_roles(by: Account, owner: Entity, roles: list[RoleAssignment]) -> None:
    cause = f"{owner.name} desasoció de su red al profesional independiente."
    for (user, sede), held in groupby(roles, key=lambda role: (role.user, role.sede)):
        end_roles(by=by, user=user, sede=sede, roles={role.role for role in held}, cause=cause)


@transaction.atomic
def dissociate(*, by: Account, members: Collection[Entity], told: int = 0) -> NetworkChange:
    """Take `members` out of the network of the entity of `by`, and end the roles that depend on them.

    `told` is how many such roles the delegate was told of: with another number DependentsChanged is raised and
    nothing is saved. Returns those that were in the network, so a double click changes nothing.
    """
    owner = lock(tenant(by), no_key=True)
    _lock_users(members)
    now = clock.now()
    current = Association.objects.of(owner).current(now).filter(member__in=[member.pk for member in members])
    ending = list(current.select_related("owner", "member").order_by("member__search", "pk"))
    roles = dependent_roles(owner, [association.member for association in ending], now)
    if ending and len(roles) != told:
        raise DependentsChanged(_others_depend(told, len(roles)))
    for association in ending:
        association.ends_at, association.ended_by = now, by
        association.save(update_fields=["ends_at", "ended_by"])
        mine = [role for role in roles if _is(role, association.member)]
        _record(by, Event.NETWORK_DISSOCIATED, association, len({role.user_id for role in mine}), len(mine))
    _end_roles(by, owner, roles)
    return NetworkChange(dissociated=tuple(association.member for association in ending), ended=tuple(roles))


def _is(role: RoleAssignment, member: Entity) -> bool:
    """Whether the user of a role is this independent professional."""
    person = role.user.person
    return (person.document_type, person.document_number) == (member.identification_type, member.nit)


@transaction.atomic
def change_network(
    *, by: Account, associated: Collection[Entity], dissociated: Collection[Entity], told: int = 0
) -> NetworkChange:
    """ "Asociar/Desasociar Entidad" (manual v4.1 §11.4): both at once, all or nothing.

    Arguments, result and refusals are those of `associate` and `dissociate`.
    """
    came = associate(by=by, members=associated)
    went = dissociate(by=by, members=dissociated, told=told)
    return NetworkChange(came.associated, went.dissociated, went.ended)
