"""Can each group of the Ministry do its work in the admin? From the index on; log-ins are in `test_second_factor`."""

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import Account
from delegates.models import RutDocument
from entities.models import EntityKind, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from registries.models import RegistryLoad
from registries.queue import run_next_load
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import expect_heading, log_in
from tests.registry_files import csv_file, sites
from tests.tokens.helpers import make_token
from tokens.services import token_authorization
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)
ALL_PANELS = [
    "registrations",
    "identities",
    "delegates",
    "activations",
    "refusals",
    "tokens",
    "registries",
    "mail",
    "work",
]
# the panels of the dashboard by group
PANELS = {
    "soporte": ["delegates", "activations", "refusals", "tokens", "mail"],
    "revisor": ["registrations", "identities", "delegates", "refusals"],
    "cargador": ["registries"],
    "auditor": ALL_PANELS,
    "superusuario": ALL_PANELS,
    "": [],
}


@pytest.fixture(autouse=True)
def fresh_keys(db):
    token_authorization.clear_caches()
    public_keys.clear()


@pytest.fixture
def open_index(open_page, checker):
    """The index of the admin, opened by somebody of a group: `open_index("soporte")`."""

    def open_index(group: str, viewport: ViewportSize = DESKTOP) -> Page:
        page: Page = open_page(factories.make_staff(group), viewport=viewport)
        page.goto("/")
        page.get_by_role("link", name="Administración del Ministerio").first.click()
        expect_heading(page, "Tablero")
        assert panels(page) == PANELS[group]
        checker.check(page)
        return page

    return open_index


def open_list(page: Page, name: str) -> None:
    """From the index to one of its lists."""
    page.goto("/admin/")
    page.locator("th[scope=row]").get_by_role("link", name=name, exact=True).click()


def run_action(page: Page, action: str, reason: str) -> None:
    page.get_by_role("link", name=f"{action}…").click()
    page.get_by_label("Motivo").fill(reason)
    page.get_by_role("button", name=action).click()


def panels(page: Page) -> list[str]:
    return [str(panel.get_attribute("id")).removeprefix("panel-") for panel in page.locator(".panel").all()]


# ---------------------------------------------------------------- soporte


def revoke_token(page: Page, checker) -> None:
    open_list(page, "Tokens del portal")
    checker.check(page)
    page.locator("#result_list tbody a").first.click()
    checker.check(page)
    page.get_by_role("link", name="Revocar token…").click()
    checker.check(page)
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    checker.check(page)
    page.get_by_label("Motivo").fill("La entidad lo pidió")
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("El token quedó revocado")).to_be_visible()


def retry_mail(page: Page, checker) -> None:
    open_list(page, "Correos de salida")
    checker.check(page)
    page.get_by_role("row").filter(has_text="No se pudo enviar").get_by_role("link").click()
    page.get_by_role("link", name="Intentar de nuevo…").click()
    checker.check(page)
    page.get_by_label("Motivo").fill("El servidor de correo volvió")
    page.get_by_role("button", name="Intentar de nuevo").click()
    expect(page.get_by_text("El correo quedó de nuevo en espera.")).to_be_visible()


def suspend_delegate(page: Page, checker, delegate: Account) -> None:
    open_list(page, "Cuentas")
    page.locator("#searchbar").fill(delegate.login)
    page.locator("#searchbar").press("Enter")
    page.get_by_role("link", name=delegate.login, exact=True).click()
    checker.check(page)
    run_action(page, "Suspender delegado", "Denuncia de la entidad")
    expect(page.get_by_text("quedó suspendido")).to_be_visible()
    expect(page.get_by_text("No: suspendida por el Ministerio")).to_be_visible()
    checker.check(page)


def test_soporte_revokes_a_token_and_retries_a_mail(open_index, checker):
    make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR)))
    OutgoingMail.objects.create(
        recipient="a@correo.example",
        subject="Roles",
        template="roles_changed",
        text="Hola",
        state="failed",
        given_up_at=Now(),
    )
    page = open_index("soporte")
    revoke_token(page, checker)
    retry_mail(page, checker)
    reason = HistoryEntry.objects.get(event="token.revoked").reason
    assert (reason, OutgoingMail.objects.filter(state="pending").count()) == ("La entidad lo pidió", 2)


def test_soporte_suspends_a_delegate_whose_session_ends_at_once(open_index, open_page, checker):
    delegate = factories.make_delegate(factories.make_entity())
    page_of_delegate = open_page(delegate)
    page_of_delegate.goto("/")
    expect(page_of_delegate.get_by_role("navigation").first).to_be_visible()
    suspend_delegate(open_index("soporte", PHONE), checker, delegate)
    page_of_delegate.goto("/usuarios/")
    expect(page_of_delegate.get_by_role("button", name="Ingresar")).to_be_visible()
    assert HistoryEntry.objects.get(event="account.suspended").reason == "Denuncia de la entidad"


# ---------------------------------------------------------------- revisor


def test_revisor_asks_for_what_a_registration_lacks(open_index, checker):
    registration = factories.make_registration(name="Clínica del Río S.A.S.")
    RutDocument.objects.create(
        registration=registration, content=b"%PDF", sha256="0" * 64, checks=[], uploaded_by=registration.applicant
    )
    registration.steps.create(state=registration.state, by=registration.applicant)
    page = open_index("revisor", PHONE)
    open_list(page, "Registros de personas jurídicas")
    checker.check(page)
    page.get_by_role("link", name="Clínica del Río S.A.S.").click()
    checker.check(page)
    page.get_by_role("button", name="Tomar para revisión").click()
    expect(page.get_by_text("Usted tomó la solicitud para revisión.")).to_be_visible()
    page.get_by_label("Motivo").fill("Falta la tercera página del RUT")
    page.get_by_role("button", name="Pedir información").click()
    expect(page.get_by_text("La solicitud volvió a la persona")).to_be_visible()
    assert page.request.get("/admin/tokens/portaltoken/").status == 403


# ---------------------------------------------------------------- cargador


def upload(page: Page, checker, file) -> None:
    open_list(page, "Cargas de registros")
    checker.check(page)
    page.get_by_role("link", name="Subir un archivo").click()
    page.get_by_label("Registro").select_option("REPS")
    page.get_by_label("Archivo").set_input_files(file)
    checker.check(page)
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_label("Motivo").fill("Corte de marzo de 2026")
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("El archivo quedó subido")).to_be_visible()


def apply(page: Page, checker) -> None:
    """Apply what the preview says, with a reason."""
    expect(page.get_by_role("heading", name="Qué pasaría con las filas")).to_be_visible()
    checker.check(page)
    page.get_by_role("link", name="Aplicar…").click()
    page.get_by_label("Motivo").fill("El corte de marzo de 2026 viene completo")
    checker.check(page)
    page.get_by_role("button", name="Aplicar").click()
    expect(page.get_by_text("La carga quedó pedida")).to_be_visible()


def test_cargador_loads_a_registry_and_reads_its_report(open_index, checker, tmp_path):
    page = open_index("cargador")
    upload(page, checker, csv_file(tmp_path / "reps-marzo.csv", sites(3)))
    run_next_load()  # the preview
    page.reload()
    assert not Sede.objects.exists()
    apply(page, checker)
    run_next_load()  # and the load
    page.reload()
    expect(page.get_by_role("heading", name="Qué pasó con las filas")).to_be_visible()
    checker.check(page)
    assert (Sede.objects.open().count(), RegistryLoad.objects.get().state) == (3, "applied")
    entries = HistoryEntry.objects.filter(event__startswith="registry.").order_by("pk")
    assert [entry.reason for entry in entries] == ["Corte de marzo de 2026", "El corte de marzo de 2026 viene completo"]
    assert page.request.get("/admin/tokens/portaltoken/").status == 403


# ---------------------------------------------------------------- auditor


def test_auditor_reads_the_history_of_a_token_and_cannot_revoke_it(open_index, checker):
    token = make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))).row
    page = open_index("auditor", PHONE)
    open_list(page, "Tokens del portal")
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("link", name="Revocar token…")).to_have_count(0)
    page.locator("a.historylink").click()
    expect(page.get_by_text("Token generado")).to_be_visible()
    checker.check(page)
    action = reverse("admin:tokens_portaltoken_action", args=[token.pk, "revocar"])
    assert page.request.get(action).status == 403
    open_list(page, "Grupos")
    checker.check(page)
    page.get_by_role("link", name="Soporte").click()
    expect(page.get_by_text("Revocar tokens del portal")).to_be_visible()
    checker.check(page)


def test_auditor_searches_the_history_and_downloads_it(open_index, checker, tmp_path):
    make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR)))
    page = open_index("auditor")
    open_list(page, "Historia")
    page.get_by_label("Acto", exact=True).select_option("token.issued")
    page.get_by_role("button", name="Buscar actos").click()
    page.wait_for_url("**token.issued**")
    checker.check(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar Excel").click()
    waiting.value.save_as(tmp_path / "historia.xlsx")
    events = [row[2].value for row in load_workbook(tmp_path / "historia.xlsx").active.iter_rows(min_row=2)]
    assert events == ["Token generado"]
    page.get_by_role("link", name="Token generado").click()
    expect(page.get_by_text("El acto es el que se escribió")).to_be_visible()
    checker.check(page)


# ---------------------------------------------------------------- superusuario


def create_account(page: Page, checker) -> None:
    open_list(page, "Personal del Ministerio")
    checker.check(page)
    page.locator(".object-tools").get_by_role("link", name="Añadir").click()
    page.get_by_role("button", name="Crear cuenta").click()
    expect(page.get_by_text("Ingrese el usuario.")).to_be_visible()
    checker.check(page)
    page.get_by_label("Usuario", exact=True).fill("aperez")
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill("1.025.000.777")
    page.get_by_label("Primer nombre").fill("Ana")
    page.get_by_label("Primer apellido").fill("Pérez")
    page.get_by_label("Correo electrónico").fill("aperez@minsalud.example")
    page.get_by_label("Soporte:").check()
    page.get_by_label("Motivo").fill("Entró a la mesa de ayuda")
    page.get_by_role("button", name="Crear cuenta").click()
    expect(page.get_by_text("La cuenta quedó creada.")).to_be_visible()
    checker.check(page)


def set_password_and_second_factor(page: Page) -> None:
    """From the page that the mail opens to the admin."""
    new = "una frase del todo nueva"
    page.get_by_label("Contraseña nueva").fill(new)
    page.get_by_label("Confirmación de Contraseña").fill(new)
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Contraseña cambiada exitosamente.")).to_be_visible()
    log_in(page, "APEREZ", new)
    expect_heading(page, "Agregue un segundo factor")
    assert page.request.get("/admin/", max_redirects=0).status == 302
    page.get_by_role("link", name="Aplicación de autenticación").click()
    key = page.locator(".code-box").inner_text().replace(" ", "")
    page.get_by_label("Código de la aplicación").fill(factories.code_of_key(key))
    page.get_by_role("button", name="Agregar aplicación").click()
    page.get_by_role("button", name="Ya los guardé").click()
    expect_heading(page, "Seguridad de la cuenta")
    page.goto("/admin/")


def change_groups_and_close(page: Page, checker) -> None:
    open_list(page, "Personal del Ministerio")
    page.get_by_role("link", name="APEREZ").click()
    page.get_by_role("link", name="Cambiar grupos…").click()
    checker.check(page)
    page.get_by_label("Revisor:").check()
    page.get_by_label("Motivo").fill("También revisa")
    page.get_by_role("button", name="Cambiar grupos").click()
    expect(page.get_by_text("Soporte, Revisor")).to_be_visible()
    run_action(page, "Cerrar cuenta", "Se retiró")
    expect(page.get_by_text("La cuenta quedó cerrada")).to_be_visible()
    checker.check(page)
    page.locator("a.historylink").click()
    expect(page.get_by_text("Se retiró")).to_be_visible()
    checker.check(page)


def test_superusuario_creates_an_account_that_works_until_closed(open_index, open_page, inbox, checker):
    page = open_index("superusuario", PHONE)
    create_account(page, checker)
    newcomer = inbox(open_page(viewport=PHONE), "AQUÍ")
    set_password_and_second_factor(newcomer)
    expect(newcomer.get_by_role("link", name="Tokens del portal").first).to_be_visible()
    change_groups_and_close(page, checker)
    newcomer.goto("/admin/")
    expect(newcomer.get_by_role("button", name="Ingresar")).to_be_visible()
    assert not Account.objects.get(login="APEREZ").is_active


# ---------------------------------------------------------------- no group


def test_staff_without_a_group_read_what_to_do(open_index):
    page = open_index("")
    assert page.locator("#content-main th[scope=row]").count() == 0
    expect(page.get_by_text("todavía no está en ningún grupo")).to_be_visible()
