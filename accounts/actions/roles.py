"""Give, change and take away the roles of a user at a sede: each deed once, whole, and written down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Account, RegisteredUser, RoleAssignment
from accounts.rules import Activation, activation_refusal, foreign_sede_refusal, roles_refusal
from entities.models import Entity, Sede
from mipres_admin import history
from mipres_admin.mail import send_on_commit
from mipres_admin.refusals import Refusal, Refused


@dataclass(frozen=True)
class Change:
    """What a deed changed: the roles that began and those that ended (both empty: nothing was left to do)."""

    given: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.given or self.ended)


def tenant(by: Account) -> Entity:
    """The entity for which this account acts; raises Refused for an account without one."""
    if by.entity is None:
        raise Refused(
            Refusal(cause="Su cuenta no es de una entidad.", remedy="Ingrese con una cuenta de delegado.", who="Usted.")
        )
    return by.entity


def current_roles(user: RegisteredUser, sede: Sede) -> list[RoleAssignment]:
    """The assignments in force of a user at a sede, by role."""
    return list(RoleAssignment.objects.filter(user=user, sede=sede).current().order_by("role"))


def _lock(user: RegisteredUser) -> RegisteredUser:
    """The user's row, held until the transaction ends: two deeds on one user happen one after the other."""
    return RegisteredUser.objects.select_for_update(of=("self",)).select_related("person").get(pk=user.pk)


def _give(*, by: Account, user: RegisteredUser, sede: Sede, roles: Iterable[str], at: datetime) -> None:
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, sede=sede, entity_id=sede.entity_id, role=role, starts_at=at, created_by=by)
        for role in roles
    )


def _end(*, by: Account, assignments: Iterable[RoleAssignment], at: datetime) -> None:
    RoleAssignment.objects.filter(pk__in=[held.pk for held in assignments]).update(ends_at=at, ended_by=by)


def _write_down(*, by: Account, user: RegisteredUser, sede: Sede, act: str, before: set[str], after: set[str]) -> None:
    """The row of history and the mail to the person, for a change that happened."""
    history.record(
        by=by,
        act=act,
        thing=user,
        entity=sede.entity,
        before={"sede": sede.code, "roles": sorted(before)},
        after={"sede": sede.code, "roles": sorted(after)},
    )
    if user.person.email:
        send_on_commit(
            to=user.person.email,
            template="roles_changed",
            context={
                "person": user.person,
                "sede": sede,
                "entity": sede.entity,
                "given": sorted(after - before),
                "ended": sorted(before - after),
                "kept": sorted(after),
            },
        )


@transaction.atomic
def activate_user(*, by: Account, user: RegisteredUser, sede: Sede, option: str, roles: Iterable[str]) -> Change:
    """Give `roles` at `sede` to a registered user ("Asociar Usuario", manual v4.1 §11.2).

    Returns what began; roles that the user holds there already stay as they are, so a double click changes nothing.
    Raises Refused, with nothing saved, when the rules or the matrix say no.
    """
    user = _lock(user)
    wanted = set(roles)
    asked = Activation(tenant(by), user, option, sede)
    refusal = activation_refusal(asked) or roles_refusal(asked, wanted)
    if refusal:
        raise Refused(refusal)
    before = {held.role for held in current_roles(user, sede)}
    given = wanted - before
    if given:
        _give(by=by, user=user, sede=sede, roles=given, at=timezone.now())
        _write_down(by=by, user=user, sede=sede, act="roles.given", before=before, after=before | wanted)
    return Change(given=tuple(sorted(given)))


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

    `seen` are the roles that the page showed: when others are in force by now, Refused is raised and nothing is saved,
    unless they are the wanted ones already (a double click). Taking a role away is always allowed; new roles
    answer to the same rules as in `activate_user`.
    """
    user = _lock(user)
    wanted = set(roles)
    asked = Activation(tenant(by), user, option, sede)
    held = current_roles(user, sede)
    before = {assignment.role for assignment in held}
    given, ended = wanted - before, before - wanted
    refusal = foreign_sede_refusal(asked)
    if not refusal and not given and not ended:
        return Change()
    if not refusal and before != set(seen):
        refusal = _changed_elsewhere()
    if not refusal and given:
        refusal = activation_refusal(asked) or roles_refusal(asked, given)
    if refusal:
        raise Refused(refusal)
    now = timezone.now()
    _end(by=by, assignments=[assignment for assignment in held if assignment.role in ended], at=now)
    _give(by=by, user=user, sede=sede, roles=given, at=now)
    act = "roles.changed" if wanted else "roles.ended"
    _write_down(by=by, user=user, sede=sede, act=act, before=before, after=wanted)
    return Change(given=tuple(sorted(given)), ended=tuple(sorted(ended)))
