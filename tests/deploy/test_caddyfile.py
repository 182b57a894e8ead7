"""Does the proxy keep plain HTTP, large bodies and forged origins away from the portal? With a real Caddy."""

import http.client
import json
import os
import re
import socket
import socketserver
import ssl
import subprocess
import time
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.urls import resolve

from mipres_admin.access.bodies import ANNOUNCED, LEAST_ANNOUNCED, ORDINARY_BODY
from mipres_admin.access.declarations import declared, own_patterns
from tests import tools

CADDYFILE = Path(__file__).resolve().parent.parent.parent / "deploy" / "Caddyfile"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.e30.c2VjcmV0"
MEBIBYTE = 1024 * 1024


class Echo(BaseHTTPRequestHandler):
    """Answers with what it received, as the portal would receive it."""

    def do_GET(self):
        if ANNOUNCED in self.headers:
            self.answer_announcement()
            return
        self.server.paths.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "breaks" in self.path:
            return  # as a portal that ends in the middle
        path = self.requestline.split()[1]
        body = json.dumps({"path": path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        if "partly" in self.path:
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_announcement(self):
        """As the portal does before a body: nothing of it may be here, and not everybody may send it."""
        self.server.announced.append(
            (self.command, self.path, self.headers[ANNOUNCED], "Content-Length" in self.headers)
        )
        self.send_response(302 if "stranger" in self.headers.get("Cookie", "") else 204)
        self.send_header("Location", "/ingresar/")
        self.end_headers()

    def do_POST(self):
        self.do_GET()

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


class Upstream(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads, request_queue_size = True, 512

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.paths, self.announced = [], []

    def handle_error(self, *_):
        """Caddy closes the connection of a body that is too large."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    def __init__(self, folder):
        self.log, self.http, self.https = folder / "log", free_port(), free_port()
        self.root = folder / "caddy/pki/authorities/local/root.crt"
        self.environment = os.environ | {
            "MIPRES_HOST": "localhost",
            "MIPRES_HTTP_PORT": str(self.http),
            "MIPRES_HTTPS_PORT": str(self.https),
            "MIPRES_UPSTREAM": f"unix/{folder / 'portal.sock'}",
            "MIPRES_MONITORING": "192.0.2.1/32",
            # as docs/operations.md says for Debian's Caddy 2.6
            "MIPRES_PROXY_BUFFERS": "buffer_requests\nmax_buffer_size",
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }

    def connect(self):
        """A connection over TLS to send bytes through."""
        context = ssl.create_default_context(cafile=self.root)
        plain = socket.create_connection(("localhost", self.https), timeout=10)
        return context.wrap_socket(plain, server_hostname="localhost")

    def ask(self, path, *, secure=True, method="GET", headers=(), body=None):
        """Status, headers and body of the answer to a request whose path is sent as it is."""
        context = ssl.create_default_context(cafile=self.root)
        connection = (
            http.client.HTTPSConnection("localhost", self.https, timeout=10, context=context)
            if secure
            else http.client.HTTPConnection("localhost", self.http, timeout=10)
        )
        with suppress(BrokenPipeError, ConnectionResetError):  # the answer may come before the whole body is sent
            connection.request(method, path, body=body, headers={"Host": "localhost"} | dict(headers))
        response = connection.getresponse()
        answer = response.status, response.headers, response.read()
        connection.close()
        return answer

    def received(self, path="/", **request):
        """What reached the portal."""
        status, _, body = self.ask(path, **request)
        assert status == 200
        return json.loads(body)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("caddy")
    proxy = Proxy(folder)
    with Upstream(str(folder / "portal.sock"), Echo) as proxy.upstream, proxy.log.open("wb") as log:
        Thread(target=proxy.upstream.serve_forever, daemon=True).start()
        command = [tools.program("caddy"), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
        caddy = subprocess.Popen(command, env=proxy.environment, stdout=log, stderr=log)
        try:
            wait_until_open(proxy, caddy)
            yield proxy
        finally:
            caddy.terminate()
            caddy.wait(10)
            proxy.upstream.shutdown()


def wait_until_open(proxy, caddy):
    for _ in range(100):
        assert caddy.poll() is None, proxy.log.read_text()
        try:
            proxy.ask("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("Caddy does not answer.")


SERVICE_ADDRESSES = [
    f"/WSSUMMIPRESNOPBS/api/GenerarToken/900123456/{TOKEN}",
    f"/wssummipresnopbs/api/generartoken/900123456/{TOKEN}",
    f"//WSFACMIPRESNOPBS//api/GenerarToken/900123456/{TOKEN}",
    f"/%57SMIPRESNOPBS/api/ValidarToken/900123456/{TOKEN}",
    f"/%2FwsMIPRESNOPBS/api/ValidarToken/900123456/{TOKEN}",
    f"/x/../wsmipresnopbs/api/ValidarToken/900123456/{TOKEN}",
    f"/wsmipresnopbs%2Fapi/ValidarToken/900123456/{TOKEN}",
    "/oauth/introspeccion/",
    "/OAuth/revocacion/",
    "//oauth/introspeccion/",
    "/oauth%2Fintrospeccion/",
]


@pytest.mark.parametrize("path", SERVICE_ADDRESSES)
def test_plain_http_to_a_service_is_refused_as_json(proxy, path):
    status, headers, body = proxy.ask(path, secure=False)
    assert status == 403
    assert "Location" not in headers
    assert headers["Content-Type"] == "application/json"
    assert "https://" in json.loads(body)["Message"]


def test_plain_http_with_a_form_is_refused_unread(proxy):
    status, headers, _ = proxy.ask("/ingresar/", secure=False, method="POST", body=b"password=secret")
    assert (status, headers["Connection"]) == (403, "close")


@pytest.mark.parametrize("path", ["/", "/ingresar/", "/usuarios/?q=ana%20mar%C3%ADa", "/estaticos/app.3f2a.css"])
def test_plain_http_to_a_page_goes_on_to_https(proxy, path):
    status, headers, _ = proxy.ask(path, secure=False)
    assert (status, headers["Location"]) == (308, f"https://localhost{path}")


@pytest.mark.parametrize("path", SERVICE_ADDRESSES)
def test_the_address_reaches_the_portal_as_it_came(proxy, path):
    assert proxy.received(path)["path"] == path


def test_a_client_cannot_say_where_it_comes_from(proxy):
    names = ("X-Forwarded-For", "X_Forwarded_For", "X-Forwarded_For", "Forwarded", "X-Real-IP", "X-Forwarded-Port")
    forged = dict.fromkeys(names, "203.0.113.9") | {"X-Forwarded-Proto": "http", "X_Forwarded_Proto": "http"}
    headers = proxy.received(headers=forged)["headers"]
    assert "203.0.113.9" not in headers.values()
    assert {name.lower(): value for name, value in headers.items() if name.lower().startswith("x")} == {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "localhost",
    }


ADD_A_LOAD = "/admin/registries/registryload/add/"


def views():
    """An address of each view of the portal, and of the page of the admin that takes registries, with its view."""
    for pattern in own_patterns():
        path = str(pattern.pattern).replace("^", "").replace("/?$", "/")
        yield "/" + re.sub(r"<\w+:\w+>", "1", path), pattern.callback
    yield ADD_A_LOAD, resolve(ADD_A_LOAD).func


def test_the_proxy_takes_what_each_view_takes_and_one_mebibyte_more_at_most(proxy):
    uploads = {path: declared(view).largest_body for path, view in views() if declared(view).upload}
    assert set(uploads.values()) == {size * MEBIBYTE + ORDINARY_BODY for size in (1, 10, 100)}
    for path, size in uploads.items():
        assert proxy.ask(path, method="POST", body=bytes(size))[0] == 200
        assert proxy.ask(path, method="POST", body=bytes(size + MEBIBYTE))[0] == 413


def test_the_proxy_takes_any_form(proxy):
    largest = max(declared(view).largest_body for _, view in views() if not declared(view).upload)
    assert proxy.ask("/", method="POST", body=bytes(largest))[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/admin/registries/registryload/1/change/",
        "/admin//registries/registryload/add/../../../../ingresar/",
        "/usuarios/cargar/../../ingresar/",
        "/ingresar/?/usuarios/cargar/",
    ],
)
def test_a_large_body_is_taken_at_no_other_address(proxy, path):
    assert proxy.ask(path, method="POST", body=bytes(3 * MEBIBYTE))[0] == 413


@pytest.mark.parametrize("path", ["/metricas/", "/metricas", "/METRICAS/", "/metricas%2F", "//salud/", "/salud/vivo/"])
def test_monitoring_is_closed_to_the_internet(proxy, path):
    assert proxy.ask(path)[0] == 404


def test_every_answer_carries_the_headers_and_no_server(proxy):
    for path in ("/", "/metricas/"):
        headers = proxy.ask(path)[1]
        assert "Server" not in headers
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


STRANGER = {"Cookie": "stranger"}
# as much of a body as newer versions of Caddy read and drop before they answer
DROPPED = 300_000


def silent(proxy, head, body=b""):
    """A connection that has sent the head of a request and a part of its body."""
    connection = proxy.connect()
    connection.sendall(head.encode() + b"\r\nHost: localhost\r\nCookie: stranger\r\n\r\n" + body)
    return connection


def test_the_portal_refuses_a_large_body_before_it_is_sent(proxy):
    before = len(proxy.upstream.paths)
    for path in ("/usuarios/cargar/", ADD_A_LOAD, "/ingresar/"):
        with silent(proxy, f"POST {path} HTTP/1.1\r\nContent-Length: 11000000", bytes(DROPPED)) as connection:
            assert connection.recv(1024).startswith(b"HTTP/1.1 302")
        assert proxy.upstream.announced[-1] == ("GET", path, "11000000", False)
    assert len(proxy.upstream.paths) == before


def test_hundreds_who_are_not_admitted_leave_nothing_in_the_proxy(proxy):
    head = "POST /usuarios/cargar/ HTTP/1.1\r\nContent-Length: 11000000"
    with ExitStack() as kept:
        senders = [kept.enter_context(silent(proxy, head, bytes(DROPPED))) for _ in range(200)]
        assert all(sender.recv(1024).startswith(b"HTTP/1.1 302") for sender in senders)


def test_a_registry_of_a_stranger_is_answered_while_it_is_sent(proxy):
    status, headers, _ = proxy.ask(ADD_A_LOAD, method="POST", body=bytes(60 * MEBIBYTE), headers=STRANGER)
    assert (status, headers["Location"]) == (302, "/ingresar/")


def test_a_body_is_announced_from_the_size_on_that_the_portal_knows(proxy):
    for size, times in ((LEAST_ANNOUNCED - 1, 0), (LEAST_ANNOUNCED, 1)):
        before = len(proxy.upstream.announced)
        assert proxy.ask("/", method="POST", body=bytes(size))[0] == 200
        assert len(proxy.upstream.announced) == before + times


def test_a_body_without_length_is_no_larger_than_what_is_not_announced(proxy):
    parts = [b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n" for size in (9_000, 11_000)]
    for part, status in zip(parts, (b"200", b"413"), strict=True):
        with silent(proxy, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked", part) as connection:
            assert connection.recv(1024).split()[1] == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_large_body_of_a_method_without_body_is_refused(proxy, method):
    assert proxy.ask("/usuarios/cargar/", method=method, body=bytes(20_000))[0] == 413


def test_a_client_announces_nothing_itself(proxy):
    for headers in ({ANNOUNCED: "1"}, {ANNOUNCED.replace("-", "_"): "1"}):
        for size in (10, 20_000):
            assert "announced" not in str(proxy.received("/", method="POST", body=bytes(size), headers=headers)).lower()
    assert proxy.upstream.announced[-1][2] == "20000"


def test_the_portal_sees_no_request_before_its_body_is_complete(proxy):
    with proxy.connect() as slow:
        slow.sendall(b"POST /slow/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\nlogin")
        for _ in range(20):
            assert "/slow/" not in [*proxy.upstream.paths, proxy.received("/meanwhile/")["path"]]
        slow.sendall(b"=admi")
        assert slow.recv(1024).startswith(b"HTTP/1.1 200")
    assert "/slow/" in proxy.upstream.paths


def test_defaults_are_added_to_an_answer_that_has_some_of_them(proxy):
    headers = proxy.ask("/partly/")[1]
    assert (headers["Content-Security-Policy"], headers["Cache-Control"]) == ("default-src 'self'", "no-store")
    assert headers["Strict-Transport-Security"]
    assert headers["Permissions-Policy"] == settings.PERMISSIONS_POLICY


@pytest.mark.parametrize(("secure", "expected"), [(True, 421), (False, 403)])
@pytest.mark.parametrize("path", ["/ingresar/", SERVICE_ADDRESSES[0]])
def test_nothing_is_served_under_another_name(proxy, secure, expected, path):
    before = len(proxy.upstream.paths)
    status, headers, body = proxy.ask(path, secure=secure, headers={"Host": "127.0.0.1"})
    assert (status, len(proxy.upstream.paths)) == (expected, before)
    assert body
    assert (headers["Server"], headers["Cache-Control"], headers["X-Content-Type-Options"]) == (
        None,
        "no-store",
        "nosniff",
    )


def test_the_newest_tls_is_preferred(proxy):
    with proxy.connect() as secure:
        assert secure.version() == "TLSv1.3"


def test_a_portal_that_does_not_answer_is_said_without_details(proxy):
    status, headers, body = proxy.ask("/breaks/")
    assert (status, headers["Content-Type"]) == (502, "text/plain; charset=utf-8")
    assert body.decode() == "El portal no está disponible. Intente de nuevo en unos minutos."
    assert headers["Strict-Transport-Security"]


def test_no_address_of_a_request_is_in_the_log(proxy):
    proxy.ask(f"/WSMIPRESNOPBS/breaks/{TOKEN}")
    proxy.ask(f"/WSMIPRESNOPBS/api/ValidarToken/900123456/{TOKEN}", method="POST", body=bytes(3 * MEBIBYTE))
    proxy.ask(f"/WSMIPRESNOPBS/api/ValidarToken/900123456/{TOKEN}", secure=False)
    assert TOKEN not in proxy.log.read_text()
