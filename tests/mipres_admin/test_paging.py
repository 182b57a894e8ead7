"""Does paging by key show every row once, forwards and backwards?"""

import pytest
from django.test import RequestFactory

from accounts.models import Person
from mipres_admin.paging import page_of
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def page(url="/x/", size=3):
    return page_of(RequestFactory().get(url), Person.objects.all(), "sort_name", size=size)


@pytest.fixture
def people():
    # five of the same surname: the pk must break the tie
    return [make_person(first_surname=name) for name in ("Beta", "Alfa", "Beta", "Gama", "Beta", "Beta", "Beta")]


def walk(attribute, start):
    seen, current = [], start
    while True:
        seen.append([row.pk for row in current.rows])
        if not getattr(current, attribute):
            return seen
        current = page(getattr(current, attribute))


def test_forward_shows_every_row_once_in_order(people):
    shown = [pk for rows in walk("next_url", page()) for pk in rows]
    expected = sorted(people, key=lambda person: (person.first_surname, person.pk))
    assert shown == [person.pk for person in expected]


def test_backward_shows_the_same_pages(people):
    forward = walk("next_url", page())
    last = page()
    while last.next_url:
        last = page(last.next_url)
    assert sorted(walk("previous_url", last)[0]) == sorted(forward[-1])
    assert sum(len(rows) for rows in walk("previous_url", last)) == len(people)


def test_the_first_page_has_no_previous_one(people):
    assert page().previous_url == ""


def test_the_count_is_of_the_whole_list(people):
    assert page().count == 7


def test_an_empty_list_has_no_neighbours(db):
    empty = page()
    assert (empty.rows, empty.count, empty.previous_url, empty.next_url) == ([], 0, "", "")


@pytest.mark.parametrize("junk", ["x", "-1", "999999999", "9" * 40, "²", "1%00"])
def test_junk_in_the_address_opens_the_first_page(people, junk):
    assert page(f"/x/?despues={junk}").rows == page().rows


def test_the_filter_stays_in_the_address(people):
    assert "criterio=a" in page("/x/?criterio=a").next_url
