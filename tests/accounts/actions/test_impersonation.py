"""Does an impersonation begin and end once, with an event and an e-mail?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.impersonation import end_expired_impersonations, end_impersonation, start_impersonation
from accounts.models import Impersonation
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.impersonations import (
    WHY,
    ends_because,
    impersonate,
    lose_permission,
    run_out,
    staff_with,
    suspend,
)

pytestmark = pytest.mark.django_db


def events():
    return list(
        HistoryEntry.objects.filter(event__startswith="impersonation.").order_by("pk").values_list("event", flat=True)
    )


def test_impersonation_is_recorded_and_mailed_to_the_person(impersonating, ministry, delegate, delivered):
    row = HistoryEntry.objects.get(event="impersonation.started")
    assert (row.actor, row.entity, row.reason) == (ministry, delegate.entity, WHY)
    (mail,) = delivered()
    assert mail.to == [delegate.email]
    assert WHY in mail.body
    assert ministry.login not in mail.body


def test_a_double_click_begins_one_impersonation_with_one_mail(staff_client, delegate, delivered):
    impersonate(staff_client, delegate)
    assert impersonate(staff_client, delegate).redirect_chain == [("/", 302)]
    assert events() == ["impersonation.started"]
    assert len(delivered()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_begins(ministry, delegate):
    session, start = factories.make_session(ministry), Barrier(2)

    def click(_):
        try:
            start.wait()
            return start_impersonation(by=ministry, account=delegate, session=session, reason=WHY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [False, True]
    assert events() == ["impersonation.started"]


def test_another_delegate_waits_until_this_one_is_left(impersonating, colleague, delegate):
    page = impersonate(impersonating, colleague)
    assert f"ya está viendo el portal como {delegate.login}" in page.text
    assert Impersonation.objects.get().account == delegate


def test_the_action_itself_refuses_who_may_not(delegate, colleague):
    for by in (staff_with("view_account"), colleague):
        with pytest.raises(Refused, match="no tiene el permiso"):
            start_impersonation(by=by, account=delegate, session=factories.make_session(by), reason=WHY)


@pytest.mark.parametrize(("happens", "why"), [(run_out, "time"), (lose_permission, "staff"), (suspend, "account")])
def test_what_nobody_comes_back_to_is_ended_by_the_worker(impersonating, happens, why):
    assert end_expired_impersonations() == 0
    happens()
    assert end_expired_impersonations() == 1
    assert ends_because(why)


def test_ending_twice_writes_one_row(impersonating):
    impersonation = Impersonation.objects.get()
    assert end_impersonation(impersonation=impersonation, by=None, why="time")
    assert not end_impersonation(impersonation=impersonation, by=None, why="time")
    assert events() == ["impersonation.started", "impersonation.ended"]
