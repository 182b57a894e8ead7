"""Can the Ministry find a delegate from the entity, suspend and reactivate them, in a browser?"""

import pytest
from playwright.sync_api import expect

from tests.journeys.page_checker import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_ministry_suspends_and_reactivates_a_delegate(open_page, checker, ministry, delegate, sede):
    page = open_page(ministry, viewport=PHONE)
    page.goto("/admin/entities/entity/")
    checker.check(page)
    page.get_by_role("link", name="Clínica del Río").first.click()
    checker.check(page)
    page.get_by_role("link", name="Delegados", exact=True).last.click()
    checker.check(page)
    page.get_by_role("link", name=delegate.login).click()
    checker.check(page)
    page.get_by_role("link", name="Suspender delegado").click()
    checker.check(page)
    page.get_by_role("button", name="Suspender delegado").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    checker.check(page)
    page.get_by_label("Motivo").fill("Denuncia de la entidad")
    page.get_by_role("button", name="Suspender delegado").click()
    expect(page.get_by_text("quedó suspendido")).to_be_visible()
    expect(page.get_by_text("No: suspendida por el Ministerio")).to_be_visible()
    page.get_by_role("link", name="Reactivar cuenta").click()
    page.get_by_label("Motivo").fill("Se aclaró")
    page.get_by_role("button", name="Reactivar cuenta").click()
    expect(page.get_by_text("quedó reactivada")).to_be_visible()
    page.get_by_role("link", name="Historia", exact=True).first.click()
    expect(page.get_by_text("Se aclaró")).to_be_visible()
    checker.check(page)
