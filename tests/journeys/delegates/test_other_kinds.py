"""Can the delegates of an EPS, a Proveedor and a Proveedor Persona Natural activate users in a browser?"""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from entities.models import Association
from roles.models import RoleAssignment
from tests import factories
from tests.journeys.steps import find_user, menu

pytestmark = pytest.mark.django_db(transaction=True)
INDEPENDIENTE, EPS_ADMIN = "Profesional de la Salud Independiente", "Profesional de la Salud Administrativo"
ADMINISTRATIVO = "Personal Administrativo"


@pytest.fixture
def doctor():
    return factories.make_user(first_name="Jesús", first_surname="Ñáñez", document_number="1025000111")


def delegate_of(kind, codes, **fields):
    entity = factories.make_entity(kind, **fields)
    for code in codes:
        factories.make_sede(entity, code=code, name=f"{entity.name} {code}")
    return factories.make_delegate(entity)


def give(page: Page, sede: str, *roles: str) -> None:
    form = page.get_by_role("region", name="Asociar el usuario a una sede")
    form.get_by_role("radio", name=sede).check()
    for role in roles:
        form.get_by_role("checkbox", name=role).check()
    form.get_by_role("button", name="Asociar Usuario").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()


def test_an_eps_activates_an_independent_professional_of_its_network(doctor, open_page, checker):
    delegate = delegate_of("EPS_C", ["EPS998"], eps_code="EPS998", nit="860066942")
    page = open_page(delegate)
    page.goto("/")
    find_user(page, INDEPENDIENTE, "1025000111")
    expect(page.get_by_role("heading", name="Operación no permitida")).to_be_visible()
    expect(page.get_by_text("no es un Profesional Independiente asociado a su red")).to_be_visible()
    checker.check(page)
    member = factories.make_entity("PI", identification_type="CC", nit="1025000111")
    Association.objects.create(owner=delegate.entity, member=member, starts_at=timezone.now())
    find_user(page, INDEPENDIENTE, "1025000111")
    give(page, "EPS998", "Rol_Prescriptor", "Rol_Dispensador")
    find_user(page, EPS_ADMIN, "1025000111")
    give(page, "EPS998", "Rol_AnuladorEPS")
    checker.check(page)
    page.get_by_role("link", name="Historia de sus roles").click()
    expect(page.get_by_text("Roles asignados").first).to_be_visible()
    checker.check(page)
    menu(page, "Consultar Usuarios")
    expect(page.get_by_text("Registros encontrados: 3")).to_be_visible()


def test_the_eps_s_of_the_same_nit_sees_nothing_of_the_eps_c(doctor, open_page, checker):
    contributivo = delegate_of("EPS_C", ["EPS998"], eps_code="EPS998", nit="860066942")
    subsidiado = delegate_of("EPS_S", ["EPSS98"], eps_code="EPSS98", nit="860066942")
    factories.make_assignment(doctor, contributivo.entity.sedes.get(), "Rol_AnuladorEPS", contributivo)
    page = open_page(subsidiado)
    page.goto("/")
    menu(page, "Consultar Usuarios")
    expect(page.get_by_text("Registros encontrados: 0")).to_be_visible()
    checker.check(page)
    assert page.request.get(f"/usuarios/{doctor.public_id}/").status == 404


def test_a_proveedor_lists_its_sedes_and_gives_a_role_until_a_day(open_page, checker):
    delegate = delegate_of("PROV", ["PROV000001", "PROV000002", "PROV000003"])
    factories.make_user("OTRO", first_name="Luz", document_number="1025000222")
    page = open_page(delegate)
    page.goto("/")
    find_user(page, ADMINISTRATIVO, "1025000222")
    page.get_by_role("button", name="Buscar sede").click()
    expect(page.get_by_role("radio")).to_have_count(3)
    last = timezone.localdate().replace(year=timezone.localdate().year + 1, month=6, day=30)
    page.get_by_label("Hasta").last.fill(last.isoformat())
    give(page, "PROV000002", "Rol_Dispensador")
    checker.check(page)
    assert RoleAssignment.objects.get().last_day == last
    page.get_by_role("region", name="PROV000002").get_by_label("Hasta").fill("")
    page.get_by_role("button", name="Cambiar fecha final").click()
    expect(page.get_by_text("con nuevo último día")).to_be_visible()
    assert RoleAssignment.objects.get().last_day is None
    page.get_by_role("link", name="Roles y quién puede asignarlos").click()
    checker.check(page)


def test_a_ppn_activates_only_themselves(open_page, checker):
    user = factories.make_user("OTRO", first_name="Laura", document_number="1025000333")
    factories.make_user("OTRO", first_name="Otra", document_number="1025000444")
    delegate = delegate_of("PPN", ["PROV000009"], nit=user.person.document_number)
    page = open_page(delegate)
    page.goto("/")
    find_user(page, ADMINISTRATIVO, "1025000444")
    expect(page.get_by_text("solo puede buscarse y activarse a sí mismo")).to_be_visible()
    checker.check(page)
    find_user(page, ADMINISTRATIVO, "1025000333")
    give(page, "PROV000009", "Rol_Dispensador")
    checker.check(page)
    assert RoleAssignment.objects.get().user == user
