"""A day at the Ministry, as each of its groups meets it in a browser: in with a second factor, to the index, one deed.

A feature that comes later is one more step of its group's journey: `page` is in the index when a step begins.
"""

import os

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.models import Account
from delegates.models import RutDocument
from entities.models import EntityKind, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from registries.models import RegistryLoad
from registries.queue import run_next_load
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.steps import enter_with_app, log_in
from tests.registry_files import csv_file, sites
from tests.tokens.helpers import make_token
from tokens.services import bearer_authorization
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=20_000)
PICTURES = os.environ.get("MIPRES_PICTURES")
# what each reads at a glance on the first page
PANELS = {
    "soporte": ["delegates", "activations", "refusals", "tokens", "mail"],
    "revisor": ["registrations"],
    "cargador": ["registries"],
    "auditor": ["registrations", "delegates", "activations", "refusals", "tokens", "registries", "mail", "work"],
    "superusuario": ["registrations", "delegates", "activations", "refusals", "tokens", "registries", "mail", "work"],
    "": [],
}
WIDTHS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])


@pytest.fixture(autouse=True)
def fresh_keys(db):
    bearer_authorization.clear_caches()
    public_keys.clear()


@pytest.fixture
def read(judge):
    """Judge the page as it is, and photograph it when a folder is named."""

    def look(page: Page, name: str) -> None:
        judge.read(page)
        if PICTURES:
            wide = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=f"{PICTURES}/{name}-{wide}.png", full_page=True)

    return look


@pytest.fixture
def at_work(open_page, read):
    """Somebody of a group, in the index of the administration: `at_work("soporte", viewport)`."""

    def arrived(group: str, viewport) -> Page:
        page: Page = open_page(viewport=viewport)
        enter_with_app(page, factories.make_staff(group, login=(group or "nadie").upper()))
        page.get_by_role("link", name="Administración del Ministerio").first.click()
        expect(page.get_by_role("heading", level=1, name="Tablero")).to_be_visible()
        assert panels(page) == PANELS[group]
        read(page, f"index-{group}")
        return page

    return arrived


def index(page: Page, listed: str) -> None:
    """From the index to one of its lists."""
    page.goto("/admin/")
    page.get_by_role("link", name=listed, exact=True).first.click()


def do(page: Page, act: str, reason: str) -> None:
    """The button of an act, its page, and why."""
    page.get_by_role("link", name=f"{act}…").click()
    page.get_by_label("Motivo").fill(reason)
    page.get_by_role("button", name=act).click()


def panels(page: Page) -> list[str]:
    """What the dashboard shows."""
    return [str(panel.get_attribute("id")).removeprefix("panel-") for panel in page.locator(".panel").all()]


def lists(page: Page) -> list[str]:
    """What the index offers."""
    return page.locator("#content-main th[scope=row]").all_inner_texts()


# ---------------------------------------------------------------- soporte


def revokes_a_token(page: Page, read) -> None:
    index(page, "Tokens del portal")
    read(page, "tokens")
    page.locator("#result_list tbody a").first.click()
    read(page, "token")
    page.get_by_role("link", name="Revocar token…").click()
    read(page, "revoke")
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    read(page, "revoke-no-reason")
    page.get_by_label("Motivo").fill("La entidad lo pidió")
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("El token quedó revocado")).to_be_visible()


def tries_a_mail_again(page: Page, read) -> None:
    index(page, "Correos de salida")
    read(page, "mails")
    page.get_by_role("row").filter(has_text="No se pudo enviar").get_by_role("link").click()
    page.get_by_role("link", name="Intentar de nuevo…").click()
    read(page, "mail-again")
    page.get_by_label("Motivo").fill("El servidor de correo volvió")
    page.get_by_role("button", name="Intentar de nuevo").click()
    expect(page.get_by_text("El correo quedó de nuevo en espera.")).to_be_visible()


def suspends_a_delegate(page: Page, read, delegate: Account) -> None:
    index(page, "Cuentas")
    page.locator("#searchbar").fill(delegate.login)
    page.locator("#searchbar").press("Enter")
    page.get_by_role("link", name=delegate.login, exact=True).click()
    read(page, "account")
    do(page, "Suspender delegado", "Denuncia de la entidad")
    expect(page.get_by_text("quedó suspendido")).to_be_visible()
    expect(page.get_by_text("No: suspendida por el Ministerio")).to_be_visible()
    read(page, "account-suspended")


@WIDTHS
def test_soporte_revokes_a_token_and_tries_a_mail_again(at_work, read, viewport):
    make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR)))
    OutgoingMail.objects.create(
        recipient="a@correo.example", template="roles_changed", text="Hola", state="failed", given_up_at=Now()
    )
    page = at_work("soporte", viewport)
    revokes_a_token(page, read)
    tries_a_mail_again(page, read)
    reason = HistoryEntry.objects.get(event="token.revoked").reason
    assert (reason, OutgoingMail.objects.filter(state="pending").count()) == ("La entidad lo pidió", 2)


@WIDTHS
def test_soporte_suspends_a_delegate_who_is_out_at_once(at_work, open_page, read, viewport):
    delegate = factories.make_delegate(factories.make_entity())
    his = open_page(viewport=viewport)
    log_in(his, delegate.login)
    expect(his.get_by_role("navigation").first).to_be_visible()
    suspends_a_delegate(at_work("soporte", viewport), read, delegate)
    his.goto("/usuarios/")
    expect(his.get_by_role("button", name="Ingresar")).to_be_visible()
    assert HistoryEntry.objects.get(event="account.suspended").reason == "Denuncia de la entidad"


# ---------------------------------------------------------------- revisor


@WIDTHS
def test_revisor_asks_for_what_a_registration_lacks(at_work, read, viewport):
    registration = factories.make_registration(name="Clínica del Río S.A.S.")
    RutDocument.objects.create(
        registration=registration, content=b"%PDF", sha256="0" * 64, checks=[], uploaded_by=registration.applicant
    )
    registration.steps.create(state=registration.state, by=registration.applicant)
    page = at_work("revisor", viewport)
    index(page, "Registros de personas jurídicas")
    read(page, "registrations")
    page.get_by_role("link", name="Clínica del Río S.A.S.").click()
    read(page, "registration")
    page.get_by_role("button", name="Tomar para revisión").click()
    expect(page.get_by_text("Usted tomó la solicitud para revisión.")).to_be_visible()
    page.get_by_label("Motivo").fill("Falta la tercera página del RUT")
    page.get_by_role("button", name="Pedir información").click()
    expect(page.get_by_text("La solicitud volvió a la persona")).to_be_visible()
    assert page.request.get("/admin/tokens/portaltoken/").status == 403


# ---------------------------------------------------------------- cargador


def uploads(page: Page, read, file) -> None:
    index(page, "Cargas de registros")
    read(page, "loads")
    page.get_by_role("link", name="Subir un archivo").click()
    page.get_by_label("Registro").select_option("REPS")
    page.get_by_label("Archivo").set_input_files(file)
    read(page, "upload")
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("Ingrese el motivo.")).to_be_visible()
    page.get_by_label("Archivo").set_input_files(file)
    page.get_by_label("Motivo").fill("Corte de marzo de 2026")
    page.get_by_role("button", name="Subir y revisar").click()
    expect(page.get_by_text("El archivo quedó subido")).to_be_visible()


def applies(page: Page, read) -> None:
    """What the preview says, with a reason."""
    expect(page.get_by_role("heading", name="Qué pasaría con las filas")).to_be_visible()
    read(page, "preview")
    page.get_by_role("link", name="Aplicar…").click()
    page.get_by_label("Motivo").fill("El corte de marzo de 2026 viene completo")
    read(page, "apply")
    page.get_by_role("button", name="Aplicar").click()
    expect(page.get_by_text("La carga quedó pedida")).to_be_visible()


@WIDTHS
def test_cargador_loads_a_registry_and_reads_its_report(at_work, read, tmp_path, viewport):
    page = at_work("cargador", viewport)
    uploads(page, read, csv_file(tmp_path / "reps-marzo.csv", sites(3)))
    run_next_load()  # the worker looks at it
    page.reload()
    assert not Sede.objects.exists()
    applies(page, read)
    run_next_load()  # and does it
    page.reload()
    expect(page.get_by_role("heading", name="Qué pasó con las filas")).to_be_visible()
    read(page, "report")
    assert (Sede.objects.open().count(), RegistryLoad.objects.get().state) == (3, "applied")
    asked = HistoryEntry.objects.filter(event__startswith="registry.").order_by("pk")
    assert [entry.reason for entry in asked] == ["Corte de marzo de 2026", "El corte de marzo de 2026 viene completo"]
    assert page.request.get("/admin/tokens/portaltoken/").status == 403


# ---------------------------------------------------------------- auditor


@WIDTHS
def test_auditor_reads_what_happened_to_a_token_and_does_nothing_to_it(at_work, read, viewport):
    token = make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))).row
    page = at_work("auditor", viewport)
    index(page, "Tokens del portal")
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("link", name="Revocar token…")).to_have_count(0)
    page.locator("a.historylink").click()
    expect(page.get_by_text("Token generado")).to_be_visible()
    read(page, "token-history")
    act = reverse("admin:tokens_portaltoken_action", args=[token.pk, "revocar"])
    assert page.request.get(act).status == 403
    index(page, "Grupos")
    read(page, "groups")
    page.get_by_role("link", name="Soporte").click()
    expect(page.get_by_text("Revocar tokens del portal")).to_be_visible()
    read(page, "group")


@WIDTHS
def test_auditor_finds_acts_and_takes_them_away(at_work, read, tmp_path, viewport):
    make_token(factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR)))
    page = at_work("auditor", viewport)
    index(page, "Historia")
    page.get_by_label("Acto", exact=True).select_option("token.issued")
    page.get_by_role("button", name="Buscar actos").click()
    page.wait_for_url("**token.issued**")
    read(page, "history")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar Excel").click()
    waiting.value.save_as(tmp_path / "historia.xlsx")
    acts = [row[3].value for row in load_workbook(tmp_path / "historia.xlsx").active.iter_rows(min_row=2)]
    assert acts == ["token.issued"]
    page.get_by_role("link", name="Token generado").click()
    expect(page.get_by_text("El acto es el que se escribió")).to_be_visible()
    read(page, "act")


# ---------------------------------------------------------------- superusuario


def makes_an_account(page: Page, read) -> None:
    index(page, "Personal del Ministerio")
    read(page, "staff")
    page.locator(".object-tools").get_by_role("link", name="Añadir").click()
    page.get_by_role("button", name="Crear cuenta").click()
    expect(page.get_by_text("Ingrese el usuario.")).to_be_visible()
    read(page, "add-staff-empty")
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
    read(page, "staff-account")


def sets_password_and_second_factor(page: Page) -> None:
    """The newcomer, at the page that the mail opens; in the end in the administration."""
    new = "una frase del todo nueva"
    page.get_by_label("Contraseña nueva").fill(new)
    page.get_by_label("Confirmación de Contraseña").fill(new)
    page.get_by_role("button", name="Asignar contraseña").click()
    expect(page.get_by_text("Contraseña cambiada exitosamente.")).to_be_visible()
    log_in(page, "APEREZ", new)
    expect(page.get_by_role("heading", level=1, name="Agregue un segundo factor")).to_be_visible()
    assert page.request.get("/admin/", max_redirects=0).status == 302
    page.get_by_role("link", name="Aplicación de autenticación").click()
    key = page.locator(".code-box").inner_text().replace(" ", "")
    page.get_by_label("Código de la aplicación").fill(factories.code_of_key(key))
    page.get_by_role("button", name="Agregar aplicación").click()
    page.get_by_role("button", name="Ya los guardé").click()
    expect(page.get_by_role("heading", level=1, name="Seguridad de la cuenta")).to_be_visible()
    page.goto("/admin/")


def changes_groups_and_closes(page: Page, read) -> None:
    index(page, "Personal del Ministerio")
    page.get_by_role("link", name="APEREZ").click()
    page.get_by_role("link", name="Cambiar grupos…").click()
    read(page, "change-groups")
    page.get_by_label("Revisor:").check()
    page.get_by_label("Motivo").fill("También revisa")
    page.get_by_role("button", name="Cambiar grupos").click()
    expect(page.get_by_text("Soporte, Revisor")).to_be_visible()
    do(page, "Cerrar cuenta", "Se retiró")
    expect(page.get_by_text("La cuenta quedó cerrada")).to_be_visible()
    read(page, "staff-closed")
    page.locator("a.historylink").click()
    expect(page.get_by_text("Se retiró")).to_be_visible()
    read(page, "staff-history")


@WIDTHS
def test_superusuario_makes_an_account_that_works_until_it_is_closed(at_work, open_page, inbox, read, viewport):
    page = at_work("superusuario", viewport)
    makes_an_account(page, read)
    newcomer = inbox(open_page(viewport=viewport), "AQUÍ")
    sets_password_and_second_factor(newcomer)
    expect(newcomer.get_by_role("link", name="Tokens del portal").first).to_be_visible()
    changes_groups_and_closes(page, read)
    newcomer.goto("/admin/")
    expect(newcomer.get_by_role("button", name="Ingresar")).to_be_visible()
    assert not Account.objects.get(login="APEREZ").is_active


# ---------------------------------------------------------------- nobody's


def test_somebody_in_no_group_reads_what_to_do(at_work):
    page = at_work("", DESKTOP)
    assert lists(page) == []
    expect(page.get_by_text("todavía no está en ningún grupo")).to_be_visible()
