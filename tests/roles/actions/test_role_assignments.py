"""Are roles given, changed and taken once, whole, and written down?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from roles.actions.role_assignments import activate_user, change_last_day, update_roles
from roles.matrix import Option
from roles.models import RoleAssignment, SsoPost
from roles.validity import Validity, midnight, today
from tests.factories import make_assignment, make_sede, make_user

PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


def activate(by, user, sede, *roles):
    return activate_user(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=roles)


def update(by, user, sede, roles, expected):
    return update_roles(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=roles, expected_roles=expected)


def roles_of(user, sede):
    return set(RoleAssignment.objects.filter(user=user, sede=sede).current().values_list("role", flat=True))


def test_activating_gives_the_roles_at_the_sede(delegate, sede, user):
    change = activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    assert (change.granted_roles, change.ended, change.rescheduled) == ((ANULADOR, PRESCRIPTOR), (), ())
    assert roles_of(user, sede) == {PRESCRIPTOR, ANULADOR}


def test_activating_twice_changes_nothing_the_second_time(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    assert not activate(delegate, user, sede, PRESCRIPTOR)
    assert RoleAssignment.objects.count() == HistoryEntry.objects.count() == 1


def test_a_forged_role_saves_nothing(delegate, sede, user):
    with pytest.raises(Refused):
        activate(delegate, user, sede, PRESCRIPTOR, "Rol_Admision")
    assert not RoleAssignment.objects.exists()


def test_a_sede_of_another_entity_saves_nothing(delegate, stranger, user):
    with pytest.raises(Refused):
        activate(delegate, user, stranger.entity.sedes.get(), PRESCRIPTOR)
    assert not RoleAssignment.objects.exists()


def test_an_account_without_entity_is_refused(ministry, sede, user):
    with pytest.raises(Refused):
        activate(ministry, user, sede, PRESCRIPTOR)


def test_updating_ends_the_unticked_and_gives_the_ticked(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    change = update(delegate, user, sede, [ANULADOR, JUNTA], expected=[PRESCRIPTOR, ANULADOR])
    assert (change.granted_roles, change.ended_roles, change.rescheduled) == ((JUNTA,), (PRESCRIPTOR,), ())
    assert roles_of(user, sede) == {ANULADOR, JUNTA}


def test_ended_assignment_keeps_the_account_that_ended_it(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(colleague, user, sede, [], expected=[PRESCRIPTOR])
    assignment = RoleAssignment.objects.get()
    assert (assignment.created_by, assignment.ended_by) == (delegate, colleague)
    assert assignment.ends_at is not None


def test_a_role_can_be_given_again_after_it_ended(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [], expected=[PRESCRIPTOR])
    activate(delegate, user, sede, PRESCRIPTOR)
    assert roles_of(user, sede) == {PRESCRIPTOR}


def test_a_second_tab_that_saw_other_roles_is_refused_and_saves_nothing(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    update(colleague, user, sede, [ANULADOR], expected=[PRESCRIPTOR, ANULADOR])
    with pytest.raises(Refused, match="otro cambio"):
        update(delegate, user, sede, [PRESCRIPTOR], expected=[PRESCRIPTOR, ANULADOR])
    assert roles_of(user, sede) == {ANULADOR}


def test_a_double_click_on_update_changes_nothing_the_second_time(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [ANULADOR], expected=[PRESCRIPTOR])
    assert not update(delegate, user, sede, [ANULADOR], expected=[PRESCRIPTOR])


def test_updating_at_a_sede_of_another_entity_is_refused(delegate, stranger, user):
    foreign = stranger.entity.sedes.get()
    activate(stranger, user, foreign, PRESCRIPTOR)
    with pytest.raises(Refused):
        update(delegate, user, foreign, [], expected=[PRESCRIPTOR])
    assert roles_of(user, foreign) == {PRESCRIPTOR}


def test_roles_of_a_deceased_person_can_be_taken_but_not_given(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    user.person.deceased_on = "2026-01-01"
    user.person.save()
    with pytest.raises(Refused):
        update(delegate, user, sede, [PRESCRIPTOR, ANULADOR, JUNTA], expected=[PRESCRIPTOR, ANULADOR])
    assert update(delegate, user, sede, [], expected=[PRESCRIPTOR, ANULADOR])


def test_each_change_records_one_event(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [ANULADOR], expected=[PRESCRIPTOR])
    update(delegate, user, sede, [], expected=[ANULADOR])
    written = HistoryEntry.objects.order_by("id").values_list("event", "actor", "entity", "before", "after")
    day = today().isoformat()
    nothing, prescriptor, anulador = (
        {"sede": sede.code, "roles": [{"role": role, "from": day, "until": None} for role in roles]}
        for roles in ([], [PRESCRIPTOR], [ANULADOR])
    )
    assert list(written) == [
        ("roles.given", delegate.pk, sede.entity_id, nothing, prescriptor),
        ("roles.changed", delegate.pk, sede.entity_id, prescriptor, anulador),
        ("roles.ended", delegate.pk, sede.entity_id, anulador, nothing),
    ]


def test_person_gets_one_mail_after_the_commit(delegate, sede, user, delivered):
    activate(delegate, user, sede, PRESCRIPTOR)
    assert not mail.outbox
    (message,) = delivered()
    assert message.to == [user.person.email]
    assert PRESCRIPTOR in message.body
    assert message.alternatives[0].mimetype == "text/html"


def test_the_subject_of_the_mail_is_text_and_not_html(delegate, sede, user, delivered):
    delegate.entity.name = 'CLÍNICA A & B "SUR"'
    delegate.entity.save()
    sede.entity.refresh_from_db()
    activate(delegate, user, sede, PRESCRIPTOR)
    assert delivered()[0].subject.endswith('CLÍNICA A & B "SUR"')


def test_the_clock_of_the_database_decides_and_not_that_of_the_server(delegate, sede, user):
    with time_machine.travel(today() - timedelta(days=2)):
        activate(delegate, user, sede, PRESCRIPTOR)
    assert roles_of(user, sede) == {PRESCRIPTOR}
    assert RoleAssignment.objects.get().first_day == today()


def test_refused_activation_sends_no_mail(delegate, sede, user):
    with pytest.raises(Refused):
        activate(delegate, user, sede)
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_give_each_role_once(delegate, sede, user):
    start = Barrier(8)

    def click(_):
        try:
            start.wait(10)
            return activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        changes = list(pool.map(click, range(8)))
    assert sorted(map(bool, changes)) == [False] * 7 + [True]
    assert RoleAssignment.objects.count() == 2
    assert HistoryEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_second_of_two_concurrent_updates_is_refused(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    start = Barrier(2)

    def save(job):
        by, roles = job
        try:
            start.wait(10)
            update(by, user, sede, roles, expected=[PRESCRIPTOR, ANULADOR])
            return roles
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        saved = list(pool.map(save, [(delegate, [PRESCRIPTOR]), (colleague, [ANULADOR])]))
    winner = next(roles for roles in saved if roles)
    assert saved.count(None) == 1
    assert roles_of(user, sede) == set(winner)


def test_the_same_person_may_hold_a_role_at_two_sedes(delegate, ips, sede, user):
    other = make_sede(ips)
    activate(delegate, user, sede, PRESCRIPTOR)
    activate(delegate, user, other, PRESCRIPTOR)
    assert roles_of(user, other) == {PRESCRIPTOR}


# ---------------------------------------------------------------- validity


def in_days(number):
    return today() + timedelta(days=number)


def give_for(by, user, sede, first, last):
    validity = Validity(first and in_days(first), in_days(last) if last is not None else None)
    return activate_user(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=[ANULADOR], validity=validity)


def move(by, user, sede, last):
    return change_last_day(
        by=by,
        user=user,
        sede=sede,
        option=Option.PROFESIONAL,
        role=ANULADOR,
        last=last if last is None else in_days(last),
    )


def test_role_ends_at_midnight_after_its_last_day(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    assignment, stop = RoleAssignment.objects.get(), midnight(in_days(4))
    assert (assignment.ends_at, assignment.last_day) == (stop, in_days(3))
    assert RoleAssignment.objects.current(stop - timedelta(seconds=1)).exists()
    assert not RoleAssignment.objects.current(stop).exists()


def test_a_role_to_come_begins_at_midnight_of_its_first_day(delegate, sede, user):
    give_for(delegate, user, sede, 2, None)
    start = midnight(in_days(2))
    assert not RoleAssignment.objects.current(start - timedelta(seconds=1)).exists()
    assert RoleAssignment.objects.current(start).exists()


def test_a_role_of_an_sso_ends_with_the_plaza(delegate, sede):
    user = make_user("SSO")
    SsoPost.objects.create(
        document_type="CC",
        document_number=user.person.document_number,
        sede=sede,
        starts_on=today(),
        ends_on=in_days(9),
    )
    assert activate(delegate, user, sede, ANULADOR).validity.last == in_days(9)
    assert RoleAssignment.objects.get().last_day == in_days(9)


def test_a_role_that_was_to_come_and_is_taken_never_was(delegate, sede, user):
    give_for(delegate, user, sede, 2, None)
    update(delegate, user, sede, [], expected=[ANULADOR])
    assert not RoleAssignment.objects.current(midnight(in_days(3))).exists()
    assert RoleAssignment.objects.ended().count() == 1


@pytest.mark.parametrize("last", [0, 5, None])
def test_the_last_day_can_be_moved_or_taken_off(delegate, sede, user, last):
    give_for(delegate, user, sede, None, 3)
    assert move(delegate, user, sede, last).rescheduled_roles == (ANULADOR,)
    assert RoleAssignment.objects.get().last_day == (None if last is None else in_days(last))


def test_the_same_last_day_again_changes_nothing(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    assert not move(delegate, user, sede, 3)
    assert HistoryEntry.objects.count() == 1


def test_a_last_day_in_the_past_is_refused(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    with pytest.raises(Refused):
        move(delegate, user, sede, -1)


def test_the_last_day_of_a_role_that_is_not_held_is_refused(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    RoleAssignment.objects.update(ends_at=timezone.now())
    with pytest.raises(Refused, match="ya no tiene"):
        move(delegate, user, sede, 3)


def test_the_last_day_of_a_role_of_the_ips_is_not_its_providers(provider, delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    with pytest.raises(Refused, match="Su entidad no le dio Rol_Anulador"):
        move(provider, user, sede, 4)
    assert RoleAssignment.objects.get().last_day == in_days(3)


def test_role_of_a_deceased_person_can_only_be_shortened(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    user.person.deceased_on = today()
    user.person.save()
    with pytest.raises(Refused):
        move(delegate, user, sede, 4)
    assert move(delegate, user, sede, 1)


def test_last_day_cannot_reach_into_the_next_assignment(delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate, starts_at=midnight(in_days(10)))
    give = {"starts_at": midnight(today()), "ends_at": midnight(in_days(4))}
    make_assignment(user, sede, ANULADOR, delegate, **give)
    with pytest.raises(Refused, match="ya tiene"):
        move(delegate, user, sede, 12)


def test_moving_the_last_day_leaves_one_row_of_history(delegate, sede, user):
    give_for(delegate, user, sede, None, 3)
    move(delegate, user, sede, 5)
    entry = HistoryEntry.objects.latest("id")
    assert entry.event == "roles.last_day_changed"
    assert entry.before["roles"][0]["until"] == in_days(3).isoformat()
    assert entry.after["roles"][0]["until"] == in_days(5).isoformat()


# ---------------------------------------------------------------- an IPS and the Proveedor with its NIT


def dispense(by, user, sede, *roles):
    return activate_user(by=by, user=user, sede=sede, option=Option.ADMINISTRATIVO, roles=roles or ["Rol_Dispensador"])


def test_provider_gives_dispensador_at_sedes_of_reps_and_its_own(provider, sede):
    user = make_user("OTRO")
    for place in (sede, provider.entity.sedes.get()):
        assert dispense(provider, user, place)
    assert RoleAssignment.objects.visible_to(provider.entity).count() == 2
    assert {row.entity for row in HistoryEntry.objects.all()} == {provider.entity}


def test_provider_gives_no_role_of_the_ips_at_its_sede(provider, sede):
    with pytest.raises(Refused):
        dispense(provider, make_user("OTRO"), sede, "Rol_Admision")


@pytest.mark.parametrize("of_whom", ["another IPS", "its provider"])
def test_a_forged_sede_saves_nothing(provider, delegate, stranger, of_whom):
    by, place = (provider, stranger.entity) if of_whom == "another IPS" else (delegate, provider.entity)
    with pytest.raises(Refused):
        dispense(by, make_user("OTRO"), place.sedes.get())
    assert not RoleAssignment.objects.exists()


def test_provider_and_ips_give_the_same_role_and_end_their_own(provider, delegate, dispenser, sede):
    assert dispense(delegate, dispenser, sede, "Rol_Dispensador", "Rol_Admision")
    option = {"option": Option.ADMINISTRATIVO, "roles": [], "expected_roles": ["Rol_Dispensador"]}
    assert update_roles(by=provider, user=dispenser, sede=sede, **option)
    current = RoleAssignment.objects.current()
    assert set(current.values_list("entity", "role")) == {
        (delegate.entity.pk, "Rol_Dispensador"),
        (delegate.entity.pk, "Rol_Admision"),
    }


def test_mail_of_a_role_names_the_entity_that_gave_it(provider, dispenser):
    assert OutgoingMail.objects.latest("pk").subject == f"Cambios en sus roles de MIPRES en {provider.entity}"


def test_provider_gives_no_role_at_a_sede_that_reps_closed(provider, sede):
    sede.closed_on = today()
    sede.save()
    with pytest.raises(Refused) as refused:
        dispense(provider, make_user("OTRO"), sede)
    assert "REPS" in refused.value.refusal.remedy
