"""Can an official find a delegate, suspend him and let him in again, on a desktop and on a phone?"""

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.models import Account
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_official_suspends_and_reactivates_a_delegate(open_page, live_server, judge, delegate, sede, viewport):
    client = Client()
    client.force_login(
        Account.objects.create_superuser("MINSALUD01", factories.PASSWORD, email="soporte@minsalud.example")
    )
    page = open_page(viewport=viewport)
    page.context.add_cookies([{"name": "sesion", "value": client.cookies["sesion"].value, "url": live_server.url}])
    page.goto("/admin/entities/entity/")
    judge.read(page)
    page.get_by_role("link", name="Clínica del Río").first.click()
    judge.read(page)
    page.get_by_role("link", name="Delegados", exact=True).last.click()
    judge.read(page)
    page.get_by_role("link", name=delegate.login).click()
    judge.read(page)
    page.get_by_role("link", name="Suspender delegado").click()
    judge.read(page)
    page.get_by_role("button", name="Suspender delegado").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    judge.read(page)
    page.get_by_label("Motivo").fill("Denuncia de la entidad")
    page.get_by_role("button", name="Suspender delegado").click()
    expect(page.get_by_text("quedó suspendido")).to_be_visible()
    expect(page.get_by_text("No: suspendida por el Ministerio")).to_be_visible()
    page.get_by_role("link", name="Reactivar delegado").click()
    page.get_by_label("Motivo").fill("Se aclaró")
    page.get_by_role("button", name="Reactivar delegado").click()
    expect(page.get_by_text("quedó reactivado")).to_be_visible()
    page.get_by_role("link", name="Historia", exact=True).first.click()
    expect(page.get_by_text("Se aclaró")).to_be_visible()
    judge.read(page)
