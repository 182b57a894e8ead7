"""Does the Ministry see what a delegate sees, unable to change it, and is the delegate told, in a browser?"""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.journeys.page_checker import PHONE
from tests.journeys.steps import expect_heading, menu

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "La entidad llamó: no encuentra a una usuaria"


def expect_band(page: Page, delegate: Account) -> None:
    band = page.get_by_role("status").filter(has_text=f"Está viendo el portal como {delegate.login}")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(band).to_be_in_viewport()
    expect(band.get_by_role("button", name="Dejar de ver")).to_be_in_viewport()
    page.evaluate("window.scrollTo(0, 0)")


def start(page: Page, delegate: Account, checker=None) -> None:
    """From the list of accounts in the admin to the home of the delegate."""
    page.goto(f"/admin/accounts/account/?q={delegate.login}")
    page.get_by_role("link", name=delegate.login, exact=True).click()
    page.get_by_role("link", name="Ver como este delegado").click()
    expect(page.get_by_text("La persona recibe un correo")).to_be_visible()
    if checker is not None:
        checker.check(page)
    page.get_by_label("Motivo").fill(REASON)
    page.get_by_role("button", name="Ver como este delegado").click()


def test_the_ministry_impersonates_a_delegate_who_is_told(ministry, delegate, sede, open_page, checker):
    factories.make_assignment(factories.make_user(), sede, "Rol_Prescriptor", delegate)
    page = open_page(ministry, viewport=PHONE)
    start(page, delegate, checker)
    expect_heading(page, "Le damos la bienvenida")
    checker.check(page)
    expect_band(page, delegate)
    menu(page, "Consultar Usuarios")
    expect_heading(page, "Consultar Usuarios")
    checker.check(page)
    expect_band(page, delegate)
    menu(page, "Activar Usuarios")
    page.get_by_role("button", name="Buscar usuario").click()
    expect_heading(page, "Está viendo el portal como")
    checker.check(page)
    expect(page.get_by_role("heading", name="No puede cambiar nada")).to_be_visible()
    page.goto("/seguridad/")
    expect(page.get_by_role("heading", name="Esta página no se muestra")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_text("Fuera de la administración está viendo")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Ir a lo que ve el delegado").click()
    page.get_by_role("status").get_by_role("button", name="Dejar de ver").click()
    expect(page.get_by_text(f"Dejó de ver el portal como {delegate.login}")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("Su cuenta es del Ministerio")).to_be_visible()
    assert not HistoryEntry.objects.filter(actor=delegate).exists()
    page_of_delegate = open_page(delegate, viewport=PHONE)
    page_of_delegate.goto("/")
    expect(page_of_delegate.get_by_text("vio el portal como usted")).to_be_visible()
    expect_heading(page_of_delegate, "Le damos la bienvenida")
    checker.check(page_of_delegate)
    checker.ignore_status(403)


def test_impersonation_is_announced_and_ended_without_javascript(ministry, delegate, open_page, checker):
    page = open_page(ministry, scripts=False)
    start(page, delegate)
    expect(page.get_by_text(f"Está viendo el portal como {delegate.login}")).to_be_visible()
    checker.check(page)
    page.get_by_role("button", name="Dejar de ver").first.click()
    expect(page.get_by_text("Dejó de ver el portal como")).to_be_visible()
