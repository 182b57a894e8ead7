"""Does the database refuse impossible appointments?"""

from datetime import timedelta

import pytest

from delegates.models import (
    AuthorizedProfile,
    AuthorizedRole,
)
from tests.delegates.constraint_rows import NOW, refused_by
from tests.factories import (
    make_appointment,
    make_entity,
    make_natural,
    make_person,
    make_sede,
)

pytestmark = pytest.mark.django_db


def test_an_authorized_role_is_offered_to_known_kinds():
    with refused_by("authorized_role_kinds_known"):
        AuthorizedRole.objects.create(code="X", name="X", kinds=["LABORATORIO"])


def test_one_profile_is_the_delegate():
    with refused_by("one_profile_is_the_delegate"):
        AuthorizedProfile.objects.create(code="X", name="X", is_delegate=True)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("appointment_document_well_formed", {"document_number": "12 34"}),
        ("appointment_complete", {"first_name": ""}),
        ("appointment_ended_by_someone", {"ended_at": NOW + timedelta(days=1)}),
    ],
)
def test_appointment_is_complete(name, fields):
    with refused_by(name):
        make_appointment(make_entity(), make_natural(), **fields)


def test_an_appointment_ends_after_it_starts():
    by = make_natural()
    with refused_by("appointment_ends_after_it_starts"):
        make_appointment(make_entity(), by, ended_at=NOW - timedelta(days=1), ended_by=by)


def test_a_person_is_appointed_once_at_a_time():
    entity, by, person = make_entity(), make_natural(), make_person()
    make_appointment(entity, by, person)
    with refused_by("appointment_once_at_a_time"):
        make_appointment(entity, by, person)


@pytest.mark.django_db(transaction=True)
def test_an_appointments_sede_is_of_its_entity():
    with refused_by("appointment_sede_of_its_entity"):
        make_appointment(make_entity(), make_natural(), sede=make_sede(make_entity()))
