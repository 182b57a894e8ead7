"""Does make_load fill a database with a small country that keeps the rules, the same each time, only when empty?"""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Account, Person
from demo.synthetic_users import USUAL_ENTITIES
from entities.models import Entity
from roles.matrix import Option, UserKind, assignable_roles
from roles.models import RegisteredUser, RoleAssignment
from tests.factories import make_entity, make_person, make_sede

DAY = date(2026, 11, 20)


def make(seed=7, users=1_000, assignments=3_000):
    call_command("make_load", users=users, assignments=assignments, seed=seed, day=DAY, verbosity=0)


def shape():
    """Indexes and constraints of the three tables, as PostgreSQL writes them."""
    tables = ["accounts_person", "roles_registereduser", "roles_roleassignment"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE conrelid = ANY(%s::text[]::regclass[])"
            " UNION ALL SELECT indexname, indexdef, true FROM pg_indexes WHERE tablename = ANY(%s)",
            [tables, tables],
        )
        return set(cursor.fetchall())


def told():
    """Everything that the seed decides."""
    fields = ("user__public_id", "listed_as", "sede__code", "role", "starts_at", "ends_at")
    return list(RoleAssignment.objects.order_by("pk").values_list(*fields))


@pytest.fixture
def load(db):
    make()


def test_load_has_the_requested_numbers(load):
    counts = [model.objects.count() for model in (Person, RegisteredUser, RoleAssignment, Entity, Account)]
    assert counts == [1_000, 1_000, 3_000, USUAL_ENTITIES + 1, USUAL_ENTITIES + 1]


def test_one_entity_has_a_fifth_of_the_assignments(load):
    giant = max(Entity.objects.all(), key=lambda entity: entity.sedes.count())
    assert 400 < giant.assignments.count() < 800


def test_there_are_past_present_ending_and_coming_assignments(load):
    rows = RoleAssignment.objects.all()
    assert all(found.exists() for found in (rows.current(), rows.ended(), rows.to_come(), rows.filter(ends_at=None)))


def test_every_role_is_one_that_the_matrix_allows(load):
    for user, kind, profession, role in RoleAssignment.objects.values_list(
        "user_id", "user__kind", "user__profession_id", "role"
    ):
        option = Option.ADMINISTRATIVO if kind == UserKind.OTRO else Option.PROFESIONAL
        assert role in assignable_roles(option, "IPS", kind, profession), user


@pytest.mark.django_db
def test_indexes_and_constraints_are_as_before():
    before = shape()
    make()
    assert shape() == before


@pytest.mark.django_db
def test_same_seed_gives_the_same_rows():
    stories = []
    for _ in range(2):
        with transaction.atomic():
            make()
            stories.append(told())
            transaction.set_rollback(True)
    assert stories[0] == stories[1]


@pytest.mark.django_db
def test_later_rows_follow_the_last_key(load):
    assert make_person().pk == 1_001


@pytest.mark.django_db
def test_ips_of_a_registry_are_used_where_there_are_some():
    big, small = make_entity(), make_entity()
    for entity in 7 * [big] + 6 * [small]:
        make_sede(entity)
    make(users=50, assignments=150)
    assert set(RoleAssignment.objects.values_list("entity_id", flat=True)) == {big.pk, small.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["IPS", "EPS_C"])
def test_too_few_sedes_are_refused_and_nothing_is_saved(kind):
    make_sede(make_entity(kind))
    with pytest.raises(CommandError, match="faltan sedes"):
        make(users=50, assignments=150)
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_database_with_people_is_refused():
    make_person()
    with pytest.raises(CommandError, match="ya tiene personas"):
        make()


@pytest.mark.django_db
@pytest.mark.parametrize(("users", "assignments"), [(0, 0), (10, -1), (10, 91)])
def test_impossible_numbers_are_refused(users, assignments):
    with pytest.raises(CommandError, match="por ejemplo"):
        make(users=users, assignments=assignments)
