"""Does what no browser sends get an answer, and never an error page of the server?"""

import pytest
from django.test import Client, RequestFactory

from mipres_admin.middleware.origin import client_address

pytestmark = pytest.mark.django_db

PART = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nA\r\n--x--\r\n'


@pytest.mark.parametrize("charset", ["hex", "base64", "utf-16", "rot13", "x"])
@pytest.mark.parametrize(
    ("kind", "body"), [("multipart/form-data; boundary=x", PART), ("application/x-www-form-urlencoded", b"login=A")]
)
def test_a_form_in_another_charset_is_read_as_ours(client, kind, body, charset):
    response = client.generic("POST", "/ingresar/", body, content_type=f"{kind}; charset={charset}")
    assert response.status_code == 200
    assert 'value="A"' in response.content.decode()


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_key_with_a_nul_is_not_found_in_the_admin(ministry, page):
    client = Client()
    client.force_login(ministry)
    assert client.get(f"/admin/jobs/jobrun/%00/{page}/").status_code in (302, 403, 404)


@pytest.mark.parametrize(
    ("forwarded", "behind_proxy", "address"),
    [
        ("203.0.113.9", False, "192.0.2.1"),
        ("203.0.113.9", True, "203.0.113.9"),
        ("203.0.113.9, 198.51.100.7", True, "198.51.100.7"),
        ("203.0.113.9,198.51.100.7:4711", True, "198.51.100.7"),
        ("203.0.113.9, [2001:db8::1]:4711", True, "2001:db8::1"),
        ("203.0.113.9, ", True, "192.0.2.1"),
        ("203.0.113.9, junk", True, None),
        ("", True, "192.0.2.1"),
    ],
)
def test_address_is_what_the_own_proxy_added_last(settings, forwarded, behind_proxy, address):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_proxy else None
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")
    assert client_address(request) == address
