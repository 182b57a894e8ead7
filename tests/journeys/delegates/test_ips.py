"""Can the delegate of an IPS work a day in a browser: log in, activate, change, search, download, log out?"""

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from entities.models import Entity, EntityKind
from roles.models import RoleAssignment
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import captcha_answer, find_user, log_in, log_out, menu

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reps(tmp_path):
    """1,000 sedes from a generated REPS file, the delegate of the IPS with most of them, and a doctor."""
    file = str(tmp_path / "reps.csv")
    call_command("make_reps", file, rows=1_000, seed=7, verbosity=0)
    call_command("import_reps", file, verbosity=0)
    ips = max(Entity.objects.filter(kind=EntityKind.IPS), key=lambda entity: (entity.sedes.count(), entity.nit))
    return {
        "delegate": factories.make_delegate(ips),
        "doctor": factories.make_user(first_name="Jesús", first_surname="Ñáñez", document_number="1025000111"),
        "sede": ips.sedes.order_by("code")[0],
    }


def find_doctor(page: Page, number: str) -> None:
    find_user(page, "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio", number)


def enter(page, reps, checker):
    delegate = reps["delegate"]
    page.goto("/")
    checker.check(page)
    log_in(page, delegate.login, "no es la contraseña")
    expect(page.get_by_text("Credenciales inválidas").first).to_be_visible()
    checker.check(page)
    log_in(page, delegate.login)
    for shown in (delegate.login, str(delegate.person), delegate.entity.nit, delegate.entity.name):
        expect(page.get_by_text(shown).first).to_be_visible()
    checker.check(page)


def activate(page, reps, checker):
    menu(page, "Activar Usuarios")
    checker.check(page)
    find_doctor(page, "99999999")
    expect(page.get_by_text("Usuario no registrado para esta aplicación")).to_be_visible()
    checker.check(page)
    find_doctor(page, "1025000111")
    expect(page.get_by_role("heading", name="Jesús Ñáñez").first).to_be_visible()
    checker.check(page)
    page.get_by_label("Entidad", exact=True).fill(reps["sede"].code)
    page.get_by_role("button", name="Buscar sede").click()
    page.get_by_role("radio", name=reps["sede"].code).check()
    page.get_by_role("checkbox", name="Rol_Prescriptor").check()
    page.get_by_role("checkbox", name="Rol_Anulador").check()
    page.get_by_role("button", name="Asociar Usuario").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    expect(page.get_by_text("El usuario tiene activados los siguientes roles en la entidad:")).to_be_visible()
    checker.check(page)


def change(page, reps, checker):
    form = page.get_by_role("region", name=reps["sede"].code)
    form.get_by_role("checkbox", name="Rol_Anulador").uncheck()
    form.get_by_role("checkbox", name="Rol_JuntaMedicaIPS").check()
    form.get_by_role("button", name="Actualizar roles").click()
    expect(page.get_by_text("retirado Rol_Anulador")).to_be_visible()
    checker.check(page)


def consult(page, tmp_path, checker):
    menu(page, "Consultar Usuarios")
    page.get_by_label("Otro criterio de búsqueda").fill("nanez jesus")
    page.get_by_role("button", name="Buscar usuarios").click()
    expect(page.get_by_text("Registros encontrados: 2")).to_be_visible()
    checker.check(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar Datos").click()
    waiting.value.save_as(tmp_path / "usuarios.xlsx")
    rows = list(load_workbook(tmp_path / "usuarios.xlsx").active.values)
    assert [row[12] for row in rows[1:]] == ["Rol_Prescriptor", "Rol_JuntaMedicaIPS"]


def deactivate(page, checker):
    page.get_by_role("link", name="Jesús Ñáñez").first.click()
    page.get_by_role("link", name="Desactivar Usuario").click()
    expect(page.get_by_text("¿Retirar todos los roles de Jesús Ñáñez en esta sede?")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Cancelar").click()
    assert RoleAssignment.objects.current().exists()
    page.get_by_role("link", name="Desactivar Usuario").click()
    page.get_by_role("button", name="Desactivar Usuario").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    assert not RoleAssignment.objects.current().exists()


def new_password(page, new):
    page.get_by_label("Contraseña anterior").fill(factories.PASSWORD)
    page.get_by_label("Contraseña Nueva").fill(new)
    page.get_by_label("Confirmación de Contraseña").fill(new)
    page.get_by_role("button", name="Enviar Solicitud").click()


def change_password(page, checker):
    menu(page, "Cambiar Contraseña")
    checker.check(page)
    new_password(page, factories.PASSWORD)
    expect(page.get_by_text("No puede usar alguna de sus ultimas 3 contraseñas").first).to_be_visible()
    checker.check(page)
    new_password(page, "otra frase larga y nueva")
    expect(page.get_by_text("Contraseña cambiada exitosamente")).to_be_visible()


def leave(page, checker):
    log_out(page)
    checker.check(page)
    page.goto("/usuarios/")
    expect(page.get_by_role("button", name="Ingresar")).to_be_visible()


@pytest.mark.parametrize(
    ("scripts", "viewport"), [(True, DESKTOP), (True, PHONE), (False, DESKTOP)], ids=["desktop", "phone", "no-js"]
)
def test_an_ips_delegate_works_a_day(reps, open_page, checker, tmp_path, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    enter(page, reps, checker)
    activate(page, reps, checker)
    change(page, reps, checker)
    consult(page, tmp_path, checker)
    deactivate(page, checker)
    change_password(page, checker)
    leave(page, checker)


# ---------------------------------------------------------------- by keyboard alone


def focus(page, name, role=None):
    """Press Tab until the focus is on the control of this name; fail when it never comes."""
    control = page.get_by_role(role, name=name) if role else page.get_by_label(name)
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.locator(":focus").and_(control).count():
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def type_into(page: Page, name: str, text: str) -> None:
    focus(page, name)
    page.keyboard.type(text)


def test_an_ips_delegate_works_by_keyboard_alone(reps, open_page, checker):
    page, sede = open_page(), reps["sede"]
    page.goto("/")
    type_into(page, "Usuario", reps["delegate"].login)
    type_into(page, "Contraseña", factories.PASSWORD)
    type_into(page, "Ingrese el código de la imagen", captcha_answer())
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    focus(page, "Activar Usuarios", "link")
    page.keyboard.press("Enter")
    focus(page, "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio")
    page.keyboard.press("Space")
    type_into(page, "Tipo de Identificación", "Cédula de ciu")
    type_into(page, "Documento identificación", "1025000111")
    page.keyboard.press("Enter")
    type_into(page, "Entidad", sede.code)
    page.keyboard.press("Enter")
    page.wait_for_url("**entidad=**")
    focus(page, sede.code, "radio")
    page.keyboard.press("Space")
    focus(page, "Rol_Prescriptor", "checkbox")
    page.keyboard.press("Space")
    focus(page, "Asociar Usuario", "button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    checker.check(page)
    focus(page, "Salir", "button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Usted ha salido del portal.")).to_be_visible()


def test_the_skip_link_is_first_and_leads_to_the_content(open_page, checker):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "contenido-principal"
    checker.check(page)


def test_a_double_click_on_asociar_usuario_gives_the_role_once(delegate, sede, open_page, checker):
    factories.make_user(document_number="1025000111")
    page = open_page(delegate)
    page.goto("/")
    find_doctor(page, "1025000111")
    page.get_by_role("radio").first.check()
    page.get_by_role("checkbox", name="Rol_Anulador").check()
    page.get_by_role("button", name="Asociar Usuario").dblclick()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
    assert RoleAssignment.objects.count() == 1
    checker.check(page)
