"""Is Consultar Usuarios in surname order, cheap at any size, and is what it sorts by always true?"""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Person
from roles.models import RegisteredUser, RoleAssignment
from tests.cells import each_cell
from tests.factories import make_assignment, make_person, make_user

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 12


@pytest.fixture
def assignment(delegate, sede):
    user = make_user(first_name="José", first_surname="Muñoz", document_number="1025000111")
    RegisteredUser.objects.filter(pk=user.pk).update(professional_registry="RM-77")
    return make_assignment(user, sede, "Rol_Prescriptor", delegate)


def listed_as(assignment):
    return RoleAssignment.objects.values_list("listed_as", flat=True).get(pk=assignment.pk)


# ---------------------------------------------------------------- what it sorts and finds by


def test_an_assignment_is_listed_by_surname_name_login_and_registry(assignment):
    assert listed_as(assignment).split() == ["munoz", "jose", "cc1025000111", "rm", "77"]


def test_a_new_name_is_listed_at_once(assignment):
    Person.objects.filter(registration=assignment.user).update(first_surname="Ávila")
    assert listed_as(assignment).split()[0] == "avila"


def test_a_corrected_document_is_listed_at_once(assignment):
    Person.objects.filter(registration=assignment.user).update(document_number="222333444")
    assert "cc222333444" in listed_as(assignment)


def test_a_new_registry_is_listed_at_once(assignment):
    RegisteredUser.objects.filter(pk=assignment.user_id).update(professional_registry="RM-99")
    assert listed_as(assignment).endswith(" rm 99")


def test_a_registration_that_moves_to_another_person_is_listed_at_once(assignment):
    RegisteredUser.objects.filter(pk=assignment.user_id).update(person=make_person(first_surname="Zea"))
    assert listed_as(assignment).split()[0] == "zea"


def test_an_assignment_that_moves_to_another_user_is_listed_at_once(assignment):
    RoleAssignment.objects.filter(pk=assignment.pk).update(user=make_user(first_surname="Zea"))
    assert listed_as(assignment).split()[0] == "zea"


def test_sort_key_cannot_be_written(assignment):
    RoleAssignment.objects.filter(pk=assignment.pk).update(listed_as="falso")
    assert "falso" not in listed_as(assignment)


def test_stale_sort_key_is_not_saved(assignment):
    stale = RoleAssignment.objects.get(pk=assignment.pk)
    Person.objects.filter(registration=assignment.user).update(first_surname="Ávila")
    stale.save()
    assert listed_as(assignment).split()[0] == "avila"


@each_cell(
    ("words", "matches"),
    [
        ("muñ", True), ("UÑO", True), ("mu", True), ("uñ", False), ("j", True), ("cc1025", True), ("025000", True),
        ("cc", True), ("rm-77", True), ("-77", True), ("jose munoz 77", True), ("munoz 7a", False),
        ("%", False), ("_u", False),
    ],
)  # fmt: skip
def test_short_words_match_only_where_a_word_begins(assignment, words, matches):
    assert RoleAssignment.objects.matching(words).exists() is matches


# ---------------------------------------------------------------- the pages


@pytest.fixture
def crowd(delegate, sede):
    surnames = ("Zapata", "Ñustes", "Nieto", "álvarez", "Alvarez Ríos", "Ávila", "Muñoz", "Munoz")
    users = [make_user(first_surname=surnames[n % 8], first_name=f"N{n:02}") for n in range(60)]
    for user in users:
        make_assignment(user, sede, "Rol_Anulador", delegate)
    return users


def names(client, address):
    """The users of each page from this address on, by "Siguientes"."""
    while address:
        page = client.get(address).context["page"]
        yield [str(row.user.person.sort_name) for row in page.rows]
        address = page.next_url


def test_pages_follow_the_order_of_surnames_without_accents(delegate_client, crowd):
    shown = [name for page in names(delegate_client, reverse("users")) for name in page]
    assert shown == sorted(Person.objects.filter(registration__isnull=False).values_list("sort_name", flat=True))


def test_a_page_costs_twelve_statements_at_most(delegate_client, crowd, django_assert_max_num_queries):
    address = delegate_client.get(reverse("users")).context["page"].next_url
    with django_assert_max_num_queries(MOST_STATEMENTS):
        delegate_client.get(address, {"rol": "Rol_Anulador", "criterio": "nieto", "entidad": "centro"})


def test_a_page_of_a_whole_entity_comes_from_the_list_index(delegate, crowd):
    rows = RoleAssignment.objects.visible_to(delegate.entity).current().listed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        plan = rows[:26].explain()
    assert "using assignment_list" in plan
    assert "Sort" not in plan
