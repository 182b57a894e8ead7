"""Which associations can exist?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from entities.models import Association, Entity
from tests.factories import make_entity

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_entity_is_not_associated_with_itself(ips):
    with refused_by("association_of_two_entities"):
        Association.objects.create(owner=ips, member=ips)


def test_association_ends_after_it_starts(ips):
    now = timezone.now()
    with refused_by("association_ends_after_it_starts"):
        Association.objects.create(owner=make_entity("EPS_C"), member=ips, starts_at=now, ends_at=now - timedelta(1))


def test_entity_is_associated_once_at_a_time(ips):
    eps = make_entity("EPS_C")
    Association.objects.create(owner=eps, member=ips)
    with refused_by("association_no_overlap"):
        Association.objects.create(owner=eps, member=ips)


@pytest.mark.parametrize(
    ("owner", "member"),
    [("EPS_C", "EPS_S"), ("EPS_S", "ET"), ("ET", "PPN"), ("ET", "IPS"), ("ET", "EPS_C"), ("IPS", "PROV")],
)
def test_association_is_of_kinds_that_go_together(owner, member):
    with refused_by("association_owner_takes_such_members"):
        Association.objects.create(owner=make_entity(owner), member=make_entity(member))


def test_kinds_of_an_association_cannot_be_forged(ips):
    with refused_by("association_owner_takes_such_members"):
        Association.objects.create(owner=ips, member=make_entity("ET"), owner_kind="ET", member_kind="EPS_S")


def test_kinds_of_an_association_cannot_be_changed(ips):
    made = Association.objects.create(owner=make_entity("EPS_C"), member=ips)
    Association.objects.update(owner_kind="ET", member_kind="EPS_S")
    made.refresh_from_db()
    assert (made.owner_kind, made.member_kind, made.relation) == ("EPS_C", "IPS", "EPS_IPS")


def test_entity_in_a_network_cannot_change_its_kind(db):
    made = Association.objects.create(owner=make_entity("ET"), member=make_entity("EPS_S"))
    with refused_by("association_member_of_its_kind"):
        Entity.objects.filter(pk=made.member_id).update(kind="EPS_C")


def test_owner_of_a_network_cannot_change_its_kind(ips):
    made = Association.objects.create(owner=make_entity("EPS_C"), member=ips)
    with refused_by("association_owner_of_its_kind"):
        Entity.objects.filter(pk=made.owner_id).update(kind="EPS_S")


def test_ended_association_needs_its_end_date(ips, delegate):
    with refused_by("association_ended_by_only_when_ended"):
        Association.objects.create(owner=make_entity("EPS_C"), member=ips, ended_by=delegate)
