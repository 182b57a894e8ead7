"""Give, change and take away the roles of a user at a sede: each change once, whole, and in the history.

The sede is locked first and then the user, never the other way: a load of a registry has locked sedes when it comes
to the users.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from accounts.models import Account
from entities.models import Entity, Sede
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import EventRow, record_all
from mipres_admin.outbox.mail import notification, notify_all
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import refuse
from roles import role_changes
from roles.models import RegisteredUser, RoleAssignment
from roles.role_changes import Assignments, Place, RoleChange, place_of
from roles.rules import Activation
from roles.validity import OPEN, Validity

ROWS_A_STATEMENT = 1_000
WRITE = """
UPDATE roles_roleassignment AS role
SET starts_at = written.starts_at, ends_at = written.ends_at, ended_by_id = written.ended_by
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
    AS written (id, starts_at, ends_at, ended_by)
WHERE role.id = written.id
"""


def current_assignments(
    users: Iterable[RegisteredUser], sedes: Iterable[Sede], at: datetime
) -> defaultdict[Place, Assignments]:
    """The assignments of these users at these sedes, in force or to come at a moment, by entity, user and sede."""
    by_place: dict[Place, list[RoleAssignment]] = defaultdict(list)
    for assignment in RoleAssignment.objects.filter(user__in=users, sede__in=sedes).not_ended(at):
        by_place[place_of(assignment)].append(assignment)
    return defaultdict(tuple, {place: role_changes.in_order(rows) for place, rows in by_place.items()})


def _lock_user(
    entity: Entity, user: RegisteredUser, sede: Sede, option: str = ""
) -> tuple[Activation, Assignments, datetime]:
    """Lock the user: the activation, their assignments at the sede, and the moment."""
    user, now = lock(user), clock.now()
    assignments = current_assignments([user], [sede], now)[entity.pk, user.pk, sede.pk]
    return Activation(entity, user, option, sede), assignments, now


def write_ranges(assignments: Sequence[RoleAssignment]) -> None:
    """Save when these begin and end, and who ended them, in one statement.

    `bulk_update` writes a CASE for each row: thousands took it half a minute.
    """
    if not assignments:
        return
    columns = zip(*((row.pk, row.starts_at, row.ends_at, row.ended_by_id) for row in assignments), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in columns])


def save_changes(*, by: Account | None, changes: Sequence[RoleChange]) -> None:
    """Save decided changes, each with its event, in the transaction that locked their users.

    `by` is None for what a load of a registry causes. Roles end before others grow or begin, so that no two of the
    same name overlap on the way.
    """
    write_ranges([assignment for change in changes for assignment in change.ended])
    write_ranges([assignment for change in changes for assignment in change.rescheduled])
    granted = [assignment for change in changes for assignment in change.granted]
    RoleAssignment.objects.bulk_create(granted, batch_size=ROWS_A_STATEMENT)
    record_changes(by=by, changes=changes)


def record_changes(*, by: Account | None, changes: Iterable[RoleChange]) -> None:
    """Record the event of each change."""
    record_all(by=by, events=[_event_row(change) for change in changes])


def _event_row(change: RoleChange) -> EventRow:
    before, after = _state(change.sede, change.before), _state(change.sede, change.after)
    after |= ({"cause": change.cause} if change.cause else {}) | change.note
    return EventRow(change.event, change.user, before, after, entity=change.entity, reason=change.reason)


def _state(sede: Sede, assignments: Assignments) -> dict[str, object]:
    roles = [
        {
            "role": assignment.role,
            "from": assignment.first_day.isoformat(),
            "until": assignment.last_day and assignment.last_day.isoformat(),
        }
        for assignment in assignments
    ]
    return {"sede": sede.code, "roles": roles}


def notification_of(change: RoleChange) -> OutgoingMail | None:
    """The mail that tells the user what changed."""
    return notification(change.user.person, "roles_changed", change=change)


def _save(by: Account, change: RoleChange) -> RoleChange:
    if change:
        save_changes(by=by, changes=[change])
        notify_all([notification_of(change)])
    return change


@transaction.atomic
def activate_user(
    *,
    by: Account,
    user: RegisteredUser,
    sede: Sede,
    option: str,
    roles: Iterable[str],
    validity: Validity = OPEN,
) -> RoleChange:
    """Give `roles` at `sede` to a registered user ("Asociar Usuario", manual v4.1 §11.2).

    Returns what was granted, with the validity it got (an SSO's ends with the plaza); roles that the user has there
    already stay as they are, so a double click changes nothing. Raises Refused, with nothing saved, when the rules,
    the matrix or the dates say no.
    """
    sede.lock_state()
    activation, assignments, now = _lock_user(by.require_entity(), user, sede, option)
    return _save(by, role_changes.grant(activation, assignments, set(roles), validity, by=by, now=now))


@transaction.atomic
def update_roles(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, roles: Iterable[str], expected_roles: Iterable[str]
) -> RoleChange:
    """Leave the user with exactly `roles` at `sede` ("Actualizar roles"; no roles at all is "Desactivar Usuario").

    `expected_roles` are those that the page showed: when the user has others by now, Refused is raised and nothing is
    saved, unless they are `roles` already (a double click). Taking a role away is always allowed; new roles follow the
    rules of `activate_user`.
    """
    sede.lock_state()
    activation, assignments, now = _lock_user(by.require_entity(), user, sede, option)
    change = role_changes.set_roles(activation, assignments, set(roles), set(expected_roles), by=by, now=now)
    return _save(by, change)


@transaction.atomic
def end_roles(*, by: Account, user: RegisteredUser, sede: Sede, roles: Collection[str], cause: str) -> RoleChange:
    """End those of `roles` that a user has (or will have) at a sede, because of something else that happened.

    `cause` is a sentence for the history and the mail. Returns what ended (nothing, when the user had none). Raises
    Refused at a sede of another entity.
    """
    activation, assignments, now = _lock_user(by.require_entity(), user, sede)
    return _save(by, role_changes.revoke_roles(activation, assignments, roles, cause, by=by, now=now))


@transaction.atomic
def end_assignment(*, by: Account, assignment: RoleAssignment, reason: str) -> bool:
    """End one assignment of any entity, for the Ministry; whether it was in force or to come.

    The entity reads the reason in the history of the user, and the user in their mail.
    """
    activation, assignments, now = _lock_user(assignment.entity, assignment.user, assignment.sede)
    change = role_changes.revoke_assignment(activation, assignments, assignment.pk, reason, by=by, now=now)
    return bool(_save(by, change))


@transaction.atomic
def change_last_day(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, role: str, last: date | None
) -> RoleChange:
    """Give a role that a user has (or will have) at a sede another last day, or none.

    Returns the role as rescheduled, or no change when the day is the same. Keeping it longer follows the rules of
    granting it, and an SSO's never outlives the plaza; raises Refused, with nothing saved.
    """
    sede.lock_state()
    activation, assignments, _ = _lock_user(by.require_entity(), user, sede, option)
    given = RoleAssignment.objects.visible_to(activation.entity).filter(user=user, sede=sede, role=role)
    refuse(None if given.exists() else role_changes.never_given(role))
    return _save(by, role_changes.reschedule(activation, assignments, role, last))
