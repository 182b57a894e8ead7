"""Does a natural person register an entity with its RUT and appoint a delegate, in a browser?"""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from accounts.models import Account
from delegates.models import Appointment
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.registration.steps import PersonDetails, fill_appointment, fill_entity
from tests.journeys.steps import menu
from tests.rut import Rut, make_rut

pytestmark = pytest.mark.django_db(transaction=True)
DELEGATE = PersonDetails("1025000222", "María", "Ñáñez")


@pytest.fixture
def people(db, tmp_path):
    """An IPS of REPS that nobody represents, its representative with a RUT, and a reviewer."""
    entity = factories.make_entity(nit="900123456", name="Clínica del Río S.A.S.")
    factories.make_sede(entity, name="Clínica del Río Centro")
    person = factories.make_natural(factories.make_person(document_number="1025000111"))
    reviewer = Account.objects.create_user("REVISOR1", factories.PASSWORD, email="r@minsalud.example", is_staff=True)
    reviewer.user_permissions.add(Permission.objects.get(codename="review_registration"))
    rut = tmp_path / "rut.pdf"
    rut.write_bytes(make_rut(Rut()))
    return {"person": person, "reviewer": reviewer, "rut": str(rut)}


def register(page, people, checker):
    page.goto("/")
    menu(page, "Personas jurídicas")
    checker.check(page)
    page.get_by_role("link", name="Registrar persona jurídica").click()
    checker.check(page)
    page.get_by_role("link", name="Institución Prestadora").click()
    page.get_by_role("button", name="Enviar solicitud").click()
    expect(page.get_by_text("Elija el PDF del RUT.").first).to_be_visible()
    checker.check(page)
    fill_entity(page, "900.123.456", "Clinica del Rio SAS", people["rut"])
    page.get_by_role("button", name="Enviar solicitud").click()
    expect(page.get_by_text("La solicitud fue enviada")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("900123456-8", exact=True)).to_be_visible()
    checker.check(page)


def review(page):
    page.goto("/admin/delegates/entityregistration/")
    page.get_by_role("link", name="Clinica del Rio SAS").click()
    page.get_by_role("button", name="Tomar para revisión").click()
    expect(page.get_by_text("Usted tomó la solicitud para revisión.")).to_be_visible()
    page.get_by_label("Motivo").fill("El RUT coincide con lo escrito.")
    page.get_by_role("button", name="Aprobar").click()
    expect(page.get_by_text("quedó aprobada")).to_be_visible()


def appoint_delegate(page, checker):
    menu(page, "Personas jurídicas")
    page.get_by_role("link", name="Clínica del Río S.A.S.").click()
    expect(page.get_by_text("no tiene un Delegado activo")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Administrar autorizados").click()
    checker.check(page)
    page.get_by_role("link", name="Nuevo").click()
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    checker.check(page)
    fill_appointment(page, DELEGATE, "IPS")
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("quedó como autorizado")).to_be_visible()
    checker.check(page)


def edit_and_inactivate(page, checker):
    page.get_by_role("button", name="Editar").click()
    expect(page.get_by_text("Seleccione a una persona de la lista.")).to_be_visible()
    checker.check(page)
    page.get_by_label("Seleccionar a María Ñáñez").check()
    page.get_by_role("button", name="Editar").click()
    page.get_by_label("Primer nombre").fill("Mariana")
    checker.check(page)
    page.get_by_role("button", name="Guardar cambios").click()
    page.get_by_label("Seleccionar a Mariana Ñáñez").check()
    page.get_by_role("button", name="Inactivar").click()
    page.wait_for_url("**inactivar**")
    checker.check(page)
    page.get_by_role("button", name="Inactivar").click()
    expect(page.get_by_text("ya no está autorizado")).to_be_visible()
    assert not Appointment.objects.current().exists()


@pytest.mark.parametrize(("viewport", "scripts"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone-no-js"])
def test_a_natural_person_registers_an_entity_and_appoints_a_delegate(people, open_page, checker, viewport, scripts):
    page = open_page(people["person"], viewport=viewport, scripts=scripts)

    register(page, people, checker)
    review(open_page(people["reviewer"], scripts=scripts))
    appoint_delegate(page, checker)
    edit_and_inactivate(page, checker)
