"""Whatever the registries say, in whatever order, and whatever delegates do in between: does every held role fit them?

A Hypothesis state machine loads whole files of the five registries, gives and takes roles, and asks after each load the
plain question of each registry, in Python.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import CivilRegistryEntry, DeceasedEntry, Person
from entities.models import Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user, update_roles
from roles.matrix import Option
from roles.models import RethusEntry, RoleAssignment, RoleEnding, SsoPost
from roles.validity import midnight, today
from tests.factories import make_delegate, make_entity, make_sede, make_user
from tests.roles.registry_loads import NOBODY, Ministry, as_independent, on

ROLES = ("Rol_Prescriptor", "Rol_Anulador")
some_users = st.sets(st.integers(0, 2))
some_sedes = st.sets(st.integers(0, 2))
plaza = st.one_of(st.none(), st.tuples(st.integers(0, 1), st.integers(-20, 2), st.integers(0, 40)))


def day_of(user):
    return Person.objects.get(pk=user.person_id).deceased_on


class Registries(RuleBasedStateMachine):
    """Two professionals, one of them independent in the network of an EPS, and an SSO; two sedes and an office."""

    def __init__(self):
        super().__init__()
        self.sleeper = transaction.atomic()
        self.sleeper.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.ministry = Ministry(Path(self.folder.name))
        ips, eps, self.buyer = make_entity(), make_entity("EPS_C"), make_entity()
        self.delegate, self.of_eps = make_delegate(ips), make_delegate(eps)
        self.place = make_sede(eps, code=eps.eps_code, municipality_id=None)
        self.users = [make_user(), make_user(), make_user("SSO")]
        member = as_independent(self.users[0])
        self.sedes = [make_sede(ips), make_sede(ips), make_sede(member, provider_class="PI")]
        associate(by=self.of_eps, members=[member])

    def teardown(self):
        self.folder.cleanup()
        transaction.set_rollback(True)
        self.sleeper.__exit__(None, None, None)

    @rule(open_sedes=some_sedes)
    def reps(self, open_sedes):
        self.ministry.reps(*(self.sedes[number] for number in sorted(open_sedes)))

    @rule(passed=some_sedes)
    def reps_passes_sedes(self, passed):
        sedes = [Sede.objects.get(pk=sede.pk) for sede in self.sedes]
        for number in passed:
            sedes[number].entity = self.buyer
        self.ministry.reps(*sedes)

    @rule(inscribed=some_users)
    def rethus(self, inscribed):
        self.ministry.rethus(*(self.users[number] for number in sorted(inscribed)))

    @rule(dead=some_users)
    def deceased(self, dead):
        self.ministry.deceased(*(self.users[number].person for number in sorted(dead)))

    @rule(dead=some_users)
    def civil(self, dead):
        self.ministry.civil(*(self.users[number].person for number in sorted(dead)))

    @rule(days=plaza)
    def plazas(self, days):
        posts = [(self.users[2], self.sedes[days[0]], days[1], max(days[1], days[2]))] if days else []
        self.ministry.plazas(*posts)

    @rule(user=st.integers(0, 2), sede=st.integers(0, 1), roles=st.sets(st.sampled_from(ROLES), min_size=1))
    def give(self, user, sede, roles):
        self.sedes[sede].refresh_from_db()
        with suppress(Refused):
            where = {"user": self.users[user], "sede": self.sedes[sede], "option": Option.PROFESIONAL}
            activate_user(by=self.delegate, roles=roles, **self.fresh(where))

    @rule()
    def give_to_the_independent(self):
        with suppress(Refused):
            where = {"user": self.users[0], "sede": self.place, "option": Option.INDEPENDIENTE}
            activate_user(by=self.of_eps, roles=["Rol_Prescriptor"], **self.fresh(where))

    @rule(user=st.integers(0, 2), sede=st.integers(0, 1))
    def take(self, user, sede):
        current_roles = RoleAssignment.objects.filter(user=self.users[user], sede=self.sedes[sede]).not_ended()
        where = {"user": self.users[user], "sede": self.sedes[sede], "option": Option.PROFESIONAL}
        current = list(current_roles.values_list("role", flat=True))
        with suppress(Refused):
            update_roles(by=self.delegate, roles=[], expected_roles=current, **self.fresh(where))

    def fresh(self, where):
        where["user"].person.refresh_from_db()
        return where

    def current_roles(self):
        return RoleAssignment.objects.not_ended().select_related("user__person", "sede", "entity")

    @invariant()
    def nobody_holds_a_role_at_a_sede_that_reps_closed(self):
        assert not [item for item in self.current_roles() if item.sede.closed_on and len(item.sede.code) == 12]

    @invariant()
    def nobody_holds_a_role_of_an_entity_whose_sede_it_is_not(self):
        assert not [item for item in self.current_roles() if item.sede.entity_id != item.entity_id]

    @invariant()
    def no_dead_person_holds_a_role(self):
        listed = DeceasedEntry.objects.filter(closed_on=None).values_list("document_number", flat=True)
        cancelled = CivilRegistryEntry.objects.filter(closed_on=None, state="cancelada")
        dead = {*listed, *cancelled.values_list("document_number", flat=True)}
        assert {user.person.document_number for user in self.users if day_of(user)} == dead - {NOBODY}
        assert not [item for item in self.current_roles() if item.user.person.document_number in dead]

    @invariant()
    def nobody_whom_rethus_has_closed_holds_a_role(self):
        gone = set(RethusEntry.objects.closed().values_list("document_number", "profession_id"))
        people = [(item.user.person.document_number, item.user.profession_id) for item in self.current_roles()]
        assert not gone & set(people)

    @invariant()
    def no_sso_holds_a_role_outside_the_plaza_or_beyond_it(self):
        for item in self.current_roles():
            if item.user.kind == "SSO":
                post = SsoPost.objects.of(item.user.person).get(starts_on__lte=today(), ends_on__gte=today())
                assert post.sede == item.sede
                assert item.last_day <= post.ends_on

    @invariant()
    def no_independent_without_an_open_sede_holds_a_role_of_the_network(self):
        self.sedes[2].refresh_from_db()
        if self.sedes[2].closed_on or self.sedes[2].entity == self.buyer:
            assert not [item for item in self.current_roles() if item.sede == self.place]

    @invariant()
    def what_ended_says_when_and_the_history_why(self):
        for ending in RoleEnding.objects.select_related("assignment"):
            assert ending.assignment.ends_at <= ending.ends_at
            assert ending.ends_at <= midnight(on(42))
            rows = HistoryEntry.objects.of(ending.assignment.user).filter(actor=None, after__load=ending.load_id)
            assert rows.filter(after__has_key="cause").exclude(reason="").exists()


@pytest.mark.django_db
def test_every_held_role_fits_the_registries_whatever_they_say():
    run_state_machine_as_test(
        Registries,
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
