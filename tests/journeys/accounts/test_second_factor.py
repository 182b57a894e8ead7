"""Second factor, sessions and change of entity, as people meet them in a browser."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, AccountSession, AuthenticatorApp, Passkey
from tests import factories
from tests.journeys.conftest import PHONE
from tests.journeys.steps import answer, log_in, menu, open_menu

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=20_000)
PICTURES = os.environ.get("MIPRES_PICTURES")


def picture(page: Page, name: str) -> None:
    """A photograph for whoever works on the page, when a folder for it is named."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def leave(page: Page) -> None:
    open_menu(page)
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_text("Usted ha salido del portal.")).to_be_visible()


def see(page: Page, judge, heading: str, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    judge.read(page)
    picture(page, name)


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_the_ministry_adds_an_app_enters_and_comes_back_with_it(open_page, judge, viewport):
    account = Account.objects.create_superuser("MINSALUD01", factories.PASSWORD, email="soporte@minsalud.example")
    page = open_page(viewport=viewport) if viewport else open_page()
    width = "phone" if viewport else "desk"
    log_in(page, account.login)
    see(page, judge, "Agregue un segundo factor", f"needed-{width}")
    page.get_by_role("link", name="Aplicación de autenticación").click()
    see(page, judge, "Agregar una aplicación de autenticación", f"totp-{width}")
    page.get_by_role("button", name="Agregar aplicación").click()
    expect(page.get_by_text("Ingrese los 6 números que muestra la aplicación.").first).to_be_visible()
    see(page, judge, "Agregar una aplicación de autenticación", f"totp-empty-{width}")
    key = page.locator(".code-box").inner_text().replace(" ", "")
    page.get_by_label("Código de la aplicación").fill(factories.code_of_key(key))
    page.get_by_role("button", name="Agregar aplicación").click()
    see(page, judge, "Códigos de recuperación", f"codes-{width}")
    assert page.locator(".recovery li").count() == 10
    page.get_by_role("button", name="Ya los guardé").click()
    see(page, judge, "Seguridad de la cuenta", f"security-{width}")
    assert page.request.get("/admin/").url.endswith("/admin/")
    page.goto("/")
    leave(page)
    log_in(page, account.login)
    page.get_by_label("Código").fill("000000")
    page.get_by_role("button", name="Ingresar con el código").click()
    see(page, judge, "Segundo factor", f"second-{width}")
    page.get_by_label("Código").fill(factories.code_of(AuthenticatorApp.objects.get(), 1))
    page.get_by_role("button", name="Ingresar con el código").click()
    expect(page.get_by_role("link", name="Administración del Ministerio").first).to_be_visible()


def with_an_authenticator(page: Page) -> Page:
    """Chromium's own make-believe security key, which answers at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_a_delegate_adds_a_passkey_comes_back_with_it_and_removes_it(delegate, open_page, judge):
    page = with_an_authenticator(open_page())
    log_in(page, delegate.login)
    menu(page, "Seguridad de la cuenta")
    see(page, judge, "Seguridad de la cuenta", "security-none")
    page.get_by_role("link", name="Agregar llave de acceso").click()
    see(page, judge, "Agregar una llave de acceso", "passkey")
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Crear la llave de acceso").click()
    expect(page.get_by_role("heading", level=1, name="Códigos de recuperación")).to_be_visible()
    page.get_by_role("button", name="Ya los guardé").click()
    leave(page)
    log_in(page, delegate.login)
    see(page, judge, "Segundo factor", "second-passkey")
    page.get_by_role("button", name="Usar la llave de acceso").click()
    expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
    assert AccountSession.objects.latest("id").verified_by == "passkey"
    menu(page, "Seguridad de la cuenta")
    page.get_by_role("link", name=re.compile("^Retirar")).click()
    see(page, judge, "Retirar «Este equipo»", "remove")
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Retirar").click()
    expect(page.get_by_text("ya no sirve para ingresar")).to_be_visible()
    assert not Passkey.objects.exists()


def test_a_passkey_of_another_person_does_not_open_the_account(delegate, stranger, open_page, judge):
    page = with_an_authenticator(open_page())
    log_in(page, stranger.login)
    page.goto("/seguridad/llave/")
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Crear la llave de acceso").click()
    expect(page.get_by_role("heading", level=1, name="Códigos de recuperación")).to_be_visible()
    page.goto("/")
    leave(page)
    factories.make_app(delegate)
    log_in(page, delegate.login)
    expect(page.get_by_role("button", name="Usar la llave de acceso")).to_have_count(0)
    judge.read(page)


def test_a_warning_keeps_the_form_and_a_late_form_waits(delegate, open_page, judge, settings):
    settings.SESSION_WARNING_SECONDS = 1_199
    page = open_page()
    log_in(page, delegate.login)
    page.goto("/usuarios/activar/")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    judge.read(page)
    picture(page, "warning")
    settings.SESSION_WARNING_SECONDS = 120
    AccountSession.objects.update(ended_at=AccountSession.objects.latest("id").last_seen_at)
    dialog.get_by_role("button", name="Continuar").click()
    expect(dialog.get_by_role("heading", name="Su sesión se cerró")).to_be_visible()
    judge.read(page)
    dialog.get_by_role("button", name="Entendido").click()
    page.get_by_label("Profesional de la Salud y/o", exact=False).check()
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill("1025000999")
    page.get_by_role("button", name="Buscar usuario").click()
    expect(page.get_by_text("cuando ingrese podrá enviarlo otra vez")).to_be_visible()
    judge.read(page)
    picture(page, "login-late")
    page.get_by_label("Usuario").fill(delegate.login)
    page.get_by_label("Contraseña", exact=False).first.fill(factories.PASSWORD)
    page.get_by_label("Ingrese el código de la imagen").fill(answer())
    page.get_by_role("button", name="Ingresar").click()
    see(page, judge, "Enviar lo que quedó pendiente", "resume")
    page.get_by_role("button", name="Enviar ahora").click()
    expect(page.get_by_text("Usuario no registrado para esta aplicación")).to_be_visible()


def test_continuing_closes_the_warning_and_leaves_the_page(delegate, open_page, judge, settings):
    settings.SESSION_WARNING_SECONDS = 1_190
    page = open_page()
    log_in(page, delegate.login)
    page.goto("/usuarios/activar/")
    page.get_by_label("Documento identificación").fill("1025")
    AccountSession.objects.update(last_seen_at="2020-01-01T00:00Z", started_at="2020-01-01T00:00Z")
    session = AccountSession.objects.get()
    session.last_seen_at = session.started_at = session.last_seen_at.now(session.last_seen_at.tzinfo)
    session.save()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=15_000)
    dialog.get_by_role("button", name="Continuar").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Documento identificación")).to_have_value("1025")
    judge.read(page)


def test_a_delegate_of_two_entities_changes_between_them_on_a_phone(delegate, open_page, judge):
    second = factories.make_delegate(factories.make_entity(name="Clínica Segunda"), person=delegate.person)
    page = open_page(viewport=PHONE)
    log_in(page, delegate.login)
    page.get_by_role("link", name="Cambiar de entidad").click()
    see(page, judge, "Cambiar de entidad", "switch-phone")
    page.get_by_role("button", name=second.login).click()
    expect(page.get_by_text("Ahora trabaja para Clínica Segunda")).to_be_visible()
    judge.read(page)
    picture(page, "switched-phone")


def test_without_javascript_the_second_factor_works_by_code(delegate, open_page, judge):
    app, page = factories.make_app(delegate), open_page(scripts=False)
    log_in(page, delegate.login)
    page.get_by_label("Código").fill(factories.code_of(app))
    judge.read(page, scripts=False)
    page.get_by_role("button", name="Ingresar con el código").click()
    expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
