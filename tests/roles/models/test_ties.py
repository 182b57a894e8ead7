"""Does an entity have a tie to exactly the people who work, serve or act for it?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from entities.models import EntityKind
from roles.actions.provider_networks import associate
from roles.models import RECENTLY, tied_users
from roles.validity import midnight, today
from tests.factories import (
    make_assignment,
    make_delegate,
    make_entity,
    make_natural,
    make_person,
    make_sede,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def is_tied(user, entity, **options):
    return tied_users(entity, **options).filter(pk=user.pk).exists()


def test_nobody_is_tied_to_an_entity_at_first(ips, user):
    assert not is_tied(user, ips, ended_within=RECENTLY)


@pytest.mark.parametrize("first", [-1, 9])
def test_a_role_in_force_or_to_come_is_a_tie(delegate, ips, sede, user, stranger, first):
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=midnight(today() + first * DAY))
    assert is_tied(user, ips)
    assert not is_tied(user, stranger.entity, ended_within=RECENTLY)


@pytest.mark.parametrize(("days_ago", "lately"), [(1, True), (182, True), (184, False)])
def test_an_ended_role_is_a_tie_of_the_past(delegate, ips, sede, user, days_ago, lately):
    end = timezone.now() - days_ago * DAY
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=end - DAY, ends_at=end)
    assert not is_tied(user, ips)
    assert is_tied(user, ips, ended_within=RECENTLY) is lately


@pytest.mark.parametrize(("last", "now", "lately"), [(0, True, True), (-1, False, True), (-200, False, False)])
def test_a_plaza_is_a_tie_until_it_ends(ips, sede, registries, last, now, lately):
    user = make_user("SSO")
    registries.plazas((user, sede, -300, last))
    assert (is_tied(user, ips), is_tied(user, ips, ended_within=RECENTLY)) == (now, lately)


def test_an_independent_of_the_network_is_tied(user):
    eps, number = make_entity(EntityKind.EPS_C), user.person.document_number
    member = make_entity(EntityKind.PROFESIONAL_INDEPENDIENTE, identification_type="CC", nit=number)
    make_sede(member)
    assert not is_tied(user, eps)
    associate(by=make_delegate(eps), members=[member])
    assert is_tied(user, eps)


def test_a_delegate_is_tied_to_their_entity(ips, user):
    make_delegate(ips, person=user.person)
    assert is_tied(user, ips)


@pytest.mark.parametrize("is_user", [True, False])
def test_the_account_of_a_ppn_is_of_a_user_who_is_the_entity(is_user):
    ppn = make_entity(EntityKind.PPN)
    person = make_user("OTRO").person if is_user else make_person(document_number=ppn.nit)
    with pytest.raises(IntegrityError, match="account_of_a_ppn_is_its_user"):
        make_natural(person, entity=ppn)


def test_a_ppn_is_tied_to_oneself(user):
    assert is_tied(user, make_entity(EntityKind.PPN, nit=user.person.document_number))
