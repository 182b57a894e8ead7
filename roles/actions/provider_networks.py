"""Add entities to the network of an EPS or a territorial entity, and remove them with the roles that depend on them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import IntegrityError, transaction

from accounts.models import Account
from entities.models import Association, Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refusal, Refused
from roles.actions.role_assignments import end_roles
from roles.events import Event
from roles.models import RegisteredUser, RoleAssignment, death_of, independents_among
from roles.rules import DELEGATE, member_refusal

CHANGED_ELSEWHERE = Refusal(
    headline="La red cambió mientras usted la revisaba",
    cause="Otra persona o una carga del Ministerio cambió una de esas entidades en este momento.",
    remedy="No se guardó nada. Revise las casillas y repita el cambio si todavía hace falta.",
    who=DELEGATE,
)


class DependentsChanged(Refused):
    """The number of roles that would end is not the one that the page showed; nothing was saved."""


@dataclass(frozen=True)
class NetworkChange:
    """What changed in the network, if anything, and the roles that ended with it."""

    associated: tuple[Entity, ...] = ()
    dissociated: tuple[Entity, ...] = ()
    ended: tuple[RoleAssignment, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.associated or self.dissociated)


def _lock_users(members: Iterable[Entity]) -> None:
    lock_rows(RegisteredUser.objects.filter(independents_among(members, "person__")))


def _record(by: Account, event: Event, association: Association, users: int = 0, roles: int = 0) -> None:
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


@transaction.atomic
def associate(*, by: Account, members: Collection[Entity]) -> NetworkChange:
    """Add `members` to the network of the entity of `by`, from now on ("Asociar Entidad", manual v4.1 §11.4).

    Returns those that were not in it yet, so a double click changes nothing. Raises Refused, with nothing saved,
    when one of them cannot be associated.
    """
    owner, now = lock(by.require_entity(), no_key=True), clock.now()
    current = Association.objects.of(owner).current(now).values("member")
    candidates = Entity.objects.filter(pk__in=[member.pk for member in members])
    new = candidates.exclude(pk__in=current).with_main_sede().annotate(died_on=death_of()).order_by("search", "pk")
    for refusal in filter(None, map(partial(member_refusal, owner), new)):
        raise Refused(refusal)
    try:
        with transaction.atomic():
            for member in new:
                association = Association.objects.create(owner=owner, member=member, starts_at=now, created_by=by)
                _record(by, Event.NETWORK_ASSOCIATED, association)
    except IntegrityError as error:
        raise Refused(CHANGED_ELSEWHERE) from error
    return NetworkChange(associated=tuple(new))


# ---------------------------------------------------------------- dissociating


def dependent_roles(owner: Entity, members: Iterable[Entity], at: datetime | None = None) -> list[RoleAssignment]:
    """The roles that end with these members: in force or to come, given by `owner` to independents of its network.

    An IPS, a Proveedor or an EPS takes nothing with it: no rule of the portal lets the owner give roles because of it.
    """
    roles = RoleAssignment.objects.depending_on(owner, members).not_ended(at)
    return list(roles.select_related("user__person", "sede").order_by("listed_as", "user_id", "sede_id", "role"))


def _others_depend(expected: int, now: int) -> Refusal:
    return Refusal(
        headline="Cambió lo que depende de la red",
        cause=f"Roles que terminarían según la página: {expected}. Ahora: {now}.",
        remedy="No se guardó nada. Revise la lista de abajo y confirme de nuevo si está de acuerdo.",
        who=DELEGATE,
    )


def _end_roles(by: Account, owner: Entity, roles: list[RoleAssignment]) -> None:
    cause = f"{owner} desasoció de su red al profesional independiente."
    for (user, sede), group in groupby(roles, key=lambda role: (role.user, role.sede)):
        end_roles(by=by, user=user, sede=sede, roles={role.role for role in group}, cause=cause)


@transaction.atomic
def dissociate(*, by: Account, members: Collection[Entity], expected_endings: int = 0) -> NetworkChange:
    """Take `members` out of the network of the entity of `by`, and end the roles that depend on them.

    `expected_endings` is how many such roles the page showed: with another number DependentsChanged is raised and
    nothing is saved. Returns those that were in the network, so a double click changes nothing.
    """
    owner = lock(by.require_entity(), no_key=True)
    _lock_users(members)
    now = clock.now()
    current = Association.objects.of(owner).current(now).filter(member__in=[member.pk for member in members])
    ending = list(current.select_related("owner", "member").order_by("member__search", "pk"))
    roles = dependent_roles(owner, [association.member for association in ending], now)
    if ending and len(roles) != expected_endings:
        raise DependentsChanged(_others_depend(expected_endings, len(roles)))
    for association in ending:
        association.ends_at, association.ended_by = now, by
        association.save(update_fields=["ends_at", "ended_by"])
        dependent = [role for role in roles if _is(role, association.member)]
        _record(by, Event.NETWORK_DISSOCIATED, association, len({role.user_id for role in dependent}), len(dependent))
    _end_roles(by, owner, roles)
    return NetworkChange(dissociated=tuple(association.member for association in ending), ended=tuple(roles))


def _is(role: RoleAssignment, member: Entity) -> bool:
    person = role.user.person
    return (person.document_type, person.document_number) == (member.identification_type, member.nit)


@transaction.atomic
def change_network(
    *, by: Account, associated: Collection[Entity], dissociated: Collection[Entity], expected_endings: int = 0
) -> NetworkChange:
    """ "Asociar/Desasociar Entidad" (manual v4.1 §11.4): both at once, all or nothing.

    Arguments, result and refusals are those of `associate` and `dissociate`.
    """
    added = associate(by=by, members=associated)
    removed = dissociate(by=by, members=dissociated, expected_endings=expected_endings)
    return NetworkChange(added.associated, removed.dissociated, removed.ended)
