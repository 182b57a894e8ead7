"""Does an empty database lead to a working delegate of each kind of entity, in a browser?

The database has DIVIPOLA, REPS, the list of EPS, ReTHUS and one reviewer. In the journey of the IPS everybody else
signs up; in the others they have their accounts already.
"""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from accounts.models import Account, Person
from delegates.models import Appointment, EntityRegistration, Representation
from entities.models import Association, Entity, EntityKind, Sede
from roles.models import RoleAssignment
from tests import factories
from tests.journeys.registration.steps import (
    DelegateDetails,
    Organisation,
    PersonDetails,
    Registration,
    activate,
    appoint_delegate,
    approve,
    fill_place,
    register_ppn,
    register_user,
)
from tests.journeys.steps import menu
from tests.registry_files import csv_file, load, sede_row

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = PersonDetails("1025000111", "Rosa", "Cárdenas")
DELEGATE = PersonDetails("1025000222", "María", "Ñáñez")
SECOND = PersonDetails("1025000333", "Iván", "Rueda", "M")
WORKER = PersonDetails("1025000444", "Camila", "Ríos")
EPS_NIT = "860066942"


@pytest.fixture
def registries(db, tmp_path):
    """What the Ministry loads: an IPS of REPS, an EPS of both régimenes, a doctor of ReTHUS."""
    load("import_reps", csv_file(tmp_path / "reps.csv", [sede_row(numeroidentificacion="900123456")]))
    eps = ("codigo", "nit", "nombre", "regimen")
    both = (
        ("EPS998", "EPS del Sol, contributivo", "Contributivo"),
        ("EPSS98", "EPS del Sol, subsidiado", "Subsidiado"),
    )
    rows = [dict(zip(eps, (code, EPS_NIT, name, regimen), strict=True)) for code, name, regimen in both]
    load("import_eps", csv_file(tmp_path / "eps.csv", rows, eps))
    doctor = ("tipo_documento", "numero_documento", "codigo_profesion", "profesion", "registro_profesional")
    row = dict(zip(doctor, ("CC", WORKER.number, "P07", "Medicina", "RM-1025"), strict=True))
    load("import_rethus", csv_file(tmp_path / "rethus.csv", [row], doctor))


@pytest.fixture
def reviewer(registries):
    """The Ministry's only account."""
    account = Account.objects.create_user("REVISOR1", factories.PASSWORD, email="r@minsalud.example", is_staff=True)
    account.user_permissions.add(Permission.objects.get(codename="review_registration"))
    assert not Person.objects.exists()
    return account


@pytest.fixture
def registration(reviewer, open_page, inbox, checker, tmp_path):
    return Registration(open_page, inbox, checker, tmp_path)


def register_and_approve(registration, page, organisation, reviewer):
    """The representative registers the organisation and the reviewer approves it."""
    registration.register_entity(page, organisation, OWNER)
    approve(registration.open_page(reviewer), organisation.name, registration.checker)


def test_from_nothing_to_a_working_delegate_of_an_ips(registration, reviewer, checker):
    organisation = Organisation("Institución Prestadora", "900123456", "Clínica del Río S.A.S.")
    page = registration.open_account(OWNER)
    register_and_approve(registration, page, organisation, reviewer)
    page.goto("/")
    checker.check(page)
    details = DelegateDetails(DELEGATE, "IPS", "CLÍNICA DEL RÍO S.A.S.", "IPS")
    appoint_delegate(page, details)
    page = registration.open_account(DELEGATE)
    delegate = registration.become_delegate(page, details, "900123456", "ADMIPS900123456")
    register_user(registration.open_account(WORKER), "Profesional de la salud", WORKER.login)
    activate(
        delegate, "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio", WORKER, "Rol_Prescriptor"
    )
    checker.check(delegate)
    assert RoleAssignment.objects.get().created_by.login == "ADMIPS900123456"


def test_an_eps_of_both_regimenes_is_two_entities_with_a_delegate_each(registration, reviewer, checker):
    regimenes = ("Contributivo", "Subsidiado")
    organisation = Organisation("Entidad Promotora", EPS_NIT, "EPS del Sol S.A.", regimenes)
    page = registration.enter(OWNER)
    register_and_approve(registration, page, organisation, reviewer)
    page.goto("/")
    checker.check(page)
    first = DelegateDetails(DELEGATE, "EPS_C", "EPS del Sol, contributivo", "EPS")
    second = DelegateDetails(SECOND, "EPS_S", "EPS del Sol, subsidiado", "EPS")
    for details in (first, second):
        appoint_delegate(page, details)
    contributivo = registration.become_delegate(registration.enter(DELEGATE), first, EPS_NIT, f"ADMEPS{EPS_NIT}")
    subsidiado = registration.become_delegate(registration.enter(SECOND), second, EPS_NIT, f"ADMEPSS{EPS_NIT}")
    register_user(registration.enter(WORKER), "Profesional de la salud", WORKER.login)
    activate(contributivo, "Profesional de la Salud Administrativo", WORKER, "Rol_AnuladorEPS")
    menu(subsidiado, "Consultar Usuarios")
    expect(subsidiado.get_by_text("Registros encontrados: 0")).to_be_visible()
    activate(subsidiado, "Profesional de la Salud Administrativo", WORKER, "Rol_Recobrante")
    assert {assignment.sede.code for assignment in RoleAssignment.objects.all()} == {"EPS998", "EPSS98"}


def test_a_territorial_entity_of_model_1_gets_a_delegate_and_a_network(registration, reviewer, checker):
    model = ("Modelo 1",)
    organisation = Organisation("Entidad Territorial", "899999061", "Distrito de Prueba", model)
    page = registration.enter(OWNER)
    register_and_approve(registration, page, organisation, reviewer)
    details = DelegateDetails(DELEGATE, "ET", "Distrito de Prueba", "ET", model)
    appoint_delegate(page, details)
    checker.check(page)
    delegate = registration.become_delegate(registration.enter(DELEGATE), details, "899999061", "ADMET899999061")
    menu(delegate, "Asociar Entidades")
    delegate.get_by_role("checkbox", name="EPS del Sol, subsidiado").check()
    delegate.get_by_role("button", name="Asociar/Desasociar Entidad").click()
    expect(delegate.get_by_text("Asociadas a su red: EPS del Sol, subsidiado (régimen subsidiado).")).to_be_visible()
    assert Association.objects.get().owner.et_model == 1


def test_a_proveedor_gets_its_sede_a_delegate_and_a_dispensador(registration, reviewer, checker):
    organisation = Organisation("Proveedor", "901555777", "Farmacia La Ceiba Ltda.")
    page = registration.enter(OWNER)
    register_and_approve(registration, page, organisation, reviewer)
    details = DelegateDetails(DELEGATE, "PROV", "Farmacia La Ceiba Ltda.", "PROVEEDOR")
    appoint_delegate(page, details)
    page = registration.enter(DELEGATE)
    delegate = registration.become_delegate(page, details, "901555777", "ADMPROV901555777")
    register_user(registration.enter(WORKER), "Otro Usuario", WORKER.login)
    activate(delegate, "Personal Administrativo", WORKER, "Rol_Dispensador")
    checker.check(delegate)
    assert RoleAssignment.objects.get().sede.is_main


def test_an_ips_adds_the_rol_proveedor_dispensador(registration, reviewer, checker):
    """In the order of the manual of the rol proveedor/dispensador."""
    name, nit = "CLÍNICA DEL RÍO S.A.S.", "900123456"
    page = registration.enter(OWNER)
    Representation.objects.create(
        entity=Entity.objects.get(nit=nit), person=Person.objects.get(document_number=OWNER.number)
    )
    page.goto("/")
    page.get_by_role("link", name=f"Persona jurídica: {name}").click()
    page.get_by_role("link", name="Agregar el rol proveedor/dispensador").click()
    checker.check(page)
    fill_place(page)
    page.locator("input[type=file]").set_input_files(registration.rut(Organisation("", nit, name), OWNER))
    page.get_by_role("button", name="Enviar solicitud").click()
    expect(page.get_by_text("La solicitud fue enviada")).to_be_visible(timeout=30_000)
    approve(registration.open_page(reviewer), name, checker)
    details = DelegateDetails(
        DELEGATE, "PROV", f"{name} (Proveedor)", "IPS", sede=Sede.objects.get(entity__kind="IPS").code
    )
    appoint_delegate(page, details)
    delegate = registration.become_delegate(registration.enter(DELEGATE), details, nit, f"ADMPROV{nit}")
    menu(delegate, "Consultar Sedes Proveedor")
    expect(delegate.get_by_role("cell", name="Sede del REPS")).to_be_visible()
    checker.check(delegate)
    register_user(registration.enter(WORKER), "Otro Usuario", WORKER.login)
    activate(delegate, "Personal Administrativo", WORKER, "Rol_Dispensador")
    expect(delegate.get_by_role("radio")).to_have_count(2)
    assert RoleAssignment.objects.get().created_by.login == f"ADMPROV{nit}"
    menu(delegate, "Generar Token")
    expect(delegate.get_by_text("Suministros").first).to_be_visible()


def test_a_natural_person_supplies_without_representative_or_reviewer(registration, registries, open_page, checker):
    page = registration.enter(OWNER)
    register_ppn(page, f"ADMPPN{OWNER.number}")
    checker.check(page)
    page = registration.set_password(page, f"ADMPPN{OWNER.number}")
    activate(page, "Personal Administrativo", OWNER, "Rol_Dispensador")
    assert Entity.objects.get(kind=EntityKind.PPN).nit == OWNER.number
    eps = open_page(factories.make_delegate(Entity.objects.get(kind=EntityKind.EPS_C)))
    eps.goto("/")
    menu(eps, "Asociar Entidades")
    eps.get_by_role("radio", name="Proveedor Persona Natural").check()
    eps.get_by_label("Busque el Proveedor Persona Natural que desea asociar").fill("cardenas rosa")
    eps.get_by_role("button", name="Buscar").click()
    eps.get_by_role("checkbox", name="Rosa Cárdenas").check()
    eps.get_by_role("button", name="Asociar/Desasociar Entidad").click()
    expect(eps.get_by_text("Asociadas a su red: Rosa Cárdenas.")).to_be_visible()
    checker.check(eps)
    menu(page, "Redes a las que pertenece")
    expect(page.get_by_role("row", name="EPS del Sol, contributivo")).to_contain_text("EPS_PROV")
    checker.check(page)
    assert not Appointment.objects.exists()
    assert not EntityRegistration.objects.exists()
