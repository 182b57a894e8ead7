"""Can a Proveedor keep its sedes in a browser: create, edit, disable, enable, search, download?"""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from entities.actions.sedes import create_main_sede
from entities.models import Sede
from entities.rules.sedes import SedeDetails
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import find_user, menu

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "Farmacia Laureles"


@pytest.fixture
def delegate():
    delegate = factories.make_delegate(factories.make_entity("PROV", name="Farmacias del Río S.A.S."))
    main = SedeDetails("Farmacia Central", "601 555 0101", "Calle 53 # 13-40", "11001")
    create_main_sede(by=None, entity=delegate.entity, details=main)
    return delegate


def fill(page: Page, name: str, address: str) -> None:
    page.get_by_label("Nombre completo").fill(name)
    page.get_by_label("Teléfono").fill("604 555 0103")
    page.get_by_label("Dirección").fill(address)
    page.get_by_label("Departamento").select_option(label="ANTIOQUIA")
    page.get_by_label("Municipio").select_option("05001")


def create(page: Page, checker) -> str:
    menu(page, "Crear Sede Proveedor")
    checker.check(page)
    page.get_by_role("button", name="Crear Sede").click()
    expect(page.get_by_role("heading", name="Revise lo siguiente")).to_be_visible()
    checker.check(page)
    fill(page, "FARMACIA CENTRAL", "Circular 4 # 70-22")
    page.get_by_role("button", name="Crear Sede").click()
    expect(page.get_by_role("heading", name="Ya hay una sede parecida")).to_be_visible()
    checker.check(page)
    page.get_by_label("Sí, es otra sede").check()
    page.get_by_role("button", name="Crear Sede").dblclick()
    expect(page.get_by_text("La creación de la Entidad se ha realizado con éxito")).to_be_visible()
    checker.check(page)
    code = Sede.objects.get(is_main=False).code
    expect(page.get_by_text(code).first).to_be_visible()
    return code


def edit_and_disable(page: Page, code: str, checker) -> None:
    page.get_by_role("link", name=code).click()
    checker.check(page)
    page.get_by_label("Nombre completo").fill(NEW)
    page.get_by_role("button", name="Guardar cambios").click()
    expect(page.get_by_text("se guardaron")).to_be_visible()
    page.get_by_role("link", name="Deshabilitar sede").click()
    expect(page.get_by_role("heading", name="Ningún usuario tiene roles en esta sede")).to_be_visible()
    checker.check(page)
    page.get_by_role("button", name="Deshabilitar sede").click()
    expect(page.get_by_text("quedó deshabilitada")).to_be_visible()
    checker.check(page)


def activate_at_disabled_sede(page: Page, code: str, checker) -> None:
    """A page opened before the sede was disabled still offers it; saving says why not."""
    Sede.objects.filter(code=code).update(closed_on=None)
    find_user(page, "Personal Administrativo", "1025000222")
    page.get_by_role("radio", name=code).check()
    page.get_by_role("checkbox", name="Rol_Dispensador").check()
    Sede.objects.filter(code=code).update(closed_on="2026-01-02")
    page.get_by_role("button", name="Asociar Usuario").click()
    expect(page.get_by_text("está deshabilitada desde el 2 de enero de 2026")).to_be_visible()
    expect(page.get_by_role("radio", name=code)).to_have_count(0)
    expect(page.get_by_text("No pueden recibir usuarios:")).to_be_visible()
    checker.check(page)


def enable(page: Page, code: str, checker) -> None:
    page.get_by_role("link", name="Consultar Sedes Proveedor").last.click()
    page.get_by_role("link", name=code).click()
    page.get_by_role("button", name="Habilitar sede").click()
    expect(page.get_by_text("quedó habilitada")).to_be_visible()
    page.get_by_role("link", name="Historia de la sede").click()
    expect(page.get_by_role("table")).to_contain_text("Sede deshabilitada")
    checker.check(page)


def consult(page: Page, tmp_path, checker) -> None:
    menu(page, "Consultar Sedes Proveedor")
    page.get_by_label("Criterios").fill("laureles farmacia")
    page.get_by_role("button", name="Buscar Entidad").click()
    expect(page.get_by_text("Registros encontrados: 1")).to_be_visible()
    checker.check(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar Datos").click()
    waiting.value.save_as(tmp_path / "sedes.xlsx")
    rows = list(load_workbook(tmp_path / "sedes.xlsx")["Sedes"].values)
    assert [row[1] for row in rows[1:]] == [NEW]


@pytest.mark.parametrize(
    ("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-without-scripts"]
)
def test_a_provider_keeps_its_sedes(delegate, open_page, checker, tmp_path, scripts, viewport):
    factories.make_user("OTRO", first_name="Luz", document_number="1025000222")
    page = open_page(delegate, scripts=scripts, viewport=viewport)
    page.goto("/")
    checker.check(page)
    code = create(page, checker)
    edit_and_disable(page, code, checker)
    activate_at_disabled_sede(page, code, checker)
    enable(page, code, checker)
    consult(page, tmp_path, checker)


def test_scripts_shorten_the_municipalities_to_the_department(delegate, open_page, checker):
    page = open_page(delegate)
    page.goto("/")
    menu(page, "Crear Sede Proveedor")
    towns = page.get_by_label("Municipio").locator("option")
    expect(towns).to_have_count(1_123)
    page.get_by_label("Departamento").select_option(label="ANTIOQUIA")
    expect(towns).to_have_count(126)
    page.get_by_label("Departamento").select_option("")
    page.get_by_label("Municipio").select_option("11001")
    expect(page.get_by_label("Departamento")).to_have_value("11")
    checker.check(page)


def test_the_overview_leads_to_the_lists(delegate, open_page, checker):
    page = open_page(delegate)
    page.goto("/")
    expect(page.get_by_role("heading", name="Resumen de hoy")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Habilitadas", exact=True).click()
    expect(page.get_by_text("Registros encontrados: 1")).to_be_visible()
