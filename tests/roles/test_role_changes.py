"""Does each change of roles decide the rows to write, without writing any?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from mipres_admin.refusals import Refused
from roles import role_changes
from roles.events import Event
from roles.matrix import Option
from roles.models import RoleAssignment
from roles.rules import Activation
from roles.validity import OPEN, today
from tests.factories import make_assignment

PRESCRIPTOR, ANULADOR = "Rol_Prescriptor", "Rol_Anulador"


@pytest.fixture
def activation(ips, sede, user):
    return Activation(ips, user, Option.PROFESIONAL, sede)


@pytest.fixture
def assignment(delegate, sede, user):
    return make_assignment(user, sede, ANULADOR, delegate, starts_at=timezone.now() - timedelta(days=1))


def by(delegate):
    return {"by": delegate, "now": timezone.now()}


def test_grant_adds_only_the_missing_roles(activation, assignment, delegate):
    change = role_changes.grant(activation, (assignment,), {ANULADOR, PRESCRIPTOR}, OPEN, **by(delegate))
    assert (change.event, change.granted_roles) == (Event.ROLES_GIVEN, (PRESCRIPTOR,))
    assert role_changes.role_names(change.after) == (ANULADOR, PRESCRIPTOR)
    assert RoleAssignment.objects.count() == 1


def test_set_roles_refuses_unexpected_roles(activation, assignment, delegate):
    with pytest.raises(Refused):
        role_changes.set_roles(activation, (assignment,), {PRESCRIPTOR}, set(), **by(delegate))
    change = role_changes.set_roles(activation, (assignment,), {PRESCRIPTOR}, {ANULADOR}, **by(delegate))
    assert (change.granted_roles, change.ended_roles) == ((PRESCRIPTOR,), (ANULADOR,))


def test_shorten_ends_now_or_reschedules(activation, assignment, delegate):
    later = timezone.now() + timedelta(days=2)
    change = role_changes.shorten(activation, (assignment,), {assignment.pk: later}, "Porque sí.", **by(delegate))
    assert (change.event, change.rescheduled[0].ends_at) == (Event.ROLES_LAST_DAY_CHANGED, later)
    ended = role_changes.revoke_roles(activation, (assignment,), {ANULADOR}, "Porque sí.", **by(delegate))
    assert (ended.event, ended.after, ended.cause) == (Event.ROLES_ENDED, (), "Porque sí.")
    assert assignment.ends_at is None


def test_revoke_refuses_a_role_that_the_user_lacks(activation, assignment, delegate):
    assert role_changes.revoke(activation, (assignment,), ANULADOR, **by(delegate)).ended_roles == (ANULADOR,)
    with pytest.raises(Refused):
        role_changes.revoke(activation, (assignment,), PRESCRIPTOR, **by(delegate))


def test_revoke_assignment_keeps_the_reason_of_the_ministry(activation, assignment, delegate):
    change = role_changes.revoke_assignment(activation, (assignment,), assignment.pk, "Error", **by(delegate))
    assert (change.reason, change.cause) == ("Error", "Lo terminó el Ministerio: Error")
    assert not role_changes.revoke_assignment(activation, (), assignment.pk, "Error", **by(delegate))


def test_reschedule_to_the_same_day_changes_nothing(activation, assignment):
    assert not role_changes.reschedule(activation, (assignment,), ANULADOR, None)
    assert role_changes.reschedule(activation, (assignment,), ANULADOR, today()).rescheduled_roles == (ANULADOR,)


def test_sede_of_another_entity_is_refused(stranger, user, sede, delegate):
    foreign = Activation(stranger.entity, user, Option.PROFESIONAL, sede)
    with pytest.raises(Refused):
        role_changes.shorten(foreign, (), {}, **by(delegate))
