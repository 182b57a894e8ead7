"""Are entities associated and dissociated once, whole, and written down, and do the roles that depend on them end?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from entities.models import Association, Entity
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.provider_networks import (
    DependentsChanged,
    associate,
    change_network,
    dependent_roles,
    dissociate,
)
from roles.actions.role_assignments import activate_user
from roles.matrix import Option, Role, network_roles
from roles.models import RoleAssignment
from tests.cells import each_cell
from tests.factories import make_delegate, make_entity, make_person, make_sede, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, DISPENSADOR, ANULADOR_EPS = "Rol_Prescriptor", "Rol_Dispensador", "Rol_AnuladorEPS"


@pytest.fixture
def eps(db):
    entity = make_entity("EPS_C", name="EPS Uno", nit="860066942")
    make_sede(entity, code=entity.eps_code, municipality_id=None)
    return make_delegate(entity)


@pytest.fixture
def clinic(ips, sede):
    return ips


@pytest.fixture
def doctor(db):
    return make_user(first_name="Jesús", first_surname="Ñáñez")


@pytest.fixture
def independent(doctor):
    return independent_of(doctor.person)


def independent_of(person):
    entity = make_entity("PI", identification_type="CC", nit=person.document_number, name=str(person))
    make_sede(entity, provider_class="PI")
    return entity


def network(by):
    return set(Association.objects.of(by.entity).current().values_list("member", flat=True))


def give(by, user, *roles, option=Option.INDEPENDIENTE):
    return activate_user(by=by, user=user, sede=by.entity.sedes.get(), option=option, roles=roles)


def current_roles(user):
    return set(RoleAssignment.objects.filter(user=user).current().values_list("role", flat=True))


# ---------------------------------------------------------------- associating


def test_associating_puts_the_entity_in_the_network_from_now_on(eps, clinic):
    assert associate(by=eps, members=[clinic]).associated == (clinic,)
    association = Association.objects.get()
    assert (association.owner, association.member, association.created_by, association.ends_at) == (
        eps.entity,
        clinic,
        eps,
        None,
    )


def test_associating_twice_changes_nothing_the_second_time(eps, clinic):
    associate(by=eps, members=[clinic])
    assert not associate(by=eps, members=[clinic])
    assert Association.objects.count() == HistoryEntry.objects.count() == 1


@each_cell(
    ("owner", "member", "allowed"),
    [
        ("EPS_C", "IPS", True), ("EPS_C", "PROV", True), ("EPS_C", "PI", True), ("EPS_C", "EPS_S", False),
        ("EPS_S", "IPS", True), ("EPS_S", "PROV", True), ("EPS_S", "PI", True), ("EPS_S", "PPN", True),
        ("ET", "EPS_S", True), ("ET", "IPS", False), ("ET", "EPS_C", False), ("IPS", "PROV", False),
        ("EPS_C", "PPN", True), ("ET", "PPN", False), ("IPS", "PPN", False), ("PPN", "EPS_C", False),
    ],
)  # fmt: skip
def test_each_kind_of_owner_associates_its_kinds_only(owner, member, allowed):
    by = make_delegate(make_entity(owner))
    fields = {"identification_type": "CC"} if member == "PI" else {}
    entity = make_entity(member, **fields)
    make_sede(entity)
    if allowed:
        assert associate(by=by, members=[entity])
    else:
        with pytest.raises(Refused):
            associate(by=by, members=[entity])
    assert Association.objects.exists() is allowed


def test_an_inactive_entity_is_refused_with_the_reason(eps, clinic):
    Entity.objects.filter(pk=clinic.pk).update(is_active=False)
    with pytest.raises(Refused, match="está inactiva"):
        associate(by=eps, members=[clinic])


@pytest.mark.parametrize("kind", ["IPS", "PI"])
def test_provider_with_all_sedes_closed_in_reps_is_refused(eps, kind):
    entity = make_entity(kind)
    make_sede(entity, closed_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="ninguna sede habilitada"):
        associate(by=eps, members=[entity])


@pytest.mark.parametrize("kind", ["PPN", "PI"])
def test_a_deceased_person_is_refused_with_the_reason(eps, registries, kind):
    person = make_person()
    entity = make_entity(kind, identification_type="CC", nit=person.document_number)
    make_sede(entity, code="PROV000001" if kind == "PPN" else "110010000101")
    registries.civil(person)
    with pytest.raises(Refused, match="fallecida"):
        associate(by=eps, members=[entity])
    assert not Association.objects.exists()


def test_one_refused_entity_saves_none_of_them(eps, clinic):
    closed = make_entity("IPS")
    with pytest.raises(Refused):
        associate(by=eps, members=[clinic, closed])
    assert not Association.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_what_is_associated_already_may_stay_when_it_becomes_inactive(eps, clinic):
    associate(by=eps, members=[clinic])
    Entity.objects.filter(pk=clinic.pk).update(is_active=False)
    assert not associate(by=eps, members=[clinic])
    assert network(eps) == {clinic.pk}


def test_each_association_is_one_row_of_history_of_the_owner(eps, clinic, independent):
    associate(by=eps, members=[clinic, independent])
    dissociate(by=eps, members=[clinic])
    rows = HistoryEntry.objects.of(clinic).visible_to(eps.entity).order_by("id")
    assert [(row.event, row.actor) for row in rows] == [("network.associated", eps), ("network.dissociated", eps)]
    assert HistoryEntry.objects.of(independent).count() == 1


def test_eps_s_and_eps_c_of_one_nit_have_separate_networks(eps, clinic):
    other = make_delegate(make_entity("EPS_S", nit=eps.entity.nit))
    associate(by=eps, members=[clinic])
    assert network(other) == set()
    assert associate(by=other, members=[clinic])
    dissociate(by=other, members=[clinic])
    assert network(eps) == {clinic.pk}


# ---------------------------------------------------------------- dissociating


def test_dissociation_stores_the_account_and_the_moment(eps, clinic):
    associate(by=eps, members=[clinic])
    assert dissociate(by=eps, members=[clinic]).dissociated == (clinic,)
    association = Association.objects.get()
    assert association.ended_by == eps
    assert association.ends_at is not None


def test_dissociating_twice_changes_nothing_the_second_time(eps, clinic):
    associate(by=eps, members=[clinic])
    dissociate(by=eps, members=[clinic])
    assert not dissociate(by=eps, members=[clinic])
    assert HistoryEntry.objects.filter(event="network.dissociated").count() == 1


def test_an_entity_can_be_associated_again_after_it_left(eps, clinic):
    associate(by=eps, members=[clinic])
    dissociate(by=eps, members=[clinic])
    assert associate(by=eps, members=[clinic])
    assert Association.objects.count() == 2


def test_network_of_another_owner_is_not_changed(eps, clinic):
    stranger = make_delegate(make_entity("EPS_C"))
    associate(by=eps, members=[clinic])
    assert not dissociate(by=stranger, members=[clinic])
    assert network(eps) == {clinic.pk}


def test_dissociation_ends_independent_roles_and_leaves_administrative_ones(eps, doctor, independent):
    associate(by=eps, members=[independent])
    give(eps, doctor, PRESCRIPTOR, DISPENSADOR)
    give(eps, doctor, ANULADOR_EPS, option=Option.ADMINISTRATIVO_EPS)
    change = dissociate(by=eps, members=[independent], expected_endings=2)
    assert sorted(role.role for role in change.ended) == [DISPENSADOR, PRESCRIPTOR]
    assert current_roles(doctor) == {ANULADOR_EPS}


def test_the_roles_that_another_eps_gave_stay(eps, doctor, independent):
    other = make_delegate(make_entity("EPS_S", nit=eps.entity.nit))
    make_sede(other.entity, code=other.entity.eps_code, municipality_id=None)
    for by in (eps, other):
        associate(by=by, members=[independent])
        give(by, doctor, PRESCRIPTOR)
    dissociate(by=eps, members=[independent], expected_endings=1)
    assert [role.entity for role in RoleAssignment.objects.current()] == [other.entity]


def test_the_roles_of_an_ips_stay_when_an_eps_dissociates_it(eps, delegate, clinic, doctor):
    associate(by=eps, members=[clinic])
    activate_user(by=delegate, user=doctor, sede=clinic.sedes.get(), option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    assert dependent_roles(eps.entity, [clinic]) == []
    assert not dissociate(by=eps, members=[clinic]).ended
    assert current_roles(doctor) == {PRESCRIPTOR}


def test_only_the_roles_of_the_independent_option_depend_on_the_network():
    assert network_roles("EPS_C") == {Role.PRESCRIPTOR, Role.ORDENADOR, Role.DISPENSADOR}
    assert network_roles("IPS") == network_roles("ET") == frozenset()


def test_with_another_number_of_roles_than_was_said_nothing_changes(eps, doctor, independent):
    associate(by=eps, members=[independent])
    give(eps, doctor, PRESCRIPTOR, DISPENSADOR)
    with pytest.raises(DependentsChanged, match=r"según la página: 1\. Ahora: 2\."):
        dissociate(by=eps, members=[independent], expected_endings=1)
    assert network(eps) == {independent.pk}
    assert current_roles(doctor) == {PRESCRIPTOR, DISPENSADOR}


def test_dissociation_cause_is_in_the_users_history_and_mail(eps, doctor, independent, delivered):
    associate(by=eps, members=[independent])
    give(eps, doctor, PRESCRIPTOR)
    dissociate(by=eps, members=[independent], expected_endings=1)
    cause = "EPS Uno (régimen contributivo) desasoció de su red al profesional independiente."
    assert HistoryEntry.objects.of(doctor).latest("id").after["cause"] == cause
    (message,) = [message for message in delivered() if cause in message.body]
    assert message.to == [doctor.person.email]
    assert cause in message.alternatives[0].content


def test_the_history_of_a_dissociation_counts_users_and_roles(eps, doctor, independent):
    associate(by=eps, members=[independent])
    give(eps, doctor, PRESCRIPTOR, DISPENSADOR)
    dissociate(by=eps, members=[independent], expected_endings=2)
    after = HistoryEntry.objects.get(event="network.dissociated").after
    assert (after["relation"], after["users"], after["roles"]) == ("EPS_IPS", 1, 2)


def test_both_at_once_are_all_or_nothing(eps, clinic, independent):
    associate(by=eps, members=[independent])
    closed = make_entity("IPS")
    with pytest.raises(Refused):
        change_network(by=eps, associated=[clinic, closed], dissociated=[independent])
    assert network(eps) == {independent.pk}
    assert change_network(by=eps, associated=[clinic], dissociated=[independent])
    assert network(eps) == {clinic.pk}


# ---------------------------------------------------------------- at once


def at_once(*jobs):
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(10)
            return job()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_associate_once(eps, clinic):
    changes = at_once(*[lambda: associate(by=eps, members=[clinic])] * 8)
    assert sorted(map(bool, changes)) == [False] * 7 + [True]
    assert Association.objects.count() == HistoryEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_dissociate_once(eps, clinic):
    associate(by=eps, members=[clinic])
    changes = at_once(*[lambda: dissociate(by=eps, members=[clinic])] * 8)
    assert sorted(map(bool, changes)) == [False] * 7 + [True]
    assert HistoryEntry.objects.filter(event="network.dissociated").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_a_role_given_at_the_moment_of_dissociating_never_outlives_the_association(eps, doctor, independent, turn):
    associate(by=eps, members=[independent])
    at_once(lambda: give(eps, doctor, PRESCRIPTOR), lambda: dissociate(by=eps, members=[independent]))
    assert bool(current_roles(doctor)) is bool(network(eps))


def test_what_postgresql_itself_refuses_is_said_and_not_doubled(eps, clinic):
    Association.objects.create(owner=eps.entity, member=clinic, starts_at=timezone.now() + timedelta(days=9))
    with pytest.raises(Refused, match="en este momento"):
        associate(by=eps, members=[clinic])
    assert Association.objects.count() == 1
