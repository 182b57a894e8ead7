"""Which departments and municipalities can exist, and is DIVIPOLA loaded?"""

import pytest
from django.db import IntegrityError

from entities.models import Department, Municipality

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_department_has_two_digits():
    with refused_by("department_code_two_digits"):
        Department.objects.create(code="5", name="X")


def test_municipality_begins_with_its_department():
    with refused_by("municipality_code_in_department"):
        Municipality.objects.create(code="05999", name="X", department_id="11")


def test_there_are_33_departments() -> None:
    assert Department.objects.count() == 33


def test_there_are_1122_municipalities() -> None:
    assert Municipality.objects.count() == 1122


def test_names_keep_their_accents() -> None:
    assert Municipality.objects.get(code="05001").name == "MEDELLÍN"


def test_each_municipality_begins_with_its_departments_code() -> None:
    assert all(town.code[:2] == town.department_id for town in Municipality.objects.all())
