"""Does the Ministry see tokens and keys without being able to edit them, and let servers in and out?"""

import html
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.tokens.helpers import validate
from tokens.actions import create_client
from tokens.models import PortalToken, ServerClient, SigningKey

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/tokens/serverclient/add/", "/admin/tokens/serverclient/"


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def staff(ministry):
    return client_of(ministry)


def form_data(**fields):
    return {
        "name": "Suministros",
        "scope": ["facturacion", "suministros"],
        "request_key": str(uuid.uuid4()),
        "reason": "Convenio",
    } | fields


def secret_on(page):
    found = re.search(r'id="client-secret">([^<]+)<', page.text)
    return found and html.unescape(found[1])


# ---------------------------------------------------------------- other servers


def test_a_server_is_added_and_its_secret_shown_once(staff):
    page = staff.post(ADD, form_data(), follow=True)
    secret, client = secret_on(page), ServerClient.objects.get()
    assert client.scope == "suministros facturacion"
    fields = {"token": "x", "client_id": client.client_id, "client_secret": secret}
    assert Client().post("/oauth/introspeccion/", fields).status_code == 400  # multipart is not the form of OAuth
    form = "&".join(f"{name}={value}" for name, value in fields.items())
    answer = Client().post("/oauth/introspeccion/", form, content_type="application/x-www-form-urlencoded")
    assert answer.json() == {"active": False}
    assert secret_on(staff.get(page.wsgi_request.path)) is None


def test_the_secret_waits_encrypted_and_then_not_at_all(staff):
    where = staff.post(ADD, form_data()).url
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert secret_on(staff.get(where)) not in kept
    assert "new_client" not in str([session.get_decoded() for session in Session.objects.all()])


def test_the_secret_is_shown_at_its_own_server_only(ministry, staff):
    other, _ = create_client(by=ministry, name="x", scope=["suministros"], request_key=uuid.uuid4(), reason="x")
    where = staff.post(ADD, form_data()).url
    assert secret_on(staff.get(f"{LIST}{other.pk}/change/")) is None
    assert secret_on(staff.get(where))


def test_a_double_click_makes_one_server_and_still_shows_its_secret(staff):
    data = form_data()
    staff.post(ADD, data)
    assert secret_on(staff.get(staff.post(ADD, data).url))
    assert ServerClient.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Ingrese el nombre del servidor."),
        ({"name": "x" * 61}, "El nombre debe tener 60 caracteres o menos"),
        ({"scope": []}, "Ingrese el alcance"),
        ({"scope": ["todo"]}, "El alcance debe ser de los de la lista"),
        ({"request_key": "x"}, "La página llegó incompleta."),
        ({"reason": " "}, "Ingrese el motivo."),
    ],
)
def test_a_mistake_is_explained_and_makes_nothing(staff, fields, message):
    assert message in html.unescape(staff.post(ADD, form_data(**fields)).text)
    assert not ServerClient.objects.exists()


def test_a_server_is_ended_with_a_reason(ministry, staff):
    client, _ = create_client(by=ministry, name="x", scope=["suministros"], request_key=uuid.uuid4(), reason="x")
    where = f"{LIST}{client.pk}/acto/retirar/"
    assert "No se puede deshacer" in staff.get(where).text
    assert "Ingrese el motivo." in staff.post(where, {"reason": ""}).text
    assert "ya no valen" in staff.post(where, {"reason": "Contrato terminado"}, follow=True).text
    assert "no hubo cambios" in staff.post(where, {"reason": "otra vez"}, follow=True).text
    client.refresh_from_db()
    assert (client.ended_by, client.reason) == (ministry, "Contrato terminado")
    assert "no hay nada que cambiar" in staff.get(where).text


# ---------------------------------------------------------------- portal tokens


def revoking(token):
    return f"/admin/tokens/portaltoken/{token.row.pk}/acto/revocar/"


def test_the_ministry_revokes_a_token_with_a_reason(eps, token, ministry, staff):
    assert "Ingrese el motivo." in staff.post(revoking(token), {"reason": " "}).text
    assert validate(eps.entity.nit, token.token).status_code == 200
    staff.post(revoking(token), {"reason": "Pudo quedar expuesto"})
    assert validate(eps.entity.nit, token.token).status_code == 401
    entry = HistoryEntry.objects.get(event="token.revoked")
    assert (entry.actor, entry.entity) == (ministry, eps.entity)


def test_the_page_of_a_token_leads_to_its_revocation(token, staff):
    where = f"/admin/tokens/portaltoken/{token.row.pk}/change/"
    assert revoking(token) in staff.get(where).text
    staff.post(revoking(token), {"reason": "x"})
    assert revoking(token) not in staff.get(where).text


# ---------------------------------------------------------------- nothing is edited, and not by everybody

MODELS = {"signingkey": SigningKey, "portaltoken": PortalToken, "serverclient": ServerClient}


@pytest.fixture
def things(ministry, token):
    create_client(by=ministry, name="x", scope=["suministros"], request_key=uuid.uuid4(), reason="x")
    return {name: model.objects.first().pk for name, model in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_lists_and_pages_open_and_nothing_is_edited(staff, things, name):
    at = f"/admin/tokens/{name}/"
    before = list(MODELS[name].objects.values())
    assert staff.get(at, {"q": "x"} if name != "signingkey" else {}).status_code == 200
    page = staff.get(f"{at}{things[name]}/change/")
    assert page.status_code == 200
    staff.post(f"{at}{things[name]}/change/", {"name": "otro", "state": "retired", "_save": "1"})
    assert staff.get(f"{at}{things[name]}/delete/").status_code == 403
    assert list(MODELS[name].objects.values()) == before


def test_what_is_not_there_is_not_found(staff, db):
    assert staff.get("/admin/tokens/portaltoken/999999/acto/revocar/").status_code == 404
    assert staff.get("/admin/tokens/portaltoken/999999/change/", follow=True).status_code == 200


@pytest.mark.parametrize("name", ["signingkey", "portaltoken"])
def test_nobody_adds_keys_or_tokens(staff, name):
    assert staff.get(f"/admin/tokens/{name}/add/").status_code == 403


def test_no_page_shows_a_private_key_or_a_digest(staff, things):
    client, key = ServerClient.objects.get(), SigningKey.objects.get(state="current")
    assert client.digest not in staff.get(f"{LIST}{client.pk}/change/").text
    assert key.private_key not in staff.get(f"/admin/tokens/signingkey/{key.pk}/change/").text


def test_staff_without_the_permissions_do_nothing(things, token):
    plain = Account.objects.create_user("OTRO1", factories.PASSWORD, email="o@minsalud.example", is_staff=True)
    client = client_of(plain)
    assert client.post(ADD, form_data()).status_code == 403
    assert client.post(revoking(token), {"reason": "x"}).status_code == 403
    assert client.get(f"/admin/tokens/portaltoken/{things['portaltoken']}/change/").status_code == 403
    assert PortalToken.objects.current().count() == 1


def test_a_delegate_does_nothing(delegate_client, things, token):
    for address in (ADD, revoking(token), LIST):
        assert delegate_client.post(address, form_data(reason="x")).status_code in (302, 403)
    assert PortalToken.objects.current().count() == 1
    assert ServerClient.objects.count() == 1
