"""A token in a browser and on the wire: generated, used by a program, seen in use, rotated with overlap, revoked."""

import json
import subprocess

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.models import Account
from entities.models import EntityKind
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.steps import menu
from tests.tools import program
from tokens.models import ServerClient
from tokens.services import bearer_authorization
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delegate(db):
    bearer_authorization.clear_caches()
    public_keys.clear()
    return factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR, name="Droguería del Río S.A.S."))


def by_curl(*arguments):
    """What curl prints: the body as JSON and, when asked for, the status after it."""
    done = subprocess.run(
        [program("curl"), "--silent", *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@pytest.fixture
def service(live_server, delegate):
    """GenerarToken as an integration calls it, with curl: the status and what came back as JSON."""

    def call(token):
        url = f"{live_server.url}/WSSUMMIPRESNOPBS/api/GenerarToken/{delegate.entity.nit}/{token}"
        body, _, status = by_curl("--write-out", "\n%{http_code}", url).rpartition("\n")
        return int(status), json.loads(body)

    return call


def shown_example(page, token):
    """The two lines of example that the page shows, run in a shell with the token pasted where it says."""
    program("curl")
    lines = page.locator("pre").inner_text().replace("pegue aquí el token", token)
    return subprocess.run(["sh", "-c", lines], capture_output=True, text=True, timeout=60, check=True).stdout


def generate(page, judge, scripts, name, overlap=None):
    page.get_by_label("Nombre").fill(name)
    if overlap:
        page.get_by_label(overlap).check()
    page.get_by_role("button", name="Generar Token").click()
    expect(page.get_by_role("heading", name="Copie el token ahora")).to_be_visible()
    judge.read(page, scripts=scripts)
    return page.locator("#token").inner_text()


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_token_from_generation_to_revocation(open_page, live_server, judge, delegate, service, scripts, viewport):
    client = Client()
    client.force_login(delegate)
    page = open_page(scripts=scripts, viewport=viewport)
    page.context.add_cookies([{"name": "sesion", "value": client.cookies["sesion"].value, "url": live_server.url}])
    page.goto("/")
    menu(page, "Generar Token")
    judge.read(page, scripts=scripts)
    first = generate(page, judge, scripts, "Facturación")
    assert len(json.loads(shown_example(page, first))) == 44
    status, temporary = service(first)
    assert (status, len(temporary)) == (200, 44)

    page.get_by_role("link", name="Ya lo copié").click()
    expect(page.locator("#token")).to_have_count(0)
    expect(page.locator('[data-label="Último uso"]')).to_contain_text("Suministros")
    judge.read(page, scripts=scripts)

    second = generate(page, judge, scripts, "Facturación nueva", "Que valga 24 horas más")
    assert [service(token)[0] for token in (first, second)] == [200, 200]

    page.get_by_role("link", name="Ya lo copié").click()
    page.get_by_role("link", name=f"Revocar Facturación, terminado en {first[-6:]}").click()
    judge.read(page, scripts=scripts)
    page.get_by_label("Ya no se usa").check()
    page.get_by_role("button", name="Revocar token").click()
    expect(page.get_by_text("Token revocado: Facturación")).to_be_visible()
    judge.read(page, scripts=scripts)
    status, answer = service(first)
    assert status == 401
    assert answer["Message"].startswith("El token fue revocado el ")
    assert service(second)[0] == 200


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_token_that_is_tried_and_then_found_in_public(
    open_page, live_server, judge, delegate, service, scripts, viewport
):
    client = Client()
    client.force_login(delegate)
    page = open_page(scripts=scripts, viewport=viewport)
    page.context.add_cookies([{"name": "sesion", "value": client.cookies["sesion"].value, "url": live_server.url}])
    page.goto("/tokens/")
    token = generate(page, judge, scripts, "Facturación")
    page.get_by_role("link", name="Probar token").click()
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Probar token").click()
    expect(page.get_by_role("heading", name="Los servicios aceptan este token")).to_be_visible()
    judge.read(page, scripts=scripts)

    anybody = open_page(scripts=scripts, viewport=viewport)
    anybody.goto("/tokens/reportar/")
    judge.read(anybody, scripts=scripts)
    anybody.get_by_label("Token, o el texto donde aparece").fill(f"TOKEN={token}")
    anybody.get_by_role("button", name="Reportar y revocar").click()
    expect(anybody.get_by_text("Gracias por el reporte.")).to_be_visible()
    assert service(token)[0] == 401


def test_the_token_can_be_copied_with_one_button(open_page, live_server, judge, delegate):
    client = Client()
    client.force_login(delegate)
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.context.add_cookies([{"name": "sesion", "value": client.cookies["sesion"].value, "url": live_server.url}])
    page.goto("/tokens/")
    token = generate(page, judge, True, "Facturación")
    page.get_by_role("button", name="Copiar token").click()
    expect(page.get_by_text("Copiado.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_the_reference_is_read_without_log_in(open_page, judge, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    page.goto("/servicios-web/")
    page.get_by_text("Python", exact=True).click()
    expect(page.get_by_text("def token_temporal")).to_be_visible()
    judge.read(page, scripts=scripts)


def test_the_ministry_lets_a_server_in_and_out(open_page, live_server, judge, delegate):
    client = Client()
    client.force_login(
        Account.objects.create_superuser("MINSALUD01", factories.PASSWORD, email="soporte@minsalud.example")
    )
    page = open_page()
    page.context.add_cookies([{"name": "sesion", "value": client.cookies["sesion"].value, "url": live_server.url}])
    page.goto("/admin/tokens/serverclient/add/")
    judge.read(page)
    page.get_by_label("Nombre").fill("Suministros")
    page.get_by_label("Suministros").check()
    page.get_by_label("Motivo").fill("Convenio firmado")
    page.get_by_role("button", name="Crear credenciales").click()
    expect(page.get_by_role("heading", name="Copie el secreto ahora")).to_be_visible()
    judge.read(page)
    credentials = f"{ServerClient.objects.get().client_id}:{page.locator('#client-secret').inner_text()}"
    asked = ("--user", credentials, "--data", "token=x", f"{live_server.url}/oauth/introspeccion/")
    assert json.loads(by_curl(*asked)) == {"active": False}

    page.get_by_role("link", name="Retirar servidor").click()
    judge.read(page)
    page.get_by_label("Motivo").fill("Contrato terminado")
    page.get_by_role("button", name="Retirar servidor").click()
    expect(page.get_by_text("El servidor quedó retirado")).to_be_visible()
    assert json.loads(by_curl(*asked))["error"] == "invalid_client"
