"""Does every answer carry the headers of security, whatever made it?"""

import json

import pytest
from django.test import RequestFactory

from mipres_admin.wsgi import application
from tests.cells import each_cell

pytestmark = pytest.mark.django_db
NOTHING = "default-src 'none'; frame-ancestors 'none'"


@each_cell(
    "path",
    [
        "/WSMIPRESNOPBS/api/ValidarToken/900123456/x",
        "/WSSUMMIPRESNOPBS/api/GenerarToken/900123456/x",
        "/oauth/introspeccion/",
        "/salud/",
        "/salud/vivo/",
        "/.well-known/jwks.json",
        "/servicios-web/openapi.json",
        "/usuarios/",
    ],
)
def test_what_is_no_page_loads_nothing_and_is_in_no_frame(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy == NOTHING or headers["Content-Type"].startswith("text/html")
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]


def test_static_files_load_nothing(client):
    response = client.get("/estaticos/css/portal.css")
    response.close()
    assert response.headers["Content-Security-Policy"] == NOTHING


def test_json_of_the_services_has_the_policy_of_what_is_no_page(client):
    headers = client.get("/WSMIPRESNOPBS/api/ValidarToken/900123456/x").headers
    assert (headers["Content-Security-Policy"], headers["Cache-Control"]) == (NOTHING, "no-store")


@each_cell("path", ["/ingresar/", "/no-existe/"])
def test_pages_keep_their_policy_and_may_use_passkeys(client, path):
    headers = client.get(path).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]


def ask_in_utf16(path):
    """The status and headers, and the body, of a request that never reaches Django."""
    answer = {}
    environ = RequestFactory().get(path).environ | {"CONTENT_TYPE": "text/plain; charset=utf-16"}
    body = application(environ, lambda status, headers: answer.update(status=status, **dict(headers)))
    return answer, b"".join(body)


@each_cell("path", ["/oauth/introspeccion/", "/oauth/revocacion"])
def test_another_charset_at_oauth_is_an_oauth_error(path):
    answer, body = ask_in_utf16(path)
    assert (answer["status"][:3], answer["Content-Type"]) == ("415", "application/json")
    assert json.loads(body)["error"] == "invalid_request"
    assert json.loads(body)["error_description"].isascii()


def test_an_answer_before_django_has_them_too():
    answer, body = ask_in_utf16("/WSMIPRESNOPBS/")
    assert json.loads(body)["Message"]
    assert (answer["status"][:3], answer["Content-Security-Policy"]) == ("415", NOTHING)
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_leaving_clears_what_the_browser_keeps(delegate_client):
    assert delegate_client.post("/salir/").headers["Clear-Site-Data"] == '"cache", "storage"'
