"""What does PostgreSQL refuse about people, and how are they sorted?"""

import pytest
from django.db import IntegrityError

from accounts.models import Person
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_one_person_per_document():
    person = make_person()
    with refused_by("person_once_per_document"):
        make_person(document_number=person.document_number)


@pytest.mark.parametrize("document", [("XX", "123456"), ("CC", "12"), ("CC", "12 34"), ("TI", "123456")])
def test_a_document_is_of_a_known_type_and_well_formed(document):
    with refused_by("person_document_well_formed"):
        make_person(document_type=document[0], document_number=document[1])


def test_a_person_has_name_and_surname():
    with refused_by("person_has_name_and_surname"):
        make_person(first_surname="")


def test_people_are_sorted_by_surname_without_accents_or_case():
    make_person(first_name="José", first_surname="Muñoz")
    assert Person.objects.get().sort_name.startswith("munoz")
