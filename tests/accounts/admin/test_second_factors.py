"""Does the Ministry decide in the admin from when on a second factor is compulsory?"""

import pytest
from django.test import Client

from accounts.actions import second_factor as actions
from accounts.models import SecondFactorPolicy
from mipres_admin.history.models import HistoryEntry
from tests.accounts.second_factors import policy

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- the dated switch


POLICIES = "/admin/accounts/secondfactorpolicy/"


@pytest.fixture
def ministry_client(ministry):
    client = Client()
    client.force_login(ministry)
    return client


def test_ministry_sets_policy_day_in_the_admin_and_it_is_recorded(ministry, ministry_client):
    ministry_client.post(f"{POLICIES}add/", {"kind": "EPS_C", "compulsory_from": "2027-01-31", "reason": "Circular 12"})
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.actor, entry.object_id) == ("factor.policy_changed", ministry, "EPS_C")
    assert str(SecondFactorPolicy.objects.get().compulsory_from) == "2027-01-31"


def test_the_ministry_makes_it_optional_again(ministry_client):
    policy(3)
    ministry_client.post(f"{POLICIES}IPS/acto/quitar/", {"reason": "Circular 13"})
    assert not SecondFactorPolicy.objects.exists()
    last = HistoryEntry.objects.latest("id")
    assert (last.after, last.reason) == ({}, "Circular 13")


def test_the_same_day_again_is_no_change():
    policy(3)
    assert not actions.require_factor(by=None, kind="IPS", since=SecondFactorPolicy.objects.get().compulsory_from)
