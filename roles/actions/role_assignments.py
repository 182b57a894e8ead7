"""Give, change and take away the roles of a user at a sede: each deed once, whole, and written down.

The sede is locked first and then the user, never the other way: a load of a registry has locked sedes when it comes
for the users.
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
from mipres_admin.refusals import Refusal, Refused
from roles import role_changes
from roles.models import RegisteredUser, RoleAssignment
from roles.role_changes import Change, Deed, Held
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


def tenant(by: Account) -> Entity:
    """The entity for which this account acts; raises Refused for an account without one."""
    if by.entity is None:
        raise Refused(
            Refusal(cause="Su cuenta no es de una entidad.", remedy="Ingrese con una cuenta de delegado.", who="Usted.")
        )
    return by.entity


def held_by(users: Iterable[RegisteredUser], sedes: Iterable[Sede], at: datetime) -> defaultdict[tuple[int, int], Held]:
    """What these users hold, or will, at these sedes at a moment, by the keys of user and sede."""
    found: dict[tuple[int, int], list[RoleAssignment]] = defaultdict(list)
    for one in RoleAssignment.objects.filter(user__in=users, sede__in=sedes).not_ended(at):
        found[one.user_id, one.sede_id].append(one)
    return defaultdict(tuple, {key: role_changes.in_order(held) for key, held in found.items()})


def _begin(entity: Entity, user: RegisteredUser, sede: Sede, option: str = "") -> tuple[Activation, Held, datetime]:
    """Lock the user: what is asked for, what the user holds at the sede, and the moment."""
    user, now = lock(user), clock.now()
    return Activation(entity, user, option, sede), held_by([user], [sede], now)[user.pk, sede.pk], now


def write_ranges(assignments: Sequence[RoleAssignment]) -> None:
    """Save from when until when these are held, and who ended them, in one statement.

    `bulk_update` writes a CASE for each row: thousands took it half a minute.
    """
    if not assignments:
        return
    columns = zip(*((one.pk, one.starts_at, one.ends_at, one.ended_by_id) for one in assignments), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in columns])


def save_deeds(*, by: Account | None, decided: Sequence[Deed]) -> None:
    """Save decided deeds, each with its one row of history, in the transaction that locked their users.

    `by` is None for what a load of a registry causes.
    Roles end before others grow or begin, so that no two of a kind overlap on the way.
    """
    rows = RoleAssignment.objects
    write_ranges([one for deed in decided for one in deed.ended])
    write_ranges([one for deed in decided for one in deed.moved])
    rows.bulk_create([one for deed in decided for one in deed.given], batch_size=ROWS_A_STATEMENT)
    record_all(by=by, events=[_event_row(deed) for deed in decided])


def _event_row(deed: Deed) -> EventRow:
    before, after = deed.state(deed.before), deed.state(deed.after)
    after |= ({"cause": deed.cause} if deed.cause else {}) | deed.note
    return EventRow(deed.event, deed.user, before, after, entity=deed.sede.entity, reason=deed.reason)


def notification_of(deed: Deed) -> OutgoingMail | None:
    """The mail that tells a user what was changed."""
    return notification(
        deed.user.person,
        "roles_changed",
        sede=deed.sede,
        entity=deed.sede.entity,
        change=deed.change,
        held=deed.after,
        cause=deed.cause,
    )


def _do(by: Account, deed: Deed) -> Change:
    """Save one deed and tell the person, when there was something to do."""
    if deed.change:
        save_deeds(by=by, decided=[deed])
        notify_all([notification_of(deed)])
    return deed.change


@transaction.atomic
def activate_user(
    *,
    by: Account,
    user: RegisteredUser,
    sede: Sede,
    option: str,
    roles: Iterable[str],
    validity: Validity = OPEN,
) -> Change:
    """Give `roles` at `sede` to a registered user ("Asociar Usuario", manual v4.1 §11.2).

    Returns what was given, with the validity it got (an SSO's ends with the plaza); roles that the user holds there
    already stay as they are, so a double click changes nothing. Raises Refused, with nothing saved, when the rules,
    the matrix or the dates say no.
    """
    sede.hold_state()
    asked, held, now = _begin(tenant(by), user, sede, option)
    return _do(by, role_changes.give(asked, held, set(roles), validity, by=by, now=now))


@transaction.atomic
def update_roles(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, roles: Iterable[str], seen: Iterable[str]
) -> Change:
    """Leave the user with exactly `roles` at `sede` ("Actualizar roles"; no roles at all is "Desactivar Usuario").

    `seen` are the roles that the page showed: when others are held by now, Refused is raised and nothing is saved,
    unless they are the wanted ones already (a double click). Taking a role away is always allowed; new roles
    answer to the same rules as in `activate_user`.
    """
    sede.hold_state()
    asked, held, now = _begin(tenant(by), user, sede, option)
    return _do(by, role_changes.replace(asked, held, set(roles), set(seen), by=by, now=now))


@transaction.atomic
def end_roles(*, by: Account, user: RegisteredUser, sede: Sede, roles: Collection[str], cause: str) -> Change:
    """Take those of `roles` that a user holds (or will hold) at a sede, because of something else that happened.

    `cause` is a sentence for the history and the mail. Returns what was taken (nothing, when none was held). Raises
    Refused at a sede of another entity.
    """
    asked, held, now = _begin(tenant(by), user, sede)
    return _do(by, role_changes.end(asked, held, roles, cause, by=by, now=now))


@transaction.atomic
def end_assignment(*, by: Account, assignment: RoleAssignment, reason: str) -> bool:
    """End one assignment of any entity, for the Ministry; whether it was in force or to come.

    The entity reads the reason in the history of the user, and the user in his mail.
    """
    asked, held, now = _begin(assignment.entity, assignment.user, assignment.sede)
    return bool(_do(by, role_changes.end_one(asked, held, assignment, reason, by=by, now=now)))


@transaction.atomic
def change_last_day(
    *, by: Account, user: RegisteredUser, sede: Sede, option: str, role: str, last: date | None
) -> Change:
    """Give the role that a user holds (or will hold) at a sede another last day, or none.

    Returns the role as moved, or no change when the day is the same. Keeping it longer answers to the same rules as
    giving it, and an SSO's never outlives the plaza; raises Refused, with nothing saved.
    """
    sede.hold_state()
    asked, held, _ = _begin(tenant(by), user, sede, option)
    return _do(by, role_changes.move(asked, held, role, last))
