"""Can a token be generated, used by a program, rotated with overlap and revoked, in a browser and by curl?"""

import json
import subprocess

import pytest
from playwright.sync_api import expect

from entities.models import EntityKind
from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE
from tests.journeys.steps import menu
from tests.tools import program
from tokens.models import ServerClient
from tokens.services import token_authorization
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delegate(db):
    token_authorization.clear_caches()
    public_keys.clear()
    return factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR, name="Droguería del Río S.A.S."))


def curl(*arguments):
    """What curl prints: the body, and the status after it when `--write-out` says so."""
    result = subprocess.run(
        [program("curl"), "--silent", *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return result.stdout


@pytest.fixture
def service(live_server, delegate):
    """GenerarToken as an integration calls it, with curl: the status and the JSON of the answer."""

    def call(token):
        url = f"{live_server.url}/WSSUMMIPRESNOPBS/api/GenerarToken/{delegate.entity.nit}/{token}"
        body, _, status = curl("--write-out", "\n%{http_code}", url).rpartition("\n")
        return int(status), json.loads(body)

    return call


def run_example(page, token):
    """The two lines of example that the page shows, run in a shell with the token pasted where it says."""
    program("curl")
    lines = page.locator("pre").inner_text().replace("pegue aquí el token", token)
    return subprocess.run(["sh", "-c", lines], capture_output=True, text=True, timeout=60, check=True).stdout


def generate(page, checker, name, overlap=None):
    page.get_by_label("Nombre").fill(name)
    if overlap:
        page.get_by_label(overlap).check()
    page.get_by_role("button", name="Generar Token").click()
    expect(page.get_by_role("heading", name="Copie el token ahora")).to_be_visible()
    checker.check(page)
    return page.locator("#token").inner_text()


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_token_from_generation_to_revocation(open_page, checker, delegate, service, scripts, viewport):
    page = open_page(delegate, scripts=scripts, viewport=viewport)
    page.goto("/")
    menu(page, "Generar Token")
    checker.check(page)
    first = generate(page, checker, "Facturación")
    assert len(json.loads(run_example(page, first))) == 44
    status, temporary = service(first)
    assert (status, len(temporary)) == (200, 44)

    page.get_by_role("link", name="Ya lo copié").click()
    expect(page.locator("#token")).to_have_count(0)
    expect(page.locator('[data-label="Último uso"]')).to_contain_text("Suministros")
    checker.check(page)

    second = generate(page, checker, "Facturación nueva", "Que valga 24 horas más")
    assert [service(token)[0] for token in (first, second)] == [200, 200]

    page.get_by_role("link", name="Ya lo copié").click()
    page.get_by_role("link", name=f"Revocar Facturación, terminado en {first[-6:]}").click()
    checker.check(page)
    page.get_by_label("Ya no se usa").check()
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("Token revocado: Facturación")).to_be_visible()
    checker.check(page)
    status, answer = service(first)
    assert status == 401
    assert answer["Message"].startswith("El token fue revocado el ")
    assert service(second)[0] == 200


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_token_is_tried_and_then_reported_as_public(open_page, checker, delegate, service, scripts, viewport):
    page = open_page(delegate, scripts=scripts, viewport=viewport)
    page.goto("/tokens/")
    token = generate(page, checker, "Facturación")
    page.get_by_role("link", name="Probar token").click()
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Probar token").click()
    expect(page.get_by_role("heading", name="Los servicios aceptan este token")).to_be_visible()
    checker.check(page)

    reporter = open_page(scripts=scripts, viewport=viewport)
    reporter.goto("/tokens/reportar/")
    checker.check(reporter)
    reporter.get_by_label("Token, o el texto donde aparece").fill(f"TOKEN={token}")
    reporter.get_by_role("button", name="Reportar y revocar").click()
    expect(reporter.get_by_text("Gracias por el reporte.")).to_be_visible()
    assert service(token)[0] == 401


def test_the_token_is_copied_with_one_button(open_page, checker, delegate):
    page = open_page(delegate)
    page.context.grant_permissions(["clipboard-write"])
    page.goto("/tokens/")
    token = generate(page, checker, "Facturación")
    page.get_by_role("button", name="Copiar token").click()
    expect(page.get_by_text("Copiado.")).to_be_visible()
    page.goto("/tokens/reportar/")
    page.get_by_label("Token, o el texto donde aparece").press("Control+V")  # no script may read the clipboard
    expect(page.get_by_label("Token, o el texto donde aparece")).to_have_value(token)


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_the_reference_is_read_without_log_in(open_page, checker, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    page.goto("/servicios-web/")
    page.get_by_text("Python", exact=True).click()
    expect(page.get_by_text("def token_temporal")).to_be_visible()
    checker.check(page)


def test_the_ministry_creates_and_withdraws_a_server_client(open_page, live_server, checker, ministry):
    page = open_page(ministry)
    page.goto("/admin/tokens/serverclient/add/")
    checker.check(page)
    page.get_by_label("Nombre").fill("Suministros")
    page.get_by_label("Suministros").check()
    page.get_by_label("Motivo").fill("Convenio firmado")
    page.get_by_role("button", name="Crear credenciales").click()
    expect(page.get_by_role("heading", name="Copie el secreto ahora")).to_be_visible()
    checker.check(page)
    credentials = f"{ServerClient.objects.get().client_id}:{page.locator('#client-secret').inner_text()}"
    request = ("--user", credentials, "--data", "token=x", f"{live_server.url}/oauth/introspeccion/")
    assert json.loads(curl(*request)) == {"active": False}

    page.get_by_role("link", name="Retirar servidor").click()
    checker.check(page)
    page.get_by_label("Motivo").fill("Contrato terminado")
    page.get_by_role("button", name="Retirar servidor").click()
    expect(page.get_by_text("El servidor quedó retirado")).to_be_visible()
    assert json.loads(curl(*request))["error"] == "invalid_client"
