"""From nothing to a working delegate, in a browser, with nobody at a keyboard in between but the Ministry's reviewer.

The database has DIVIPOLA, REPS, the list of EPS, ReTHUS and one reviewer: everybody else registers himself.
"""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from accounts.models import Account, Person
from delegates.models import Appointment, EntityRegistration
from entities.models import Association, Entity, EntityKind
from roles.models import RoleAssignment
from tests import factories
from tests.journeys.registration.steps import (
    Chain,
    Delegacy,
    Organisation,
    Who,
    activate,
    approve,
    log_in_as_reviewer,
    name_delegate,
    register_ppn,
    register_user,
)
from tests.journeys.steps import menu
from tests.registry_files import csv_file, load, sede_row

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = Who("1025000111", "Rosa", "Cárdenas")
DELEGATE = Who("1025000222", "María", "Ñáñez")
SECOND = Who("1025000333", "Iván", "Rueda", "M")
WORKER = Who("1025000444", "Camila", "Ríos")
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
    """The code that the app of the Ministry's only account shows now."""
    account = Account.objects.create_user("REVISOR1", factories.PASSWORD, email="r@minsalud.example", is_staff=True)
    account.user_permissions.add(Permission.objects.get(codename="review_registration"))
    assert not Person.objects.exists()
    return factories.make_app(account)


@pytest.fixture
def chain(reviewer, open_page, inbox, judge, tmp_path):
    return Chain(open_page, inbox, judge, tmp_path)


def unread(page):
    """A page that another journey has had judged."""


def register_and_approve(chain, reviewer, organisation, read=unread):
    """The representative registers himself and the organisation; the reviewer approves; back at the representative."""
    page = chain.open_account(OWNER)
    chain.register_entity(page, organisation, OWNER)
    ministry = chain.open_page()
    log_in_as_reviewer(ministry, "REVISOR1", factories.code_of(reviewer))
    approve(ministry, organisation.name, read)
    return page


def test_from_nothing_to_a_working_delegate_of_an_ips(chain, reviewer, judge):
    organisation = Organisation("Institución Prestadora", "900123456", "Clínica del Río S.A.S.")
    page = register_and_approve(chain, reviewer, organisation, judge.read)
    page.goto("/")
    judge.read(page)
    delegacy = Delegacy(DELEGATE, "IPS", "CLÍNICA DEL RÍO S.A.S.", "IPS")
    name_delegate(page, delegacy)
    delegate = chain.become_delegate(delegacy, "900123456", "ADMIPS900123456")
    register_user(chain.open_account(WORKER), "Profesional de la salud", WORKER.login)
    activate(
        delegate, "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio", WORKER, "Rol_Prescriptor"
    )
    judge.read(delegate)
    assert RoleAssignment.objects.get().created_by.login == "ADMIPS900123456"


def test_an_eps_of_both_regimenes_is_two_entities_with_a_delegate_each(chain, reviewer, judge):
    regimenes = ("Contributivo", "Subsidiado")
    organisation = Organisation("Entidad Promotora", EPS_NIT, "EPS del Sol S.A.", regimenes)
    page = register_and_approve(chain, reviewer, organisation)
    page.goto("/")
    judge.read(page)
    first = Delegacy(DELEGATE, "EPS_C", "EPS del Sol, contributivo", "EPS")
    second = Delegacy(SECOND, "EPS_S", "EPS del Sol, subsidiado", "EPS")
    for delegacy in (first, second):
        name_delegate(page, delegacy)
    contributivo = chain.become_delegate(first, EPS_NIT, f"ADMEPS{EPS_NIT}")
    subsidiado = chain.become_delegate(second, EPS_NIT, f"ADMEPSS{EPS_NIT}")
    register_user(chain.open_account(WORKER), "Profesional de la salud", WORKER.login)
    activate(contributivo, "Profesional de la Salud Administrativo", WORKER, "Rol_AnuladorEPS")
    menu(subsidiado, "Consultar Usuarios")
    expect(subsidiado.get_by_text("Registros encontrados: 0")).to_be_visible()
    activate(subsidiado, "Profesional de la Salud Administrativo", WORKER, "Rol_Recobrante")
    assert {given.sede.code for given in RoleAssignment.objects.all()} == {"EPS998", "EPSS98"}


def test_a_territorial_entity_of_model_1_gets_a_delegate_who_makes_its_network(chain, reviewer, judge):
    model = ("Modelo 1",)
    organisation = Organisation("Entidad Territorial", "899999061", "Distrito de Prueba", model)
    page = register_and_approve(chain, reviewer, organisation)
    delegacy = Delegacy(DELEGATE, "ET", "Distrito de Prueba", "ET", model)
    name_delegate(page, delegacy)
    judge.read(page)
    delegate = chain.become_delegate(delegacy, "899999061", "ADMET899999061")
    menu(delegate, "Asociar Entidades")
    delegate.get_by_role("checkbox", name="EPS del Sol, subsidiado").check()
    delegate.get_by_role("button", name="Asociar/Desasociar Entidad").click()
    expect(delegate.get_by_text("Asociadas a su red: EPS del Sol, subsidiado.")).to_be_visible()
    assert Association.objects.get().owner.et_model == 1


def test_a_proveedor_gets_its_sede_a_delegate_and_a_dispensador(chain, reviewer, judge):
    organisation = Organisation("Proveedor", "901555777", "Farmacia La Ceiba Ltda.")
    page = register_and_approve(chain, reviewer, organisation)
    delegacy = Delegacy(DELEGATE, "PROV", "Farmacia La Ceiba Ltda.", "PROVEEDOR")
    name_delegate(page, delegacy)
    delegate = chain.become_delegate(delegacy, "901555777", "ADMPROV901555777")
    register_user(chain.open_account(WORKER), "Otro Usuario", WORKER.login)
    activate(delegate, "Personal Administrativo", WORKER, "Rol_Dispensador")
    judge.read(delegate)
    assert RoleAssignment.objects.get().sede.is_main


def test_a_natural_person_supplies_without_representative_or_reviewer(chain, judge):
    page = chain.open_account(OWNER)
    register_user(page, "Otro Usuario", OWNER.login)
    register_ppn(page, f"ADMPPN{OWNER.number}")
    judge.read(page)
    page = chain.set_password(page, f"ADMPPN{OWNER.number}")
    activate(page, "Personal Administrativo", OWNER, "Rol_Dispensador")
    assert Entity.objects.get(kind=EntityKind.PPN).nit == OWNER.number
    assert not Appointment.objects.exists()
    assert not EntityRegistration.objects.exists()
