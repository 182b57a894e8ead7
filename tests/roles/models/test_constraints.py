"""What does PostgreSQL refuse about registered users, roles and the registries of people?"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from roles.models import Profession, RegisteredUser, RethusEntry, RoleAssignment, SsoPost
from tests.factories import make_assignment, make_person, make_sede, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_profession_has_an_official_code():
    with refused_by("profession_code_well_formed"):
        Profession.objects.create(code="M07", name="Medicina")


def test_rethus_lists_a_profession_once_per_person():
    entry = {"document_type": "CC", "document_number": "1025000111", "profession_id": "P07", "registry_number": "1"}
    RethusEntry.objects.create(**entry)
    with refused_by("rethus_once_per_profession"):
        RethusEntry.objects.create(**entry)


def test_a_professional_without_profession_can_not_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="PROF")


def test_another_user_with_a_profession_can_not_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="OTRO", profession_id="P07")


def test_a_plaza_ends_after_it_starts(sede):
    with refused_by("sso_ends_after_it_starts"):
        make_post(sede, date(2026, 5, 2), date(2026, 5, 1))


def test_a_person_has_one_plaza_at_a_time(ips, sede):
    make_post(sede, date(2026, 1, 1), date(2026, 6, 30))
    with refused_by("sso_one_post_at_a_time"):
        make_post(make_sede(ips), date(2026, 6, 30), date(2026, 12, 31))


def make_post(sede, first, last):
    return SsoPost.objects.create(
        document_type="CC", document_number="1025000111", sede=sede, starts_on=first, ends_on=last
    )


def test_a_role_is_one_of_mipres(sede, delegate):
    with refused_by("assignment_role_known"):
        make_assignment(make_user(), sede, "Rol_Jefe", delegate)


def test_a_role_does_not_end_before_it_starts(sede, delegate):
    with refused_by("assignment_ends_after_it_starts"):
        make_assignment(make_user(), sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW - timedelta(days=1))


def test_who_ends_a_role_leaves_the_date(sede, delegate):
    with refused_by("assignment_ended_by_only_when_ended"):
        make_assignment(make_user(), sede, "Rol_Anulador", delegate, ended_by=delegate)


def test_one_role_of_one_user_at_one_sede_never_overlaps(sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW + timedelta(days=2))
    with refused_by("assignment_no_overlap"):
        make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW + timedelta(days=1))


def test_a_role_may_begin_at_the_moment_the_last_one_ends(sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW + timedelta(days=2))
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW + timedelta(days=2))
    assert RoleAssignment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_sede_of_a_role_is_of_the_entity_of_the_role(sede, delegate, stranger):
    with refused_by("assignment_sede_of_its_entity"):
        RoleAssignment.objects.create(
            user=make_user(), sede=sede, entity=stranger.entity, role="Rol_Anulador", created_by=delegate
        )
