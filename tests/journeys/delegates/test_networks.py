"""Can an EPS-C, the EPS-S of the same NIT and a territorial entity keep their networks in a browser?"""

import pytest
from playwright.sync_api import Page, expect

from entities.models import Association
from roles.models import RoleAssignment
from tests import factories
from tests.journeys.page_checker import PHONE
from tests.journeys.steps import menu

pytestmark = pytest.mark.django_db(transaction=True)
NIT = "860066942"


@pytest.fixture
def clinics():
    clinics = [factories.make_entity(name=f"Clínica del Río {name} S.A.S.") for name in ("Norte", "Sur")]
    for clinic in clinics:
        factories.make_sede(clinic, name=f"{clinic.name} Principal")
    return clinics


def delegate_of(kind, code, **fields):
    entity = factories.make_entity(kind, **fields)
    if code:
        factories.make_sede(entity, code=code, name=entity.name, municipality_id=None)
    return factories.make_delegate(entity)


def search(page: Page, kind: str, label: str, words: str) -> None:
    menu(page, "Asociar Entidades")
    page.get_by_role("radio", name=kind, exact=True).check()
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Buscar").click()
    page.wait_for_url("**criterio=**")


def apply(page: Page) -> None:
    page.get_by_role("button", name="Asociar/Desasociar Entidad").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_eps_c_builds_its_network_and_removes_a_professional(clinics, open_page, checker, scripts):
    eps = delegate_of("EPS_C", "EPS998", eps_code="EPS998", nit=NIT, name="EPS Uno")
    user = factories.make_user(first_name="Jesús", first_surname="Ñáñez", document_number="1025000111")
    doctor = factories.make_entity("PI", identification_type="CC", nit="1025000111", name="JESÚS ÑÁÑEZ")
    factories.make_sede(doctor, name="JESÚS ÑÁÑEZ", provider_class="PI")
    page = open_page(eps, scripts=scripts)
    page.goto("/")
    search(page, "Institución Prestadora de Servicios de Salud - IPS", "Busque la IPS que desea asociar", "rio clinica")
    expect(page.get_by_text("Registros encontrados: 2")).to_be_visible()
    for clinic in clinics:
        page.get_by_role("checkbox", name=clinic.name).check()
    apply(page)
    expect(page.get_by_text("Operación exitosa. Asociadas a su red")).to_be_visible()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    checker.check(page)
    label = "Busque el Profesional Independiente que desea asociar"
    search(page, "Profesional Independiente", label, "nanez jesus")
    page.get_by_role("checkbox").check()
    apply(page)
    factories.make_assignment(user, eps.entity.sedes.get(), "Rol_Prescriptor", eps)
    search(page, "Profesional Independiente", label, "1025000111")
    page.get_by_role("checkbox").uncheck()
    apply(page)
    expect(page.get_by_text("1 usuario activo")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="No, volver sin cambiar nada").click()
    page.get_by_role("checkbox", checked=True).uncheck()
    apply(page)
    page.get_by_role("button", name="Sí, desasociar y terminar los roles").click()
    expect(page.get_by_text("Roles terminados: 1, de 1 usuario.")).to_be_visible()
    assert not RoleAssignment.objects.current().exists()
    menu(page, "Consultar Entidades")
    expect(page.get_by_text("Registros encontrados: 2")).to_be_visible()
    page.get_by_label("Estado").select_option("todas")
    page.get_by_role("button", name="Buscar Entidad").click()
    expect(page.get_by_role("columnheader", name="Hasta")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="JESÚS ÑÁÑEZ").click()
    expect(page.get_by_text("Terminó 1 rol de 1 usuario")).to_be_visible()
    checker.check(page)


def test_the_eps_s_of_the_same_nit_has_its_own_network_and_modelo(clinics, open_page, checker):
    contributivo = delegate_of("EPS_C", "EPS998", eps_code="EPS998", nit=NIT, name="EPS Uno")
    subsidiado = delegate_of("EPS_S", "EPSS98", eps_code="EPSS98", nit=NIT, name="EPS Uno")
    Association.objects.create(owner=contributivo.entity, member=clinics[0])
    Association.objects.create(
        owner=factories.make_entity("ET", name="Departamento X", et_model=2), member=subsidiado.entity
    )
    page = open_page(subsidiado, viewport=PHONE)
    page.goto("/")
    menu(page, "Consultar Entidades")
    expect(page.get_by_text("Registros encontrados: 0")).to_be_visible()
    expect(page.get_by_text("Departamento X")).to_be_visible()
    expect(page.get_by_text("no asume la red de proveedores")).to_be_visible()
    checker.check(page)
    search(page, "Institución Prestadora de Servicios de Salud - IPS", "Busque la IPS que desea asociar", "norte")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    page.get_by_role("checkbox").check()
    apply(page)
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    checker.check(page)
    menu(page, "Redes a las que pertenece")
    expect(page.get_by_text("Modelo 2 - Entidad Territorial NO Asume")).to_be_visible()
    checker.check(page)
    assert (
        page.request.get(f"/entidades/{Association.objects.of(contributivo.entity).get().pk}/historia/").status == 404
    )


def test_a_territorial_entity_associates_and_removes_an_eps_s(open_page, checker):
    delegate_of("EPS_S", "EPSS98", eps_code="EPSS98", nit=NIT, name="EPS Uno")
    territorial = delegate_of("ET", None, name="Departamento X", et_model=1)
    page = open_page(territorial)
    page.goto("/")
    menu(page, "Asociar Entidades")
    expect(page.get_by_label("Busque la EPS que desea asociar")).to_be_visible()
    page.get_by_role("checkbox", name="EPS Uno").check()
    apply(page)
    expect(page.get_by_text("Asociadas a su red: EPS Uno (régimen subsidiado).")).to_be_visible()
    checker.check(page)
    menu(page, "Consultar Entidades")
    expect(page.get_by_role("cell", name="ET_EPS")).to_be_visible()
    checker.check(page)
    menu(page, "Asociar Entidades")
    page.get_by_role("checkbox", name="EPS Uno").uncheck()
    apply(page)
    expect(page.get_by_text("no termina ningún rol")).to_be_visible()
    checker.check(page)
    page.get_by_role("button", name="Sí, desasociar").click()
    expect(page.get_by_text("Desasociadas de su red: EPS Uno (régimen subsidiado).")).to_be_visible()
