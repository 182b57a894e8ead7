"""Can a delegate change the downloaded workbook and upload it: preview, apply, result; and without JavaScript?"""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from roles.models import RoleAssignment
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import menu

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staffed(delegate, sede):
    """A doctor with one role, and another without any."""
    doctor = factories.make_user(first_name="Jesús", first_surname="Ñáñez")
    factories.make_assignment(doctor, sede, "Rol_Prescriptor", delegate)
    return {"delegate": delegate, "sede": sede, "new": factories.make_user()}


def changed(path, staffed):
    """The downloaded book with one row added, one with a mistake."""
    book = load_workbook(path)
    number = staffed["new"].person.document_number
    for role in ("Rol_Anulador", "Rol_Jefe"):
        row = {"B": "CC", "C": int(number), "K": staffed["sede"].code, "M": role}
        book.active.append(row)
    book.save(path)
    return str(path)


@pytest.mark.parametrize("scripts", [True, False], ids=["phone", "no-js"])
def test_the_downloaded_workbook_is_changed_and_uploaded(staffed, open_page, checker, tmp_path, scripts):
    page = open_page(staffed["delegate"], scripts=scripts, viewport=PHONE if scripts else DESKTOP)
    page.goto("/")
    menu(page, "Consultar Usuarios")
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar Datos").click()
    download.value.save_as(tmp_path / "usuarios.xlsx")
    page.get_by_role("link", name="Cargar archivo").click()
    checker.check(page)
    page.get_by_role("button", name="Ver qué cambiaría").click()
    expect(page.get_by_text("Elija el archivo de Excel.").first).to_be_visible()
    checker.check(page)
    page.get_by_label("Archivo de Excel").set_input_files(changed(tmp_path / "usuarios.xlsx", staffed))
    page.get_by_role("button", name="Ver qué cambiaría").click()
    expect(page.get_by_text("ROL debe ser el código de un rol")).to_be_visible()
    checker.check(page)
    page.get_by_role("button", name="Aplicar solo las filas correctas").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    checker.check(page)
    assert RoleAssignment.objects.current().count() == 2
