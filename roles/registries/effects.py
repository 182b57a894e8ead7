"""What do the loads of registries do to roles? What no longer fits ends, and undoing a load gives it back.

Both in sets: a load may end the roles of thousands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, can_log_in_q
from entities.models import Entity, Sede
from mipres_admin.database import clock
from mipres_admin.database.locks import lock_rows
from mipres_admin.outbox.mail import notification, notify_all
from mipres_admin.public_urls import public_address
from registries.models import RegistryLoad
from roles import role_changes
from roles.actions.role_assignments import ROWS_A_STATEMENT, held_by, notification_of, save_deeds, write_ranges
from roles.end_reasons import EndReason, sentence
from roles.events import Event
from roles.matrix import assignable_roles, options_for
from roles.models import RegisteredUser, RoleAssignment, RoleEnding
from roles.registries.ineligible import IneligibleAssignment, affected_users, ineligible_assignments
from roles.role_changes import Change, Deed, Held
from roles.rules import Activation
from roles.validity import long_date

Place = tuple[int, int]

COUNT_LABELS = {
    "roles_ended_deceased": "roles, fallecidos",
    "roles_ended_rethus": "roles, fuera de ReTHUS",
    "roles_ended_sede": "roles, sede cerrada",
    "roles_ended_independent": "roles, independientes",
    "roles_ended_plaza": "roles, plaza de SSO",
    "roles_restored": "roles devueltos",
    "roles_not_restored": "roles no devueltos",
}
"""What the counts of `apply` and `undo` are called."""


def _lock_users(users: Iterable[int], kind: str = "") -> None:
    """These users and those of whom the registry `kind` speaks, held until the transaction ends.

    So an action that gives one of them a role, on what was true before the load, is waited for.
    """
    wanted = set(users) | (affected_users(kind) if kind else set())
    registered = RegisteredUser.objects.filter(pk__in=wanted)
    lock_rows(registered.values_list("pk"))


@dataclass(frozen=True)
class Batch:
    """The users and sedes of some assignments, and what is held there, all fetched at once."""

    users: dict[int, RegisteredUser]
    sedes: dict[int, Sede]
    held: dict[Place, Held]

    @classmethod
    def of(cls, assignments: Sequence[RoleAssignment], now: datetime) -> "Batch":
        """Everything about these assignments."""
        people = RegisteredUser.objects.select_related("person", "profession")
        users = people.in_bulk({one.user_id for one in assignments})
        sedes = Sede.objects.select_related("entity").in_bulk({one.sede_id for one in assignments})
        return cls(users, sedes, held_by(users.values(), sedes.values(), now))


def _why(load: RegistryLoad) -> dict[str, Any]:
    """What history keeps of the load behind an event."""
    return {"reason": f"Carga {load.pk} de {load.get_kind_display()}", "note": {"load": load.pk}}


# ---------------------------------------------------------------- after a load


def apply(load: RegistryLoad) -> dict[str, int]:
    """End the roles that no longer fit the registries, in the transaction of the load, and say how many of each cause.

    Each user and sede has one row of history, the person a mail (not a deceased one), and the delegates of each entity
    one mail for the whole load. What ended already is not ended again.
    """
    _lock_users((found.user for found in ineligible_assignments(clock.now(), loading=load.kind).values()), load.kind)
    now = clock.now()
    found = ineligible_assignments(now, loading=load.kind)
    if not found:
        return {}
    decided = _decided(load, found, now)
    save_deeds(by=None, decided=decided)
    endings = [ending for deed in decided for ending in _endings(load, found, deed, now)]
    RoleEnding.objects.bulk_create(endings, batch_size=ROWS_A_STATEMENT)
    _notify(
        load,
        decided,
        _by_entity((ending.assignment, EndReason(ending.cause).label) for ending in endings),
        undone=False,
    )
    return {f"roles_ended_{cause}": count for cause, count in Counter(ending.cause for ending in endings).items()}


def _decided(load: RegistryLoad, found: dict[int, IneligibleAssignment], now: datetime) -> list[Deed]:
    """One deed for each user and sede, with the sentences of its causes."""
    ending = list(RoleAssignment.objects.filter(pk__in=found).order_by("user_id", "sede_id", "pk"))
    batch = Batch.of(ending, now)
    decided = []
    for user, sede in dict.fromkeys((one.user_id, one.sede_id) for one in ending):
        held, place = batch.held[user, sede], batch.sedes[sede]
        ends = {one.pk: found[one.pk].until or now for one in held if one.pk in found}
        said = dict.fromkeys(sentence(found[pk].cause, place, until, now) for pk, until in ends.items())
        asked = Activation(place.entity, batch.users[user], "", place)
        deed = role_changes.cut(asked, held, ends, " ".join(said), by=None, now=now)
        decided.append(replace(deed, **_why(load)))
    return decided


def _endings(
    load: RegistryLoad, found: dict[int, IneligibleAssignment], deed: Deed, now: datetime
) -> Iterable[RoleEnding]:
    before = {one.pk: one for one in deed.before}
    for one in (*deed.ended, *deed.moved):
        was = before[one.pk]
        yield RoleEnding(
            load=load,
            assignment=one,
            entity_id=one.entity_id,
            cause=found[one.pk].cause,
            at=now,
            ends_at=one.ends_at or now,
            started_at=was.starts_at,
            ended_at=was.ends_at,
        )


# ---------------------------------------------------------------- telling


def _by_entity(told: Iterable[tuple[RoleAssignment, str]]) -> dict[int, Counter[str]]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for assignment, label in told:
        counts[assignment.entity_id][label] += 1
    return counts


def _notify(load: RegistryLoad, decided: Sequence[Deed], counts: dict[int, Counter[str]], *, undone: bool) -> None:
    """A mail to each person for each sede, and one to each delegate for their whole entity."""
    # undoing the list of deceased people comes before its rows are put back: who gets roles back is alive
    notify_all(notification_of(deed) for deed in decided if undone or deed.user.person.deceased_on is None)
    entities = Entity.objects.in_bulk(counts)
    delegates = Account.objects.filter(can_log_in_q(), entity__in=entities)
    notify_all(
        notification(account, "registry_effects", **_digest(load, entities[account.entity_id], counts, undone=undone))
        for account in delegates.order_by("pk")
        if account.entity_id
    )


def _digest(load: RegistryLoad, entity: Entity, counts: dict[int, Counter[str]], *, undone: bool) -> dict[str, Any]:
    causes = counts[entity.pk]
    return {
        "entity": entity,
        "registry": load.get_kind_display(),
        "day": long_date(timezone.localdate(load.loaded_at)),
        "total": causes.total(),
        "causes": sorted(causes.items()),
        "undone": undone,
        "link": public_address(reverse("registry_news")),
    }


# ---------------------------------------------------------------- when a load is undone


def undo(load: RegistryLoad) -> dict[str, int]:
    """Give back the roles that this load ended, before its rows are put back, and say how many, and how many not.

    Not given back: what somebody touched or gave again since, what would have ended by now, what the user's present
    registration does not carry, and what another registry speaks against. Rows, history and mails as in `apply`.
    """
    endings = list(RoleEnding.objects.filter(load=load).not_undone().order_by("assignment_id"))
    if not endings:
        return {}
    mine = RoleAssignment.objects.filter(pk__in=[ending.assignment_id for ending in endings])
    _lock_users(mine.values_list("user_id", flat=True))
    now, present = clock.now(), mine.in_bulk()
    batch = Batch.of(list(present.values()), now)
    since = held_by(batch.users.values(), batch.sedes.values(), min(ending.at for ending in endings))
    wanted = [
        ending
        for ending in endings
        if _as_left(ending, present[ending.assignment_id], now)
        and _carried(present[ending.assignment_id], batch)
        and _free(ending, present[ending.assignment_id], since)
    ]
    kept = _put_back(load, wanted, present, now)
    RoleEnding.objects.filter(pk__in=[ending.pk for ending in kept]).update(undone_at=now)
    given_back = [present[ending.assignment_id] for ending in kept]
    decided = _restored(load, given_back, batch)
    save_deeds(by=None, decided=decided)
    _notify(load, decided, _by_entity((one, "Roles devueltos") for one in given_back), undone=True)
    return {"roles_restored": len(kept), "roles_not_restored": len(endings) - len(kept)}


def _as_left(ending: RoleEnding, one: RoleAssignment, now: datetime) -> bool:
    """Whether nobody touched the assignment since, and it would still be held."""
    over = ending.ended_at is not None and ending.ended_at <= now
    return one.ends_at == ending.ends_at and one.ended_by_id is None and not over


def _carried(one: RoleAssignment, batch: Batch) -> bool:
    """Whether what the user is registered as now still carries the role."""
    user, kind = batch.users[one.user_id], batch.sedes[one.sede_id].entity.kind
    options = options_for(kind)
    return any(one.role in assignable_roles(option, kind, user.kind, user.profession_id) for option in options)


def _free(ending: RoleEnding, one: RoleAssignment, since: dict[Place, Held]) -> bool:
    """Whether the same role was not given there again in the time that would be given back."""
    others = (other for other in since[one.user_id, one.sede_id] if other.pk != one.pk and other.role == one.role)
    begun = (other for other in others if ending.ended_at is None or other.starts_at < ending.ended_at)
    return not any(other.ends_at is None or other.ends_at > max(other.starts_at, ending.ends_at) for other in begun)


def _put_back(
    load: RegistryLoad, wanted: list[RoleEnding], present: dict[int, RoleAssignment], now: datetime
) -> list[RoleEnding]:
    """Write what is given back, then take away again what the other registries speak against; what stays."""
    for ending in wanted:
        one = present[ending.assignment_id]
        one.starts_at, one.ends_at = ending.started_at, ending.ended_at
    write_ranges([present[ending.assignment_id] for ending in wanted])
    against = ineligible_assignments(now, [cause for cause in EndReason if cause.registry != load.kind])
    refused = [ending for ending in wanted if ending.assignment_id in against]
    for ending in refused:
        one = present[ending.assignment_id]
        one.starts_at, one.ends_at = min(ending.started_at, ending.ends_at), ending.ends_at
    write_ranges([present[ending.assignment_id] for ending in refused])
    return [ending for ending in wanted if ending.assignment_id not in against]


def _restored(load: RegistryLoad, given_back: list[RoleAssignment], batch: Batch) -> list[Deed]:
    """One deed for each user and sede, already written but for its history."""
    by_place: dict[Place, list[RoleAssignment]] = defaultdict(list)
    for one in given_back:
        by_place[one.user_id, one.sede_id].append(one)
    cause = f"Se deshizo la carga de {load.get_kind_display()} que los había terminado."
    decided = []
    for (user, sede), back in by_place.items():
        before, keys = batch.held[user, sede], {one.pk for one in back}
        after = role_changes.in_order([*back, *(one for one in before if one.pk not in keys)])
        change = Change(given=tuple(sorted({one.role for one in back})))
        where = (batch.users[user], batch.sedes[sede], before, after, change)
        decided.append(Deed(*where, Event.ROLES_RESTORED, cause=cause, **_why(load)))
    return decided
