"""Do the registries say the same of one user and of the users of a file?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import Association
from roles.models import RethusEntry, SsoPost
from roles.registry_lookup import DATABASE_LOOKUP, PrefetchedLookup
from roles.validity import today
from tests.factories import make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db
NUMBER = "1025000111"


@pytest.fixture
def eps():
    return make_entity("EPS_C")


def answers(lookup, eps, user):
    return lookup.posts(user), lookup.in_network(eps, user.person), lookup.out_of_rethus(user)


def test_user_unknown_to_the_registries_has_no_answers(eps):
    user = make_user()
    assert answers(DATABASE_LOOKUP, eps, user) == ([], False, False)
    assert answers(PrefetchedLookup(eps, [user]), eps, user) == ([], False, False)


def test_prefetched_answers_equal_those_of_the_database(eps, sede):
    user = make_user("SSO", document_number=NUMBER)
    document = {"document_type": "CC", "document_number": NUMBER}
    starts_on, ends_on = today(), today() + timedelta(days=9)
    post = SsoPost.objects.create(**document, sede=sede, starts_on=starts_on, ends_on=ends_on)
    RethusEntry.objects.create(**document, profession=user.profession, registry_number="1", closed_on=today())
    member = make_entity("PI", identification_type="CC", nit=NUMBER)
    make_sede(member, provider_class="PI")
    Association.objects.create(owner=eps, member=member, starts_at=timezone.now() - timedelta(days=1))
    assert answers(DATABASE_LOOKUP, eps, user) == ([post], True, True)
    assert answers(PrefetchedLookup(eps, [user]), eps, user) == ([post], True, True)
