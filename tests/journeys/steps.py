"""Which steps do journeys share? Logging in and out, the menu, finding a user."""

from captcha.models import CaptchaStore
from playwright.sync_api import Page, expect

from tests import factories


def captcha_answer() -> str:
    """What a person would read in the newest image."""
    return str(CaptchaStore.objects.latest("id").response)


def log_in(page: Page, login: str, password: str = factories.PASSWORD) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_label("Usuario").fill(login)
    page.get_by_label("Contraseña", exact=False).first.fill(password)
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())
    page.get_by_role("button", name="Ingresar").click()


def log_out(page: Page) -> None:
    open_menu(page)
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_text("Usted ha salido del portal.")).to_be_visible()


def expect_heading(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def open_menu(page: Page) -> None:
    """On a phone the menu is folded away."""
    folded = page.get_by_role("navigation").get_by_text("Menú", exact=True)
    if folded.is_visible():
        folded.click()


def menu(page: Page, item: str) -> None:
    open_menu(page)
    link = page.get_by_role("navigation").get_by_role("link", name=item).first
    address = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{address}")


def find_user(page: Page, option: str, number: str) -> None:
    """Activar Usuarios: choose the option and search a CC document."""
    menu(page, "Activar Usuarios")
    page.get_by_label(option, exact=True).check()
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(number)
    page.get_by_role("button", name="Buscar usuario").click()
