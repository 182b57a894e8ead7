"""What do the loads of registries do to roles? End those that are no longer allowed, or give them back on undoing.

Both work on sets: a load may end the roles of thousands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
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
from registries.loading.effects import Endings
from registries.models import RegistryLoad
from roles import role_changes
from roles.actions.role_assignments import (
    ROWS_A_STATEMENT,
    current_assignments,
    notification_of,
    record_changes,
    save_changes,
    write_ranges,
)
from roles.end_reasons import ENDED_COUNTS, EndReason, sentence
from roles.events import Event
from roles.matrix import assignable_roles, options_for
from roles.models import RegisteredUser, RoleAssignment, RoleEnding
from roles.registries.ineligible_assignments import (
    IneligibleAssignment,
    affected_users,
    ineligible_assignments,
)
from roles.role_changes import Assignments, Place, RoleChange, place_of
from roles.rules import Activation
from roles.validity import long_date

# what the counts of `apply` and `undo` are called
COUNT_LABELS = ENDED_COUNTS | {"roles_restored": "roles devueltos", "roles_not_restored": "roles no devueltos"}

ENDINGS = Endings("roles vigentes", lambda: RoleAssignment.objects.not_ended().count(), frozenset(ENDED_COUNTS))


def _lock_users(users: Iterable[int], kind: str = "") -> None:
    """Lock these users and those whom the registry `kind` affects.

    So an action that gives one of them a role, on what was true before the load, waits.
    """
    affected = affected_users(kind) if kind else set()
    lock_rows(RegisteredUser.objects.filter(pk__in=affected.union(users)).values_list("pk"))


@dataclass(frozen=True)
class Batch:
    """The users, entities and sedes of some assignments, with all current assignments there, fetched at once."""

    users: dict[int, RegisteredUser]
    entities: dict[int, Entity]
    sedes: dict[int, Sede]
    assignments: dict[Place, Assignments]

    @classmethod
    def of(cls, assignments: Sequence[RoleAssignment], now: datetime) -> "Batch":
        """Everything about these assignments."""
        people = RegisteredUser.objects.select_related("person", "profession")
        users = people.in_bulk({assignment.user_id for assignment in assignments})
        sedes = Sede.objects.select_related("entity").in_bulk({assignment.sede_id for assignment in assignments})
        entities = Entity.objects.in_bulk({assignment.entity_id for assignment in assignments})
        return cls(users, entities, sedes, current_assignments(users.values(), sedes.values(), now))

    def sede_of(self, assignment: RoleAssignment) -> Sede:
        """The sede of an assignment as that of the assignment's entity: the load may have passed it to another."""
        sede = copy(self.sedes[assignment.sede_id])
        sede.entity = self.entities[assignment.entity_id]
        return sede


def _origin(load: RegistryLoad) -> dict[str, Any]:
    """What the history keeps of the load behind a change."""
    return {"reason": f"Carga {load.pk} de {load.registry_label}", "note": {"load": load.pk}}


# ---------------------------------------------------------------- after a load


def apply(load: RegistryLoad) -> dict[str, int]:
    """End the roles that the registries no longer allow, in the transaction of the load; how many for each reason.

    Each user and sede has one event, the person one mail (unless deceased), and the delegates of each entity one mail
    for the whole load. What ended already is not ended again.
    """
    candidates = ineligible_assignments(clock.now(), load.kind, load.retained)
    _lock_users((item.user for item in candidates.values()), load.kind)
    now = clock.now()
    ineligible = ineligible_assignments(now, load.kind, load.retained)
    if not ineligible:
        return {}
    changes = _changes(load, ineligible, now)
    save_changes(by=None, changes=changes)
    endings = [ending for change in changes for ending in _endings(load, ineligible, change, now)]
    RoleEnding.objects.bulk_create(endings, batch_size=ROWS_A_STATEMENT)
    labels = [(ending.entity_id, EndReason(ending.cause).label) for ending in endings]
    _notify(load, [change for change in changes if change.user.person.deceased_on is None], labels, undone=False)
    return {f"roles_ended_{cause}": count for cause, count in Counter(ending.cause for ending in endings).items()}


def _changes(load: RegistryLoad, ineligible: dict[int, IneligibleAssignment], now: datetime) -> list[RoleChange]:
    """One change for each entity, user and sede, with the sentences of its reasons."""
    ending = list(RoleAssignment.objects.filter(pk__in=ineligible).order_by("user_id", "sede_id", "pk"))
    batch = Batch.of(ending, now)
    changes = []
    for place, one in {place_of(one): one for one in ending}.items():
        assignments, sede, former = batch.assignments[place], batch.sedes[one.sede_id], batch.sede_of(one)
        ends = {row.pk: ineligible[row.pk].until or now for row in assignments if row.pk in ineligible}
        sentences = dict.fromkeys(sentence(ineligible[pk].cause, sede, until, now) for pk, until in ends.items())
        activation = Activation(former.entity, batch.users[one.user_id], "", former)
        change = role_changes.shorten(activation, assignments, ends, " ".join(sentences), by=None, now=now)
        changes.append(replace(change, **_origin(load)))
    return changes


def _endings(
    load: RegistryLoad, ineligible: dict[int, IneligibleAssignment], change: RoleChange, now: datetime
) -> Iterable[RoleEnding]:
    before = {assignment.pk: assignment for assignment in change.before}
    for assignment in (*change.ended, *change.rescheduled):
        yield RoleEnding(
            load=load,
            assignment=assignment,
            entity_id=assignment.entity_id,
            cause=ineligible[assignment.pk].cause,
            at=now,
            ends_at=assignment.ends_at or now,
            started_at=before[assignment.pk].starts_at,
            ended_at=before[assignment.pk].ends_at,
        )


# ---------------------------------------------------------------- mails


def _notify(
    load: RegistryLoad, changes: Sequence[RoleChange], labels: Iterable[tuple[int, str]], *, undone: bool
) -> None:
    """A mail to each person for each sede, and one to each delegate with what changed in their whole entity.

    `labels` have the entity and the reason of each role that ended or was given back.
    """
    notify_all(notification_of(change) for change in changes)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for entity_id, label in labels:
        counts[entity_id][label] += 1
    entities = Entity.objects.in_bulk(counts)
    delegates = Account.objects.filter(can_log_in_q(), entity__in=entities)
    notify_all(
        notification(
            account,
            "registry_effects",
            entity=entities[account.entity_id],
            registry=load.registry_label,
            day=long_date(timezone.localdate(load.loaded_at)),
            total=counts[account.entity_id].total(),
            causes=sorted(counts[account.entity_id].items()),
            undone=undone,
            link=public_address(reverse("registry_notices")),
        )
        for account in delegates.order_by("pk")
        if account.entity_id
    )


# ---------------------------------------------------------------- when a load is undone


def undo(load: RegistryLoad) -> dict[str, int]:
    """Give back the roles that this load ended, once its rows are put back; how many, and how many not.

    Not given back: what somebody changed or gave again since, what would have ended by now, what the user's present
    registration does not allow, and what a registry forbids, this one too where its rows stay. Events and mails as in
    `apply`.
    """
    endings = list(RoleEnding.objects.filter(load=load).not_undone().order_by("assignment_id"))
    if not endings:
        return {}
    ended = RoleAssignment.objects.filter(pk__in=[ending.assignment_id for ending in endings])
    _lock_users(ended.values_list("user_id", flat=True))
    now, current = clock.now(), ended.in_bulk()
    batch = Batch.of(list(current.values()), now)
    since = current_assignments(batch.users.values(), batch.sedes.values(), min(ending.at for ending in endings))
    candidates = [
        (ending, assignment)
        for ending in endings
        if _is_unchanged(ending, assignment := current[ending.assignment_id], now)
        and _is_assignable(assignment, batch)
        and _is_free(ending, assignment, since)
    ]
    restored = _restore(candidates, now)
    RoleEnding.objects.filter(pk__in=[ending.pk for ending, _ in restored]).update(undone_at=now)
    assignments = [assignment for _, assignment in restored]
    changes = _restoring_changes(load, assignments, batch)
    record_changes(by=None, changes=changes)
    _notify(load, changes, [(assignment.entity_id, "Roles devueltos") for assignment in assignments], undone=True)
    return {"roles_restored": len(restored), "roles_not_restored": len(endings) - len(restored)}


def _is_unchanged(ending: RoleEnding, assignment: RoleAssignment, now: datetime) -> bool:
    """Whether nobody changed the assignment since, and it would still be in force or to come."""
    over = ending.ended_at is not None and ending.ended_at <= now
    return assignment.ends_at == ending.ends_at and assignment.ended_by_id is None and not over


def _is_assignable(assignment: RoleAssignment, batch: Batch) -> bool:
    """Whether the entity still has the sede, and what the user is registered as now still allows the role."""
    user, entity = batch.users[assignment.user_id], batch.entities[assignment.entity_id]
    return batch.sedes[assignment.sede_id].is_of(entity) and any(
        assignment.role in assignable_roles(option, entity.kind, user.kind, user.profession_id)
        for option in options_for(entity.kind)
    )


def _is_free(ending: RoleEnding, assignment: RoleAssignment, since: dict[Place, Assignments]) -> bool:
    """Whether the same role was not given there again in the time that would be given back."""
    return not any(
        (ending.ended_at is None or other.starts_at < ending.ended_at)
        and (other.ends_at is None or other.ends_at > max(other.starts_at, ending.ends_at))
        for other in since[place_of(assignment)]
        if other.pk != assignment.pk and other.role == assignment.role
    )


type Restorable = tuple[RoleEnding, RoleAssignment]


def _restore(candidates: Sequence[Restorable], now: datetime) -> list[Restorable]:
    """Write what is given back, then end again what the registries forbid; what stays."""
    for ending, assignment in candidates:
        assignment.starts_at, assignment.ends_at = ending.started_at, ending.ended_at
    write_ranges([assignment for _, assignment in candidates])
    forbidden = ineligible_assignments(now)
    refused = [(ending, assignment) for ending, assignment in candidates if assignment.pk in forbidden]
    for ending, assignment in refused:
        assignment.starts_at, assignment.ends_at = min(ending.started_at, ending.ends_at), ending.ends_at
    write_ranges([assignment for _, assignment in refused])
    return [(ending, assignment) for ending, assignment in candidates if assignment.pk not in forbidden]


def _restoring_changes(load: RegistryLoad, assignments: Sequence[RoleAssignment], batch: Batch) -> list[RoleChange]:
    """One change for each place, for the history and the mails: its assignments are written already."""
    by_place: dict[Place, list[RoleAssignment]] = defaultdict(list)
    for assignment in assignments:
        by_place[place_of(assignment)].append(assignment)
    cause = f"Se deshizo la carga de {load.registry_label} que los había terminado."
    changes = []
    for place, restored in by_place.items():
        entity, user, sede = place
        before, keys = batch.assignments[place], {assignment.pk for assignment in restored}
        after = role_changes.in_order([*restored, *(row for row in before if row.pk not in keys)])
        change = RoleChange(
            entity=batch.entities[entity],
            user=batch.users[user],
            sede=batch.sedes[sede],
            before=before,
            after=after,
            event=Event.ROLES_RESTORED,
            granted=tuple(restored),
            cause=cause,
            **_origin(load),
        )
        changes.append(change)
    return changes
