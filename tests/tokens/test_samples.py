"""Do the samples that the portal hands out get a temporary token, and say why when they can not?

C# is shown and not run: Debian has no .NET.
"""

import http.server
import os
import socket
import subprocess
import sys
import threading

import pytest

from entities.models import EntityKind
from mipres_admin.settings import BASE_DIR
from tests import cast
from tests.machine import program
from tests.tokens.calling import backdate, make_token
from tokens.reference import SAMPLES

FOLDER = BASE_DIR / "docs" / "samples"
RUN = {
    "curl.sh": lambda: ["sh"],
    "python.py": lambda: [sys.executable, "-W", "error"],
    "TokenTemporal.java": lambda: [program("javac") and program("java")],
    "php.php": lambda: [program("php")],
    "node.mjs": lambda: [program("node", "nodejs")],
}
NOT_RUN = {"TokenTemporal.cs"}

samples = pytest.mark.parametrize("name", RUN)


NONE = "aaa.bbb.ccc"


def run(name, url, nit="900123456", token=NONE):
    if name == "curl.sh":
        program("curl")
    env = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    env |= {"MIPRES_URL": url, "MIPRES_NIT": nit, "MIPRES_TOKEN": token, "JAVA_TOOL_OPTIONS": "-Dstderr.encoding=UTF-8"}
    command = [*RUN[name](), str(FOLDER / name)]
    return subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False)


def test_every_sample_is_run_shown_and_nothing_else():
    assert {path.name for path in FOLDER.iterdir()} == {*RUN, *NOT_RUN} == {sample.file for sample in SAMPLES}


@pytest.mark.django_db(transaction=True)
@samples
def test_it_prints_a_temporary_token_and_then_the_cause_of_a_refusal(live_server, name):
    delegate = cast.make_delegate(cast.make_entity(EntityKind.PROVEEDOR))
    made, nit = make_token(delegate), delegate.entity.nit
    good = run(name, live_server.url, nit, made.token)
    assert (good.returncode, len(good.stdout.strip())) == (0, 44), good.stderr

    backdate(made.row, revoked_at=made.row.expires_at, reason="x")
    bad = run(name, live_server.url, nit, made.token)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "401" in bad.stderr
    assert "El token fue revocado el" in bad.stderr
    assert made.token not in bad.stderr


class Scripted(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses that the test wrote down, one after the other."""

    def do_GET(self):
        status = self.server.statuses.pop(0)
        body = b'"' + b"A" * 43 + b'="' if status == 200 else b'{"Message": "Espere."}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def busy():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@samples
def test_it_waits_as_it_is_told_and_asks_again(busy, name):
    busy.statuses = [429, 503, 200]
    done = run(name, f"http://127.0.0.1:{busy.server_port}")
    assert (done.returncode, done.stdout.strip(), busy.statuses) == (0, "A" * 43 + "=", []), done.stderr


@samples
def test_it_gives_up_after_three_times(busy, name):
    busy.statuses = [429] * 9
    done = run(name, f"http://127.0.0.1:{busy.server_port}")
    assert (done.returncode, done.stdout, len(busy.statuses)) == (1, "", 6)
    assert "429: " in done.stderr


@samples
def test_without_a_connection_it_fails_and_does_not_show_the_token(name):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        done = run(name, f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert done.returncode != 0
    assert done.stderr
    assert NONE not in done.stderr + done.stdout
