"""The Ministry helps a delegate on the telephone: it sees what he sees, can change nothing, and he reads of it."""

import os

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.steps import enter_with_app, log_in, menu

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=20_000)
PICTURES = os.environ.get("MIPRES_PICTURES")
WHY = "La entidad llamó: no encuentra a una usuaria"


def picture(page: Page, name: str) -> None:
    """A photograph for whoever works on the page, when a folder for it is named."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def see(page: Page, judge, heading: str, name: str, width: str) -> None:
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    judge.read(page)
    picture(page, f"{name}-{width}")


def expect_band(page: Page, delegate: Account) -> None:
    band = page.get_by_role("status").filter(has_text=f"Está viendo el portal como {delegate.login}")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(band).to_be_in_viewport()
    expect(band.get_by_role("button", name="Dejar de ver")).to_be_in_viewport()
    page.evaluate("window.scrollTo(0, 0)")


def begin(page: Page, delegate: Account, width: str, judge=None) -> None:
    """From the list of accounts in the admin to the home of the delegate."""
    page.goto(f"/admin/accounts/account/?q={delegate.login}")
    page.get_by_role("link", name=delegate.login, exact=True).click()
    picture(page, f"account-{width}")
    page.get_by_role("link", name="Ver como este delegado").click()
    expect(page.get_by_text("La persona recibe un correo")).to_be_visible()
    picture(page, f"begin-{width}")
    if judge is not None:
        judge.read(page)
    page.get_by_label("Motivo").fill(WHY)
    page.get_by_role("button", name="Ver como este delegado").click()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_ministry_looks_and_the_delegate_reads_of_it(ministry, delegate, sede, open_page, judge, viewport):
    width = "desk" if viewport is DESKTOP else "phone"
    factories.make_assignment(factories.make_user(), sede, "Rol_Prescriptor", delegate)
    page = open_page(viewport=viewport)
    enter_with_app(page, ministry)
    begin(page, delegate, width, judge)
    see(page, judge, "Le damos la bienvenida", "home", width)
    expect_band(page, delegate)
    menu(page, "Consultar Usuarios")
    see(page, judge, "Consultar Usuarios", "users", width)
    expect_band(page, delegate)
    menu(page, "Activar Usuarios")
    page.get_by_role("button", name="Buscar usuario").click()
    see(page, judge, "Está viendo el portal como", "refused", width)
    expect(page.get_by_role("heading", name="No puede cambiar nada")).to_be_visible()
    page.goto("/seguridad/")
    expect(page.get_by_role("heading", name="Esta página no se muestra")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_text("Fuera de la administración está viendo")).to_be_visible()
    judge.read(page)
    picture(page, f"admin-{width}")
    page.get_by_role("link", name="Ir a lo que ve el delegado").click()
    page.get_by_role("status").get_by_role("button", name="Dejar de ver").click()
    expect(page.get_by_text(f"Dejó de ver el portal como {delegate.login}")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("Su cuenta es del Ministerio")).to_be_visible()
    assert not HistoryEntry.objects.filter(actor=delegate).exists()
    theirs = open_page(viewport=viewport)
    log_in(theirs, delegate.login)
    expect(theirs.get_by_text("vio el portal como usted")).to_be_visible()
    see(theirs, judge, "Le damos la bienvenida", "told", width)
    judge.complaints = [said for said in judge.complaints if "403" not in said]


def test_without_javascript_it_is_announced_and_stopped_too(ministry, delegate, open_page, judge):
    page = open_page(scripts=False)
    enter_with_app(page, ministry)
    begin(page, delegate, "plain")
    expect(page.get_by_text(f"Está viendo el portal como {delegate.login}")).to_be_visible()
    judge.read(page, scripts=False)
    page.get_by_role("button", name="Dejar de ver").first.click()
    expect(page.get_by_text("Dejó de ver el portal como")).to_be_visible()
