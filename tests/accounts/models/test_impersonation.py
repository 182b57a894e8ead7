"""What does PostgreSQL refuse about impersonations, and which does an entity read about?"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.actions.impersonation import end_expired_impersonations
from accounts.models import Account, AccountSession, Impersonation
from tests import factories
from tests.accounts.impersonations import STOP, WHY, client_of

pytestmark = pytest.mark.django_db


def make_impersonation(ministry: Account, delegate: Account, **fields: Any) -> Impersonation:
    now = timezone.now()
    defaults: dict[str, Any] = {
        "staff": ministry,
        "account": delegate,
        "entity": delegate.entity,
        "session": factories.make_session(ministry),
        "reason": WHY,
        "started_at": now,
        "ends_at": now + timedelta(minutes=30),
    }
    return Impersonation.objects.create(**(defaults | fields))


# ---------------------------------------------------------------- what can never be false


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_impersonation_of_oneself_is_refused(delegate):
    with refused_by("impersonation_of_somebody_else"):
        make_impersonation(delegate, delegate)


def test_impersonation_needs_a_reason(ministry, delegate):
    with refused_by("impersonation_says_why"):
        make_impersonation(ministry, delegate, reason="")


@pytest.mark.parametrize("minutes", [-1, 0, 31])
def test_impersonation_lasts_half_an_hour_at_most(ministry, delegate, minutes):
    now = timezone.now()
    with refused_by("impersonation_half_an_hour_at_most"):
        make_impersonation(ministry, delegate, started_at=now, ends_at=now + timedelta(minutes=minutes))


@pytest.mark.parametrize(("minutes", "end"), [(None, "time"), (5, ""), (-5, "stopped"), (31, "time"), (5, "porque")])
def test_an_ended_impersonation_ended_in_time_and_says_why(ministry, delegate, minutes, end):
    ended_at = None if minutes is None else timezone.now() + timedelta(minutes=minutes)
    with refused_by("impersonation_ended_in_time_and_says_why"):
        make_impersonation(ministry, delegate, ended_at=ended_at, end=end)


def test_session_has_one_impersonation_at_a_time(ministry, delegate, colleague):
    impersonation = make_impersonation(ministry, delegate)
    with refused_by("impersonation_one_at_a_time_in_a_session"):
        make_impersonation(ministry, colleague, session=impersonation.session)


def test_impersonation_names_the_entity_of_its_delegate(ministry, delegate, stranger):
    with refused_by("impersonation_account_of_its_entity"):
        make_impersonation(ministry, delegate, entity=stranger.entity)
        connection.check_constraints()


def test_account_without_entity_cannot_be_impersonated(ministry):
    with pytest.raises(IntegrityError, match="entity_id"):
        make_impersonation(ministry, factories.make_natural())


def test_impersonation_outlives_the_row_of_its_session(ministry, delegate):
    impersonation = make_impersonation(ministry, delegate)
    AccountSession.objects.all().delete()
    impersonation.refresh_from_db()
    assert impersonation.session is None
    assert end_expired_impersonations() == 1


# ---------------------------------------------------------------- what the entity sees


def test_home_shows_impersonations_to_delegates_of_the_entity_only(impersonating, delegate, colleague, stranger):
    impersonating.post(STOP)
    assert "vio el portal como usted" in client_of(delegate).get("/").text
    theirs = client_of(colleague).get("/").text
    assert f"vio el portal como el usuario {delegate.login}" in theirs
    assert WHY in theirs
    assert "vio el portal" not in client_of(stranger).get("/").text


def test_after_thirty_days_it_is_history(ministry, delegate):
    long_ago = timezone.now() - timedelta(days=31)
    make_impersonation(ministry, delegate, started_at=long_ago, ends_at=long_ago + timedelta(minutes=5))
    assert "vio el portal" not in client_of(delegate).get("/").text


def test_home_shows_many_impersonations_in_few_lines(ministry, delegate):
    for _ in range(5):
        make_impersonation(ministry, delegate)
    page = client_of(delegate).get("/").text
    assert page.count("vio el portal como usted") == 3
    assert "Hubo más" in page
