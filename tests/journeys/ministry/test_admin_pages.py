"""Are the pages of the admin accessible at every width, in the light and the dark scheme?"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.mipres_admin.busy import event, failed_mail
from tests.tokens.helpers import make_token
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(ministry, delegate, sede):
    """A month of activations, failed log-ins, an overdue registration, a token, a failed mail."""
    public_keys.clear()
    late = factories.make_registration(sent_at=timezone.now() - timedelta(days=9))
    factories.make_registration()
    for days_ago in range(30):
        event("roles.given", days_ago=days_ago, times=days_ago * 7 % 11)
    event("session.refused", times=3)
    failed_mail()
    return {"late": late, "token": make_token(delegate).row}


def pages(busy):
    """A dashboard, a list, an object, an action on it, and a review."""
    token, late = busy["token"].pk, busy["late"].pk
    return (
        "/admin/",
        "/admin/tokens/portaltoken/",
        f"/admin/tokens/portaltoken/{token}/change/",
        f"/admin/tokens/portaltoken/{token}/acto/revocar/",
        f"/admin/tokens/portaltoken/{token}/history/",
        "/admin/tokens/",
        "/admin/outbox/outgoingmail/",
        "/admin/accounts/secondfactorpolicy/add/",
        "/admin/delegates/entityregistration/",
        f"/admin/delegates/entityregistration/{late}/change/",
    )


def test_every_kind_of_admin_page_in_the_light_and_dark_scheme(busy, ministry, open_page, checker):
    page = open_page(ministry)
    addresses = pages(busy)
    for scheme in ("dark", "light"):
        # before the pages open: colours that change on an open page take a moment
        page.emulate_media(color_scheme=scheme)
        for address in addresses:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            checker.check(page)


def test_dashboard_figures_lead_to_lists_and_charts_to_tables(busy, ministry, open_page, checker):
    page = open_page(ministry)
    page.goto("/")
    page.get_by_role("link", name="Administración del Ministerio").first.click()
    chart = page.locator("#panel-activations")
    chart.get_by_text("Ver los datos en una tabla").click()
    expect(chart.get_by_role("row")).to_have_count(31)
    checker.check(page)
    page.get_by_role("link", name="Vencidas: más de 5 días").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    checker.check(page)
