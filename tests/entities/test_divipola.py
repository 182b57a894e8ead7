"""Is DIVIPOLA in the database, whole?"""

import pytest

from entities.models import Department, Municipality

pytestmark = pytest.mark.django_db


def test_there_are_33_departments() -> None:
    assert Department.objects.count() == 33


def test_there_are_1122_municipalities() -> None:
    assert Municipality.objects.count() == 1122


def test_names_keep_their_accents() -> None:
    assert Municipality.objects.get(code="05001").name == "MEDELLÍN"


def test_each_municipality_begins_with_its_departments_code() -> None:
    assert all(town.code[:2] == town.department_id for town in Municipality.objects.all())
