"""Can a delegate, a representative and an auditor search and download the history of an entity, in a browser?"""

import pytest
from django.contrib.auth.models import Permission
from openpyxl import load_workbook
from playwright.sync_api import expect

from accounts.models import Account
from delegates.models import Representation
from roles.actions.role_assignments import activate_user
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import menu

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(db):
    """A delegate who has activated a user, the representative of the entity, and an auditor."""
    delegate, natural = (
        factories.make_delegate(factories.make_entity(name="Clínica del Río S.A.S.")),
        factories.make_natural(),
    )
    Representation.objects.create(entity=delegate.entity, person=natural.person)
    user, sede = factories.make_user(first_name="Rosalba"), factories.make_sede(delegate.entity)
    activate_user(by=delegate, user=user, sede=sede, option="profesional", roles=["Rol_Anulador"])
    auditor = Account.objects.create_user("AUDITOR1", factories.PASSWORD, email="a@minsalud.example", is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename__in=("view_historyentry", "export_history")))
    return {"delegate": delegate, "natural": natural, "auditor": auditor}


def download(page, name, tmp_path):
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    file = tmp_path / "historia.xlsx"
    waiting.value.save_as(file)
    return [row[1].value for row in load_workbook(file).active.iter_rows(min_row=2)]


def search_roles(page, checker):
    expect(page.get_by_role("heading", level=1)).to_contain_text("Historia de Clínica del Río")
    checker.check(page)
    page.get_by_label("Acto", exact=True).select_option("roles.given")
    page.get_by_role("button", name="Buscar actos").click()
    expect(page.get_by_text("Rosalba")).to_be_visible()
    checker.check(page)


WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["phone", "no-js"])


@WITH_AND_WITHOUT_SCRIPTS
def test_a_delegate_and_a_representative_read_the_history(people, open_page, checker, tmp_path, scripts):
    viewport = PHONE if scripts else DESKTOP
    page = open_page(people["delegate"], viewport=viewport, scripts=scripts)
    page.goto("/")
    menu(page, "Historia")
    search_roles(page, checker)
    assert download(page, "Descargar Datos", tmp_path) == ["Roles asignados"]
    page.get_by_label("Desde", exact=True).fill("2019-01-01")
    page.get_by_role("button", name="Buscar actos").click()
    expect(page.get_by_text("debe ser una fecha desde").first).to_be_visible()
    checker.check(page)
    page = open_page(people["natural"], viewport=viewport, scripts=scripts)
    page.goto("/")
    menu(page, "Personas jurídicas")
    page.get_by_role("link", name="Clínica del Río S.A.S.").click()
    page.get_by_role("link", name="Historia").click()
    search_roles(page, checker)


@WITH_AND_WITHOUT_SCRIPTS
def test_an_auditor_searches_the_history_and_downloads_it(people, open_page, checker, tmp_path, scripts):
    page = open_page(people["auditor"], viewport=PHONE if scripts else DESKTOP, scripts=scripts)
    page.goto("/")
    checker.check(page)
    page.goto("/admin/history/historyentry/")
    page.get_by_label("Acto", exact=True).select_option("roles.given")
    page.get_by_label("Entidad", exact=True).fill("clinica rio")
    page.get_by_role("button", name="Buscar actos").click()
    page.wait_for_url("**roles.given**")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert download(page, "Descargar Excel", tmp_path)
    page.get_by_role("link", name="Roles asignados").click()
    expect(page.get_by_text("El acto es el que se escribió")).to_be_visible()
    expect(page.get_by_text("Rol_Anulador, Desde:")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
