"""Do second factors, the warning before the end of a session, and the change of entity work in a browser?"""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AccountSession, AuthenticatorApp, Passkey
from tests import factories
from tests.journeys.page_checker import PHONE
from tests.journeys.steps import captcha_answer, expect_heading, log_in, log_out, menu

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_ministry_adds_an_app_and_logs_in_again_with_it(ministry, open_page, checker):
    page = open_page(viewport=PHONE)
    log_in(page, ministry.login)
    expect_heading(page, "Agregue un segundo factor")
    checker.check(page)
    page.get_by_role("link", name="Aplicación de autenticación").click()
    expect_heading(page, "Agregar una aplicación de autenticación")
    checker.check(page)
    page.get_by_role("button", name="Agregar aplicación").click()
    expect(page.get_by_text("Ingrese los 6 números que muestra la aplicación.").first).to_be_visible()
    expect_heading(page, "Agregar una aplicación de autenticación")
    checker.check(page)
    key = page.locator(".code-box").inner_text().replace(" ", "")
    page.get_by_label("Código de la aplicación").fill(factories.code_of_key(key))
    page.get_by_role("button", name="Agregar aplicación").click()
    expect_heading(page, "Códigos de recuperación")
    checker.check(page)
    assert page.locator(".recovery li").count() == 10
    page.get_by_role("button", name="Ya los guardé").click()
    expect_heading(page, "Seguridad de la cuenta")
    checker.check(page)
    assert page.request.get("/admin/").url.endswith("/admin/")
    page.goto("/")
    log_out(page)
    log_in(page, ministry.login)
    page.get_by_label("Código").fill("000000")
    page.get_by_role("button", name="Ingresar con el código").click()
    expect_heading(page, "Segundo factor")
    checker.check(page)
    page.get_by_label("Código").fill(factories.code_of(AuthenticatorApp.objects.get(), 1))
    page.get_by_role("button", name="Ingresar con el código").click()
    expect(page.get_by_role("link", name="Administración del Ministerio").first).to_be_visible()


def with_authenticator(page: Page) -> Page:
    """With Chromium's own virtual security key, which answers at once."""
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


def test_a_passkey_is_added_logs_in_alone_or_after_the_password_and_goes(delegate, open_page, checker):
    page = with_authenticator(open_page())
    log_in(page, delegate.login)
    menu(page, "Seguridad de la cuenta")
    expect_heading(page, "Seguridad de la cuenta")
    checker.check(page)
    page.get_by_role("link", name="Agregar llave de acceso").click()
    expect_heading(page, "Agregar una llave de acceso")
    checker.check(page)
    page.get_by_role("button", name="Crear la llave de acceso").click()
    expect(page.get_by_role("heading", level=1, name="Códigos de recuperación")).to_be_visible()
    page.get_by_role("button", name="Ya los guardé").click()
    log_out(page)
    checker.check(page)
    page.get_by_role("button", name="Usar una llave de acceso").click()
    expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
    log_out(page)
    log_in(page, delegate.login)
    expect_heading(page, "Segundo factor")
    checker.check(page)
    page.get_by_role("button", name="Usar la llave de acceso").click()
    expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
    assert AccountSession.objects.latest("id").verified_by == "passkey"
    menu(page, "Seguridad de la cuenta")
    page.get_by_role("link", name=re.compile("^Retirar")).click()
    expect_heading(page, "Retirar «Este equipo»")
    checker.check(page)
    page.get_by_role("button", name="Retirar").click()
    expect(page.get_by_text("ya no sirve para ingresar")).to_be_visible()
    assert not Passkey.objects.exists()


def test_the_passkey_of_another_person_is_not_offered(delegate, stranger, open_page, checker):
    page = with_authenticator(open_page(stranger))
    page.goto("/seguridad/llave/")
    page.get_by_role("button", name="Crear la llave de acceso").click()
    expect(page.get_by_role("heading", level=1, name="Códigos de recuperación")).to_be_visible()
    page.goto("/")
    log_out(page)
    factories.make_app(delegate)
    log_in(page, delegate.login)
    expect(page.get_by_role("button", name="Usar la llave de acceso")).to_have_count(0)
    checker.check(page)


def test_a_form_sent_after_the_session_ended_waits_for_the_log_in(delegate, open_page, checker, settings):
    settings.SESSION_WARNING_SECONDS = 1_199
    page = open_page(delegate)
    page.goto("/usuarios/activar/")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    checker.check(page)
    settings.SESSION_WARNING_SECONDS = 120
    AccountSession.objects.update(ended_at=AccountSession.objects.latest("id").last_seen_at)
    dialog.get_by_role("button", name="Continuar").click()
    expect(dialog.get_by_role("heading", name="Su sesión se cerró")).to_be_visible()
    checker.check(page)
    dialog.get_by_role("button", name="Entendido").click()
    page.get_by_label("Profesional de la Salud y/o", exact=False).check()
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill("1025000999")
    page.get_by_role("button", name="Buscar usuario").click()
    expect(page.get_by_text("cuando ingrese podrá enviarlo otra vez")).to_be_visible()
    checker.check(page)
    page.get_by_label("Usuario").fill(delegate.login)
    page.get_by_label("Contraseña", exact=False).first.fill(factories.PASSWORD)
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())
    page.get_by_role("button", name="Ingresar").click()
    expect_heading(page, "Enviar lo que quedó pendiente")
    checker.check(page)
    page.get_by_role("button", name="Enviar ahora").click()
    expect(page.get_by_text("Usuario no registrado para esta aplicación")).to_be_visible()


def test_continuing_the_session_keeps_what_the_form_holds(delegate, open_page, checker, settings):
    settings.SESSION_WARNING_SECONDS = 1_190
    page = open_page(delegate)
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
    checker.check(page)


def test_a_delegate_of_two_entities_changes_between_them(delegate, open_page, checker):
    second = factories.make_delegate(factories.make_entity(name="Clínica Segunda"), person=delegate.person)
    page = open_page(delegate, viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="Cambiar de entidad").click()
    expect_heading(page, "Cambiar de entidad")
    checker.check(page)
    page.get_by_role("button", name=second.login).click()
    checker.check(page)
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Cambiar").click()
    expect(page.get_by_text("Ahora trabaja para Clínica Segunda")).to_be_visible()
    checker.check(page)


def test_the_second_factor_works_by_code_without_javascript(delegate, open_page, checker):
    app, page = factories.make_app(delegate), open_page(scripts=False)
    page.goto("/ingresar/")
    expect(page.get_by_role("button", name="Usar una llave de acceso")).to_have_count(0)
    log_in(page, delegate.login)
    page.get_by_label("Código").fill(factories.code_of(app))
    checker.check(page)
    page.get_by_role("button", name="Ingresar con el código").click()
    expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
