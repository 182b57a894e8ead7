"""Are people found in the whole country by index, by name and by document?"""

import pytest
from django.db import connection

from accounts.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


def plan(words):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return Person.objects.matching(words).order_by().explain()


@pytest.mark.parametrize(
    ("words", "index"), [("suárez", "person_search_trgm"), ("1025000111", "person_once_per_document")]
)
def test_people_are_found_by_index(words, index):
    assert index in plan(words)


def test_every_word_must_be_in_the_name():
    factories.make_person(first_name="José", first_surname="Núñez")
    assert Person.objects.matching("nunez jose").count() == 1
    assert not Person.objects.matching("nunez maria").exists()
