"""Somebody who forgot the password, in a browser: ask, read the inbox, set a new one, log in; and the dead link."""

import pytest
from playwright.sync_api import Page, expect

from mipres_admin.outbox.delivery import deliver_due
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.steps import answer, log_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "otra frase larga y serena"
FORGOTTEN = "Olvidé mi clave - Recordar contraseña"


@pytest.fixture
def delegate(settings, live_server, tmp_path):
    """A delegate whose mail is read in the inbox, as in the demonstration."""
    settings.MAILERS = {"default": {"BACKEND": "django_mail_preview.backends.EmailBackend"}}
    settings.MAIL_PREVIEW_ROOT = tmp_path / "inbox"
    settings.PUBLIC_URL = live_server.url
    return factories.make_delegate(factories.make_entity(name="Clínica del Río S.A.S."))


def ask(page: Page, delegate, email: str) -> None:
    page.goto("/ingresar/")
    page.get_by_role("link", name=FORGOTTEN).click()
    expect(page.get_by_role("heading", name="Recordar contraseña")).to_be_visible()
    page.get_by_label("Usuario").fill(delegate.login)
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(delegate.person.document_number)
    page.get_by_label("Correo electrónico").fill(email)
    page.get_by_label("Ingrese el código de la imagen").fill(answer())


def send(page: Page) -> None:
    page.get_by_role("button", name="Recordar contraseña").click()
    expect(page.get_by_text("Solicitud recibida.")).to_be_visible()


def open_the_mail(page: Page) -> Page:
    """Press the words of the manual in the newest mail; the page that opens."""
    page.goto("/correo/")
    page.goto(str(page.locator("a[href*='/correo/sent/2']").first.get_attribute("href")))
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Oprima AQUÍ para asignar su contraseña").click()
    return opened.value


def set_password(page: Page, judge, scripts: bool) -> None:
    expect(page.get_by_role("heading", name="Asignar contraseña")).to_be_visible()
    judge.read(page, scripts=scripts)
    page.get_by_label("Contraseña Nueva").fill("corta")
    page.get_by_label("Confirmación de Contraseña").fill("corta")
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Revise lo siguiente")).to_be_visible()
    judge.read(page, scripts=scripts)
    page.get_by_label("Contraseña Nueva").fill(NEW)
    page.get_by_label("Confirmación de Contraseña").fill(NEW)
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Contraseña cambiada exitosamente")).to_be_visible()


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_recover_read_the_inbox_set_and_log_in(open_page, judge, delegate, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    ask(page, delegate, "otra@correo.example")
    judge.read(page, scripts=scripts)
    send(page)
    judge.read(page, scripts=scripts)
    assert deliver_due().sent == 0
    ask(page, delegate, delegate.email)
    send(page)
    assert deliver_due().sent == 1
    page = open_the_mail(page)
    set_password(page, judge, scripts)
    log_in(page, delegate.login, NEW)
    expect(page.get_by_text(delegate.entity.name).first).to_be_visible()


def test_a_used_link_says_what_to_do(open_page, judge, delegate):
    page = open_page()
    page.goto("/clave/asignar/no-existe/")
    expect(page.get_by_role("heading", name="Este enlace ya no sirve")).to_be_visible()
    judge.read(page)
    page.get_by_role("link", name="Pedir un enlace nuevo").click()
    expect(page.get_by_role("heading", name="Recordar contraseña")).to_be_visible()
    # the browser's console repeats the status of the page itself
    judge.complaints = [said for said in judge.complaints if "410" not in said]
