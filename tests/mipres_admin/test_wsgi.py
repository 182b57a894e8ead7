"""Is a request in a charset that nobody uses answered without an error?"""

import io

import pytest
from django.db import connection, connections
from django.test import Client

from mipres_admin import wsgi
from tests.accounts.login_page import log_in
from tests.factories import make_user


@pytest.fixture
def answer(monkeypatch):
    """The status that the outermost layer gives, with a portal behind it that always says 200."""
    monkeypatch.setattr(wsgi, "portal", lambda environ, start_response: start_response("200 OK", []))

    def ask(content_type):
        said = []
        environ = {"REQUEST_METHOD": "GET", "CONTENT_TYPE": content_type}
        wsgi.application(environ, lambda status, headers: said.append(status))
        return said[0][:3]

    return ask


@pytest.mark.parametrize("charset", ["hex", "rot13", "idna", "undefined", "unicode_escape", "latin-1", "utf-16"])
def test_another_charset_than_utf8_is_refused(answer, charset):
    assert answer(f"text/plain; charset={charset}") == "415"


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/plain; charset=UTF-8", 'text/plain; charset="utf-8"'])
def test_utf8_is_let_in(answer, content_type):
    assert answer(content_type) == "200"


@pytest.mark.parametrize(
    ("method", "headers", "read"),
    [
        ("POST", {"CONTENT_LENGTH": "2000"}, 1_000),
        ("DELETE", {"CONTENT_LENGTH": "2000"}, 1_000),
        ("GET", {"CONTENT_LENGTH": "2000"}, 0),
        ("POST", {"HTTP_TRANSFER_ENCODING": "chunked"}, 0),
        ("POST", {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "2000"}, 0),
        ("POST", {}, 0),
    ],
)
def test_a_body_with_a_length_is_read_before_the_answer(answer, monkeypatch, method, headers, read):
    monkeypatch.setattr(wsgi, "LARGEST", 1_000)
    body = io.BytesIO(bytes(2_000))
    wsgi.application({"REQUEST_METHOD": method, "wsgi.input": body} | headers, lambda status, headers: None)
    assert body.tell() == read


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/ingresar/", "/", "/admin/", "/servicios-web/", "/WSMIPRESNOPBS/api/ValidarToken/1/x"]
)
def test_trace_is_refused(client, path):
    response = client.trace(path, HTTP_COOKIE="secret=1", secure=True)
    assert response.status_code in (302, 403, 405)
    assert b"secret" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/estaticos/", "/estaticos/js/", "/estaticos/js", "/.git/", "/.git/config", "/static/"]
)
def test_no_folder_is_listed(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_too_long_gives_a_page_that_says_so(delegate_client, sede):
    user = make_user()
    delegate_client.post(
        "/usuarios/activar/",
        {"option": "profesional", "document_type": "CC", "document_number": user.person.document_number},
    )
    holder = connection.copy()
    with holder.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM roles_registereduser WHERE id = %s FOR UPDATE", [user.pk])
        with connection.cursor() as mine:
            mine.execute("SET lock_timeout = '100ms'")
        data = {"option": "profesional", "sede": sede.code, "roles": ["Rol_Anulador"]}
        response = delegate_client.post(f"/usuarios/{user.public_id}/asociar/", data)
        cursor.execute("ROLLBACK")
    holder.close()
    connections["default"].close()
    assert response.status_code == 503
    assert "Otra persona está guardando" in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["foo", "captcha_image", "//evil.example", "https://evil.example/"])
def test_next_leads_only_to_addresses_of_the_portal(delegate, wanted):
    client = Client()
    response = log_in(client, delegate.login, page=f"/ingresar/?next={wanted}")
    assert response.url == "/"
