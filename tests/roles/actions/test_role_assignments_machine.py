"""Whatever delegates do, in whatever order and on whatever day, do the invariants of roles hold?

A Hypothesis state machine activates, changes, ends and re-activates users across entities and days, on the screens
and by workbook, and checks after
each step what must always be true, against a plain model kept beside it.
"""

from collections import defaultdict
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.role_assignments import activate_user, change_last_day, update_roles
from roles.actions.uploads import apply_upload, make_upload
from roles.matrix import Option
from roles.models import RoleAssignment
from roles.uploads.workbook_reader import SheetRow
from roles.validity import Validity
from tests.factories import make_delegate, make_entity, make_sede, make_user

ROLES = ("Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador")
some_roles = st.sets(st.sampled_from((*ROLES, "Rol_Admision")))
account = st.integers(0, 1)
where = st.integers(0, 2)
day = st.one_of(st.none(), st.integers(-1, 6))


class Roles(RuleBasedStateMachine):
    """Two users, two IPS with their delegates, three sedes, and a clock that only goes forward."""

    def __init__(self):
        super().__init__()
        self.now = timezone.now()
        self.sleeper = transaction.atomic()
        self.sleeper.__enter__()
        entities = [make_entity(), make_entity()]
        self.delegates = [make_delegate(entity) for entity in entities]
        self.sedes = [make_sede(entities[0]), make_sede(entities[0]), make_sede(entities[1])]
        self.users = [make_user(), make_user()]

        self.events = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.sleeper.__exit__(None, None, None)

    def attempt(self, action):
        """Do it at the machine's own time; whether it was refused."""
        with (
            patch("django.utils.timezone.now", lambda: self.now),
            patch("mipres_admin.database.clock.now", lambda: self.now),
        ):
            try:
                change = action()
            except Refused:
                return None
        self.events += bool(change)
        return change

    def on(self, number):
        return None if number is None else timezone.localdate(self.now) + timedelta(days=number)

    def current(self):
        return RoleAssignment.objects.current(self.now)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule(by=account, user=account, sede=where, roles=some_roles, first=day, last=day)
    def activate(self, by, user, sede, roles, first, last):
        before = set(self.current().values_list("pk", flat=True))
        change = self.attempt(
            lambda: activate_user(
                by=self.delegates[by],
                user=self.users[user],
                sede=self.sedes[sede],
                option=Option.PROFESIONAL,
                roles=roles,
                validity=Validity(self.on(first), self.on(last)),
            )
        )
        own = self.sedes[sede].entity_id == self.delegates[by].entity_id
        fine = own and roles and roles <= set(ROLES) and (first or 0) >= 0 and (last is None or last >= (first or 0))
        assert (change is not None) == bool(fine)
        if change is None:
            assert set(self.current().values_list("pk", flat=True)) == before

    @rule(by=account, user=account, sede=where, roles=some_roles, honest=st.booleans())
    def update(self, by, user, sede, roles, honest):
        assignments = RoleAssignment.objects.filter(user=self.users[user], sede=self.sedes[sede]).not_ended(self.now)
        current = set(assignments.values_list("role", flat=True))
        change = self.attempt(
            lambda: update_roles(
                by=self.delegates[by],
                user=self.users[user],
                sede=self.sedes[sede],
                option=Option.PROFESIONAL,
                roles=roles,
                expected_roles=current if honest else current ^ {"Rol_Anulador"},
            )
        )
        after = set(assignments.all().values_list("role", flat=True))
        assert after == (roles if change is not None else current)

    @precondition(lambda self: RoleAssignment.objects.exists())
    @rule(user=account, sede=where, role=st.sampled_from(ROLES), last=day)
    def move(self, user, sede, role, last):
        by = next(each for each in self.delegates if each.entity_id == self.sedes[sede].entity_id)
        change = self.attempt(
            lambda: change_last_day(
                by=by,
                user=self.users[user],
                sede=self.sedes[sede],
                option=Option.PROFESIONAL,
                role=role,
                last=self.on(last),
            )
        )
        if change:
            assert last is None or last >= 0

    @precondition(lambda self: RoleAssignment.objects.ended(self.now).exists())
    @rule(number=st.integers(0, 50), last=day)
    def reactivate(self, number, last):
        """What has ended can be given again, wherever and whenever it was."""
        over = list(RoleAssignment.objects.ended(self.now).order_by("pk"))
        item = over[number % len(over)]
        has_role = (
            RoleAssignment.objects.filter(user=item.user, sede=item.sede, role=item.role).not_ended(self.now).exists()
        )
        change = self.attempt(
            lambda: activate_user(
                by=item.created_by,
                user=item.user,
                sede=item.sede,
                option=Option.PROFESIONAL,
                roles=[item.role],
                validity=Validity(None, self.on(last)),
            )
        )
        refused = last is not None and last < 0
        assert change is None if refused else bool(change) is not has_role

    @rule(by=account, rows=st.lists(st.tuples(account, where, st.sampled_from(ROLES), day, st.booleans()), max_size=6))
    def apply_a_workbook(self, by, rows):
        """The rows of a file mean what the screens mean; the wrong ones are left out."""
        lines = [SheetRow(line, self.texts(*row)) for line, row in enumerate(rows, start=2)]
        delegate = self.delegates[by]

        def apply():
            upload = make_upload(by=delegate, file_name="a.xlsx", sha256="0" * 64, rows=lines)
            return apply_upload(by=delegate, upload=upload, mode="correctas")

        verdicts = [row["verdict"] for row in self.attempt(apply).rows]
        # beside the row of the file itself, which `attempt` has counted
        self.events += sum(verdict in ("alta", "cambio", "baja") for verdict in verdicts)
        foreign = [self.sedes[row[1]].entity_id != delegate.entity_id for row in rows]
        assert all(verdict == "error" for verdict, away in zip(verdicts, foreign, strict=True) if away)

    def texts(self, user, sede, role, last, over):
        person, until = self.users[user].person, self.on(last)
        return {
            "TIPO DOCUMENTO": person.document_type,
            "NÚMERO DOCUMENTO": person.document_number,
            "CÓDIGO ENTIDAD": self.sedes[sede].code,
            "ROL": role,
            "HASTA": until.isoformat() if until else "",
            "ESTADO": "Terminado" if over else "",
        }

    @invariant()
    def the_last_row_of_history_says_what_is_held_but_for_what_has_ended_by_itself(self):
        day, recorded, current = timezone.localdate(self.now).isoformat(), {}, defaultdict(set)
        for entry in HistoryEntry.objects.filter(after__has_key="sede").order_by("id"):
            roles = {(item["role"], item["from"], item["until"]) for item in entry.after["roles"]}
            recorded[entry.object_id, entry.after["sede"]] = {
                item for item in roles if item[2] is None or item[2] >= day
            }
        for item in RoleAssignment.objects.not_ended(self.now).select_related("sede"):
            days = (item.role, item.first_day.isoformat(), item.last_day and item.last_day.isoformat())
            current[str(item.user_id), item.sede.code].add(days)
        assert current == {place: roles for place, roles in recorded.items() if roles}

    @invariant()
    def nobody_holds_a_role_twice_at_a_sede(self):
        assignments = list(self.current().values_list("user", "sede", "role"))
        assert len(assignments) == len(set(assignments))

    @invariant()
    def only_roles_of_the_norm_are_held(self):
        assert not RoleAssignment.objects.exclude(role__in=ROLES).exists()

    @invariant()
    def each_sede_is_of_its_entity(self):
        for assignment in RoleAssignment.objects.select_related("sede", "created_by"):
            assert assignment.sede.entity_id == assignment.entity_id == assignment.created_by.entity_id

    @invariant()
    def every_change_has_its_one_row_of_history(self):
        changes = HistoryEntry.objects.filter(event__startswith="roles.").exclude(event="roles.previewed")
        assert changes.count() == self.events


@pytest.mark.django_db
def test_the_invariants_hold_whatever_delegates_do():
    run_state_machine_as_test(
        Roles,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
