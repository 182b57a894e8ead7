"""Can the Ministry's people read the dashboard and act in the admin, on a wide screen, a phone and in the dark?"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.steps import enter_with_app
from tests.mipres_admin.busy import event, failed_mail
from tests.tokens.helpers import make_token
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(ministry, delegate, sede):
    """A month of activations, failed log-ins, a registration that waits too long, a token, a mail that came back."""
    public_keys.clear()
    late = factories.make_registration(sent_at=timezone.now() - timedelta(days=9))
    factories.make_registration()
    for days_ago in range(30):
        event("roles.given", days_ago=days_ago, times=days_ago * 7 % 11)
    event("session.refused", times=3)
    failed_mail()
    return {"late": late, "token": make_token(delegate).row}


def pages(busy):
    """A dashboard, a list, a page of a thing, an act on it, and a review."""
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


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (PHONE, "dark")], ids=["desktop", "phone", "dark"]
)
def test_the_ministry_reads_every_kind_of_page(viewport, scheme, busy, ministry, open_page, judge):
    page = open_page(viewport=viewport)
    page.emulate_media(color_scheme=scheme)
    enter_with_app(page, ministry)
    for address in pages(busy):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        judge.read(page)


def test_a_figure_of_the_dashboard_leads_to_its_list_and_a_chart_to_its_numbers(busy, ministry, open_page, judge):
    page = open_page()
    enter_with_app(page, ministry)
    page.get_by_role("link", name="Administración del Ministerio").first.click()
    chart = page.locator("#panel-activations")
    chart.get_by_text("Ver los datos en una tabla").click()
    expect(chart.get_by_role("row")).to_have_count(31)
    judge.read(page)
    page.get_by_role("link", name="Vencidas: más de 5 días").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    judge.read(page)
