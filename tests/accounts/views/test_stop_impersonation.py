"""Where does "Dejar de ver" lead?"""

import pytest

from accounts.actions.impersonation import start_impersonation
from accounts.models import AccountSession, Impersonation
from mipres_admin.history.models import HistoryEntry
from tests.accounts.impersonations import STOP, WHY, client_of, staff_with

pytestmark = pytest.mark.django_db


def events():
    return list(
        HistoryEntry.objects.filter(event__startswith="impersonation.").order_by("pk").values_list("event", flat=True)
    )


# ---------------------------------------------------------------- the end


def test_stopping_leads_back_to_the_account(impersonating, ministry, delegate):
    page = impersonating.post(STOP, follow=True)
    assert page.redirect_chain == [(f"/admin/accounts/account/{delegate.pk}/change/", 302)]
    assert f"Dejó de ver el portal como {delegate.login}" in page.text
    row = HistoryEntry.objects.get(event="impersonation.ended")
    assert (row.actor, row.entity, row.reason) == (ministry, delegate.entity, WHY)
    assert impersonating.get("/usuarios/").status_code == 403


def test_stopping_an_impersonation_twice_is_once(impersonating):
    impersonating.post(STOP)
    assert impersonating.post(STOP).url == "/"
    assert events() == ["impersonation.started", "impersonation.ended"]


def test_opening_the_address_of_the_stop_ends_nothing(impersonating):
    assert impersonating.get(STOP).url == "/"
    assert Impersonation.objects.not_ended().exists()


def test_who_may_not_list_accounts_is_led_home(delegate):
    client = client_of(staff_with("impersonate_delegate"))
    session = AccountSession.objects.get()
    start_impersonation(by=session.account, account=delegate, session=session, reason=WHY)
    assert client.post(STOP).url == "/"
