"""Does a forgotten password lead to a new one in a browser: request, inbox, link, log-in?"""

import pytest
from playwright.sync_api import Page, expect

from mipres_admin.outbox.delivery import deliver_due
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import captcha_answer, log_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "otra frase larga y serena"
FORGOTTEN = "Olvidé mi clave - Recordar contraseña"


def fill(page: Page, delegate, email: str) -> None:
    page.goto("/ingresar/")
    page.get_by_role("link", name=FORGOTTEN).click()
    expect(page.get_by_role("heading", name="Recordar contraseña")).to_be_visible()
    page.get_by_label("Usuario").fill(delegate.login)
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(delegate.person.document_number)
    page.get_by_label("Correo electrónico").fill(email)
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())


def send(page: Page) -> None:
    page.get_by_role("button", name="Recordar contraseña").click()
    expect(page.get_by_text("Solicitud recibida.")).to_be_visible()


def set_password(page: Page, checker) -> None:
    expect(page.get_by_role("heading", name="Asignar contraseña")).to_be_visible()
    checker.check(page)
    page.get_by_label("Contraseña Nueva").fill("corta")
    page.get_by_label("Confirmación de Contraseña").fill("corta")
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Revise lo siguiente")).to_be_visible()
    checker.check(page)
    page.get_by_label("Contraseña Nueva").fill(NEW)
    page.get_by_label("Confirmación de Contraseña").fill(NEW)
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Contraseña cambiada exitosamente")).to_be_visible()


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_the_link_of_the_mail_sets_a_password_that_logs_in(open_page, checker, inbox, delegate, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    fill(page, delegate, "otra@correo.example")
    checker.check(page)
    send(page)
    checker.check(page)
    assert deliver_due().sent == 0
    fill(page, delegate, delegate.email)
    send(page)
    assert deliver_due().sent == 1
    page = inbox(page, "Oprima AQUÍ para asignar su contraseña")
    set_password(page, checker)
    log_in(page, delegate.login, NEW)
    expect(page.get_by_text(delegate.entity.name).first).to_be_visible()


def test_a_used_link_says_what_to_do(open_page, checker, delegate):
    page = open_page()
    page.goto("/clave/asignar/no-existe/")
    expect(page.get_by_role("heading", name="Este enlace ya no sirve")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Pedir un enlace nuevo").click()
    expect(page.get_by_role("heading", name="Recordar contraseña")).to_be_visible()
    # the browser's console repeats the status of the page itself
    checker.ignore_status(410)
