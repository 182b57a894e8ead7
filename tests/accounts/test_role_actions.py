"""Are roles given, changed and taken once, whole, and written down?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from accounts.actions.roles import Change, activate_user, update_roles
from accounts.models import RoleAssignment
from accounts.roles import Option
from mipres_admin.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests.cast import make_sede, make_user

PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


def activate(by, user, sede, *roles):
    return activate_user(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=roles)


def update(by, user, sede, roles, seen):
    return update_roles(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=roles, seen=seen)


def roles_of(user, sede):
    return set(RoleAssignment.objects.filter(user=user, sede=sede).current().values_list("role", flat=True))


@pytest.fixture
def user(db):
    return make_user()


def test_activating_gives_the_roles_at_the_sede(delegate, sede, user):
    assert activate(delegate, user, sede, PRESCRIPTOR, ANULADOR) == Change(given=(ANULADOR, PRESCRIPTOR))
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
    change = update(delegate, user, sede, [ANULADOR, JUNTA], seen=[PRESCRIPTOR, ANULADOR])
    assert change == Change(given=(JUNTA,), ended=(PRESCRIPTOR,))
    assert roles_of(user, sede) == {ANULADOR, JUNTA}


def test_what_ends_stays_as_history_with_who_ended_it(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(colleague, user, sede, [], seen=[PRESCRIPTOR])
    held = RoleAssignment.objects.get()
    assert (held.created_by, held.ended_by) == (delegate, colleague)
    assert held.ends_at is not None


def test_a_role_can_be_given_again_after_it_ended(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [], seen=[PRESCRIPTOR])
    activate(delegate, user, sede, PRESCRIPTOR)
    assert roles_of(user, sede) == {PRESCRIPTOR}


def test_a_second_tab_that_saw_other_roles_is_refused_and_saves_nothing(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    update(colleague, user, sede, [ANULADOR], seen=[PRESCRIPTOR, ANULADOR])
    with pytest.raises(Refused, match="otro cambio"):
        update(delegate, user, sede, [PRESCRIPTOR], seen=[PRESCRIPTOR, ANULADOR])
    assert roles_of(user, sede) == {ANULADOR}


def test_a_double_click_on_update_changes_nothing_the_second_time(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [ANULADOR], seen=[PRESCRIPTOR])
    assert not update(delegate, user, sede, [ANULADOR], seen=[PRESCRIPTOR])


def test_updating_at_a_sede_of_another_entity_is_refused(delegate, stranger, user):
    foreign = stranger.entity.sedes.get()
    activate(stranger, user, foreign, PRESCRIPTOR)
    with pytest.raises(Refused):
        update(delegate, user, foreign, [], seen=[PRESCRIPTOR])
    assert roles_of(user, foreign) == {PRESCRIPTOR}


def test_roles_of_a_deceased_person_can_be_taken_but_not_given(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    user.person.deceased_on = "2026-01-01"
    user.person.save()
    with pytest.raises(Refused):
        update(delegate, user, sede, [PRESCRIPTOR, ANULADOR, JUNTA], seen=[PRESCRIPTOR, ANULADOR])
    assert update(delegate, user, sede, [], seen=[PRESCRIPTOR, ANULADOR])


def test_each_act_leaves_its_one_row_of_history(delegate, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR)
    update(delegate, user, sede, [ANULADOR], seen=[PRESCRIPTOR])
    update(delegate, user, sede, [], seen=[ANULADOR])
    written = HistoryEntry.objects.order_by("id").values_list("act", "actor", "entity", "before", "after")
    at = {"sede": sede.code}
    assert list(written) == [
        ("roles.given", delegate.pk, sede.entity_id, at | {"roles": []}, at | {"roles": [PRESCRIPTOR]}),
        ("roles.changed", delegate.pk, sede.entity_id, at | {"roles": [PRESCRIPTOR]}, at | {"roles": [ANULADOR]}),
        ("roles.ended", delegate.pk, sede.entity_id, at | {"roles": [ANULADOR]}, at | {"roles": []}),
    ]


def test_the_person_is_told_by_mail_once_after_the_commit(delegate, sede, user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        activate(delegate, user, sede, PRESCRIPTOR)
        assert not mail.outbox
    (message,) = mail.outbox
    assert message.to == [user.person.email]
    assert PRESCRIPTOR in message.body
    assert message.alternatives[0].mimetype == "text/html"


def test_a_refused_act_sends_no_mail(delegate, sede, user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks, pytest.raises(Refused):
        activate(delegate, user, sede)
    assert not callbacks


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
def test_of_two_different_updates_at_once_one_wins_and_the_other_is_told(delegate, colleague, sede, user):
    activate(delegate, user, sede, PRESCRIPTOR, ANULADOR)
    start = Barrier(2)

    def save(job):
        by, roles = job
        try:
            start.wait(10)
            update(by, user, sede, roles, seen=[PRESCRIPTOR, ANULADOR])
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
