"""What does PostgreSQL refuse about role assignments?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from roles.models import RoleAssignment
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_role_is_one_of_mipres(sede, delegate):
    with refused_by("assignment_role_known"):
        make_assignment(make_user(), sede, "Rol_Jefe", delegate)


def test_a_role_does_not_end_before_it_starts(sede, delegate):
    with refused_by("assignment_ends_after_it_starts"):
        make_assignment(make_user(), sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW - timedelta(days=1))


def test_account_that_ends_a_role_needs_the_date(sede, delegate):
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


def test_a_role_at_a_ppn_is_of_the_same_person():
    user = make_user("OTRO")
    ppn = make_entity("PPN", nit=user.person.document_number)
    sede, by = make_sede(ppn, code="PROV000001"), make_delegate(ppn)
    assignment = make_assignment(user, sede, "Rol_Dispensador", by)
    with refused_by("assignment_of_a_ppn_is_its_own"), transaction.atomic():
        make_assignment(make_user("OTRO"), sede, "Rol_Dispensador", by)
    with refused_by("assignment_of_a_ppn_is_its_own"):
        RoleAssignment.objects.filter(pk=assignment.pk).update(user=make_user("OTRO"))
