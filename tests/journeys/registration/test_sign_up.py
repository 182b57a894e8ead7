"""Do people open an account and register as professional, delegate or provider, in a browser?"""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Account
from delegates.models import Representation
from roles.models import RethusEntry
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.registration.steps import (
    PersonDetails,
    choose_kind,
    choose_password,
    fill_delegate,
    fill_place,
    fill_sign_up,
    in_civil_registry,
    send_registration,
)
from tests.journeys.steps import captcha_answer, expect_heading, log_in, menu

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "1025000111"
MARIA = PersonDetails(NUMBER, "María", "Suárez")


@pytest.fixture
def in_registries():
    """The Registro civil and ReTHUS have the person."""
    in_civil_registry(MARIA)
    RethusEntry.objects.create(
        document_type="CC", document_number=NUMBER, profession_id="P07", registry_number="RM-1025"
    )


def sign_up(page: Page, checker) -> None:
    page.goto("/ingresar/")
    page.get_by_role("link", name="Regístrese en Mi Seguridad Social").click()
    checker.check(page)
    page.get_by_role("button", name="Registrarse").click()
    expect(page.get_by_text("Revise lo siguiente")).to_be_visible()
    checker.check(page)
    fill_sign_up(page, MARIA)
    page.get_by_role("button", name="Registrarse").click()
    expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
    checker.check(page)


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_person_signs_up_and_registers_as_a_professional(open_page, checker, inbox, in_registries, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    sign_up(page, checker)
    page = inbox(page, "Oprima AQUÍ para abrir su cuenta")
    checker.check(page)
    choose_password(page, "Abrir mi cuenta")
    log_in(page, f"CC{NUMBER}")
    expect(page.get_by_role("heading", name="Mi lista de roles")).to_be_visible()
    checker.check(page)
    menu(page, "Registro de Usuarios de MIPRES")
    checker.check(page)
    page.get_by_role("link", name="MIPRES", exact=True).click()
    checker.check(page)
    page.get_by_role("link", name="Profesional de la salud").click()
    checker.check(page)
    page.get_by_role("link", name="Continuar con el registro").click()
    checker.check(page)
    send_registration(page)
    expect(page.get_by_text(f"Su usuario de MIPRES es CC{NUMBER}")).to_be_visible()
    menu(page, "Mis datos")
    expect(page.get_by_text("registro RM-1025")).to_be_visible()
    checker.check(page)


@pytest.fixture
def appointed():
    """The account of a person whom an approved IPS has appointed."""
    account = factories.make_natural(factories.make_person(document_number=NUMBER, first_name="Rosa"))
    entity = factories.make_entity(name="Clínica del Valle S.A.S.", nit="900123456")
    Representation.objects.create(entity=entity, person=factories.make_person())
    factories.make_appointment(entity, factories.make_natural(), account.person, email="rosa@clinica.example")
    return account


def test_an_appointed_person_registers_and_logs_in_as_delegate(open_page, checker, inbox, appointed):
    page = open_page()
    page.goto("/registro/mipres/delegado/")
    checker.check(page)
    page.get_by_role("link", name="Ingresar y continuar").click()
    page.get_by_label("Usuario").fill(appointed.login)
    page.get_by_label("Contraseña").first.fill(factories.PASSWORD)
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_role("heading", name="Registrar usuario")).to_be_visible()
    choose_kind(page, "ET")
    expect(page.get_by_text("Modelo 1 - Entidad Territorial Asume Red")).to_be_visible()
    checker.check(page)
    choose_kind(page, "IPS")
    fill_delegate(page, "900999999")
    expect(page.get_by_role("heading", name="Entidad no registrada")).to_be_visible()
    checker.check(page)
    fill_delegate(page, "900123456")
    expect(page.get_by_text("Enviamos a r***@clinica.example el enlace")).to_be_visible()
    checker.check(page)
    page = inbox(page, "Oprima AQUÍ para asignar su contraseña")
    checker.check(page)
    choose_password(page, "Asignar contraseña")
    page.context.clear_cookies()
    log_in(page, "ADMIPS900123456")
    expect(page.get_by_text("Clínica del Valle S.A.S.").first).to_be_visible()
    assert Account.objects.get(login="ADMIPS900123456").last_login <= timezone.now()


def test_a_natural_person_registers_as_provider(open_page, checker):
    account = factories.make_natural()
    page = open_page(account, viewport=PHONE)
    page.goto("/registro/mipres/delegado/formulario/?tipo=PPN")
    checker.check(page)
    fill_place(page)
    send_registration(page)
    expect(page.get_by_text(f"Su usuario es ADMPPN{account.person.document_number}")).to_be_visible()


def test_the_email_changes_with_the_link_of_a_mail(open_page, checker, inbox):
    account = factories.make_natural()
    page = open_page(account)
    page.goto("/")
    menu(page, "Mis datos")
    account.sessions.update(confirmed_at="2020-01-01T00:00Z")
    page.get_by_label("Correo electrónico nuevo").fill("nuevo@correo.example")
    page.get_by_role("button", name="Enviar el enlace").click()
    expect_heading(page, "Confirme que es usted")
    page.get_by_label("Contraseña").fill("no es esta")
    page.get_by_role("button", name="Confirmar").click()
    checker.check(page)
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_text("Quedó confirmado que es usted.")).to_be_visible()
    checker.check(page)
    page.get_by_role("button", name="Enviar ahora").click()
    expect(page.get_by_text("Enviamos un enlace a n***@correo.example")).to_be_visible()
    page = inbox(page, "Oprima AQUÍ para confirmar este correo")
    checker.check(page)
    page.get_by_role("button", name="Confirmar el correo").click()
    expect(page.get_by_text("Su correo cambió.")).to_be_visible()
    page.goto("/seguridad-social/aviso-de-privacidad/")
    checker.check(page)
