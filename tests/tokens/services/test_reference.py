"""Is everything that the OpenAPI document and the reference page promise true of the portal?"""

import uuid
from datetime import timedelta
from urllib.parse import urlencode

import jsonschema
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import OpenAPIV31SpecValidator

from entities.models import EntityKind
from tests import factories
from tests.tokens.helpers import FAC, PRES, SUM, backdate, make_token
from tests.tokens.services.oauth_calls import post
from tokens import views
from tokens.actions import create_client
from tokens.scopes import Scope, Service
from tokens.services import (
    limits,
    reference,
    token_authorization,
    token_introspection,
)
from tokens.services.web_services import OPERATIONS

pytestmark = pytest.mark.django_db
DOCUMENT = reference.document()
ISSUING, VALIDATING = "/{}/api/GenerarToken/{{nit}}/{{token}}", f"/{PRES}/api/ValidarToken/{{nit}}/{{token}}"
WIRE = {ISSUING.format(SUM): "suministros", ISSUING.format(FAC): "facturacion", VALIDATING: "prescripcion"}
FORM = "application/x-www-form-urlencoded"
OAUTH = ("/oauth/introspeccion/", "/oauth/revocacion/")
REPORT, KEYS = "/tokens/reportar/servicio/", "/.well-known/jwks.json"
PROMISES = [
    (path, method, status)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    for status in operation["responses"]
]


# ---------------------------------------------------------------- how each status comes about


def delegate(kind=EntityKind.EPS_C):
    return factories.make_delegate(factories.make_entity(kind))


def wire(path, by=None, nit=None, token=None):
    """A call with a token of an EPS, or with the given one."""
    by = by or delegate()
    address = path.format(nit=nit or by.entity.nit, token=token or make_token(by).token)
    return Client(raise_request_exception=False).get(address)


def out_of_scope(path):
    """Only an entity that is inactive is refused everything."""
    by = delegate()
    by.entity.is_active = False
    by.entity.save()
    return wire(path, by)


def breaking(monkeypatch, error):
    def broken(*_, **__):
        raise error

    for module, name in (
        (token_authorization, "_fetch_details"),
        (token_introspection, "introspect"),
        (token_introspection, "revoke"),
    ):
        monkeypatch.setattr(module, name, broken)


def limited(monkeypatch):
    """As when a count is full (`test_limits`, `test_clients` fill one)."""

    def full(limit, who=None):
        raise limits.TooManyCalls(limit.message, timedelta(seconds=30))

    monkeypatch.setattr(limits.Limit, "acquire", full)


def oauth(path, fields=None, secret=None):
    by = delegate()
    ministry = factories.make_natural()
    client, good = create_client(by=ministry, name="x", scope=["suministros"], request_key=uuid.uuid4(), reason="x")
    sent = {"token": make_token(by).token} if fields is None else fields
    sent |= {"client_id": client.client_id, "client_secret": secret or good}
    return Client(raise_request_exception=False).post(path, urlencode(sent), content_type=FORM)


def good(path):
    if path in WIRE:
        return wire(path)
    if path in OAUTH:
        return oauth(path)
    client = Client()
    return client.get(path) if path == KEYS else client.post(path, "hola", content_type="text/plain")


def unauthorised(path):
    return wire(path, token="a.b.c") if path in WIRE else oauth(path, secret="x")


BROUGHT_ABOUT = {
    "200": good,
    "400": lambda path: oauth(path, fields={}) if path in OAUTH else Client().post(path, "", content_type="text/plain"),
    "401": unauthorised,
    "403": out_of_scope,
    "411": lambda path: Client().post(path, "x", content_type=FORM, HTTP_TRANSFER_ENCODING="chunked"),
    "413": lambda path: Client().post(path, "x" * 300_000, content_type=FORM),
    "422": lambda path: wire(path, nit="900-1"),
    "429": good,
    "500": good,
    "503": good,
}
BEFORE = {
    "429": limited,
    "500": lambda monkeypatch: breaking(monkeypatch, ZeroDivisionError()),
    "503": lambda monkeypatch: breaking(monkeypatch, OperationalError()),
}


def assert_as_promised(response, promised):
    """The body has the promised media type and shape, and the promised headers are there."""
    for header in promised.get("headers", {}):
        assert header in response.headers
    if "content" not in promised:
        assert response.content == b""
        return
    ((media, content),) = promised["content"].items()
    assert response.headers["Content-Type"].partition(";")[0] == media
    schema = content["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    jsonschema.Draft202012Validator(schema).validate(response.json())


@pytest.mark.parametrize(("path", "method", "status"), PROMISES)
def test_every_status_of_the_document_is_real(path, method, status, monkeypatch):
    BEFORE.get(status, lambda _: None)(monkeypatch)
    response = BROUGHT_ABOUT[status](path)
    assert str(response.status_code) == status
    assert response.wsgi_request.method == method.upper()
    assert_as_promised(response, DOCUMENT["paths"][path][method]["responses"][status])


# ---------------------------------------------------------------- the document


def test_the_document_is_valid_openapi():
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_has_every_operation_of_the_services_and_no_other():
    wanted = {f"/{service}/api/{name}/{{nit}}/{{token}}" for service, names in OPERATIONS.items() for name in names}
    assert {path for path in DOCUMENT["paths"] if path.startswith("/WS")} == wanted == set(WIRE)


def test_the_document_names_the_scopes_services_and_causes_of_the_code():
    fields = DOCUMENT["paths"][VALIDATING]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert fields["properties"]["Alcance"]["items"]["enum"] == Scope.values
    assert fields["properties"]["Servicios"]["items"]["enum"] == Service.values
    causes = {row.status: row.cause for row in reference.ERRORS}
    for path in WIRE:
        for status, response in DOCUMENT["paths"][path]["get"]["responses"].items():
            assert response["description"] == causes.get(status, "OK")


def test_an_answer_has_only_the_fields_of_the_document():
    answer = wire(VALIDATING).json()
    schema = DOCUMENT["paths"][VALIDATING]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(answer) == set(schema["properties"])


def test_an_introspection_has_only_the_fields_of_the_document():
    answer = oauth(OAUTH[0]).json()
    schema = DOCUMENT["paths"][OAUTH[0]]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["active"] is True
    assert set(answer) == set(schema["properties"])


def test_it_is_published_for_tools_anywhere():
    response = Client().get("/servicios-web/openapi.json")
    assert response.json() == DOCUMENT
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=3600" in response.headers["Cache-Control"]
    again = Client().get("/servicios-web/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


# ---------------------------------------------------------------- the page


@pytest.fixture
def page():
    return Client().get("/servicios-web/").text


def test_the_page_has_every_call(page):
    for path in DOCUMENT["paths"]:
        assert path in page


def test_the_page_explains_every_status_of_the_wire(page):
    statuses = {status for path in WIRE for status in DOCUMENT["paths"][path]["get"]["responses"]} - {"200"}
    assert statuses <= {row.status for row in reference.ERRORS}
    for row in reference.ERRORS:
        assert row.remedy in page


def test_the_page_shows_every_sample_as_it_is(page):
    for sample in reference.SAMPLES:
        assert sample.code.splitlines()[0].replace("<", "&lt;").replace('"', "&quot;") in page


def test_what_is_kept_for_an_hour_is_what_the_keys_are_kept_for():
    assert views.JWKS_MAX_AGE.total_seconds() == 3_600


def test_a_revoked_token_is_promised_as_not_active():
    by = delegate()
    made = make_token(by)
    backdate(made.row, revoked_at=timezone.now(), reason="x")
    response = oauth(OAUTH[0], fields={"token": made.token})
    assert_as_promised(response, DOCUMENT["paths"][OAUTH[0]]["post"]["responses"]["200"])
    assert response.json() == {"active": False}


@pytest.mark.parametrize("path", OAUTH)
def test_extra_field_may_come_once_as_the_schema_says(client_server, token, path):
    schema = DOCUMENT["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"]
    for extra, status in (["1"], 200), (["1", "2"], 400):
        sent = {"token": token.token, "x": extra[0] if len(extra) == 1 else extra}
        fields = [("token", token.token), *(("x", value) for value in extra)]
        assert post(path, fields, credentials=client_server).status_code == status
        assert jsonschema.Draft202012Validator(schema).is_valid(sent) is (status == 200)
