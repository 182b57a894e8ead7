"""Do the samples that the portal hands out get a temporary token, and say why when they can not?

C# is shown and not run: Debian has no .NET.
"""

import http.server
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from entities.models import EntityKind
from mipres_admin.settings import BASE_DIR
from tests import factories
from tests.tokens.helpers import backdate, make_token
from tests.tools import program
from tokens.services.reference import SAMPLES

FOLDER = BASE_DIR / "docs" / "samples"
RUN = {
    "curl.sh": lambda: ["sh"],
    "python.py": lambda: [sys.executable, "-W", "error"],
    "TokenTemporal.java": lambda: [program("javac") and program("java")],
    "php.php": lambda: [program("php")],
    "node.mjs": lambda: [program("node", "nodejs")],
}
NOT_RUN = {"TokenTemporal.cs"}

NONE = "aaa.bbb.ccc"


def run(name, url, nit="900123456", token=NONE):
    if name == "curl.sh":
        program("curl")
    env = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    env |= {"MIPRES_URL": url, "MIPRES_NIT": nit, "MIPRES_TOKEN": token, "JAVA_TOOL_OPTIONS": "-Dstderr.encoding=UTF-8"}
    command = [*RUN[name](), str(FOLDER / name)]
    return subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False)


@pytest.fixture
def each_sample(subtests):
    """Run the samples at the same time, for they wait a lot, and check each: `each_sample(arguments, check)`."""

    def run_and_check(arguments, check):
        with ThreadPoolExecutor(len(RUN)) as pool:
            running = {name: pool.submit(run, name, *arguments(name)) for name in RUN}
        for name, done in running.items():
            with subtests.test(sample=name):
                check(name, done.result())

    return run_and_check


def test_every_sample_is_run_or_only_shown():
    assert {path.name for path in FOLDER.iterdir()} == {*RUN, *NOT_RUN} == {sample.file for sample in SAMPLES}


@pytest.mark.django_db(transaction=True)
def test_samples_print_a_temporary_token_or_the_cause_of_a_refusal(live_server, each_sample):
    delegates = {name: factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR)) for name in RUN}
    tokens = {name: make_token(delegate) for name, delegate in delegates.items()}

    def arguments(name):
        return live_server.url, delegates[name].entity.nit, tokens[name].token

    def prints_a_token(name, done):
        assert (done.returncode, len(done.stdout.strip())) == (0, 44), done.stderr

    def prints_the_cause(name, done):
        assert (done.returncode, done.stdout) == (1, "")
        assert "401" in done.stderr
        assert "El token fue revocado el" in done.stderr
        assert tokens[name].token not in done.stderr

    each_sample(arguments, prints_a_token)
    for made in tokens.values():
        backdate(made.row, revoked_at=made.row.expires_at, reason="x")
    each_sample(arguments, prints_the_cause)


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
    """One such server for each sample."""
    with ExitStack() as stack:
        servers = {}
        for name in RUN:
            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted))
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            servers[name] = server
        yield servers


def address(server):
    return (f"http://127.0.0.1:{server.server_port}",)


def test_samples_wait_as_told_and_call_again(busy, each_sample):
    def check(name, done):
        assert (done.returncode, done.stdout.strip(), busy[name].statuses) == (0, "A" * 43 + "=", []), done.stderr

    for server in busy.values():
        server.statuses = [429, 503, 200]
    each_sample(lambda name: address(busy[name]), check)


def test_samples_give_up_after_three_calls(busy, each_sample):
    def check(name, done):
        assert (done.returncode, done.stdout, len(busy[name].statuses)) == (1, "", 6)
        assert "429: " in done.stderr

    for server in busy.values():
        server.statuses = [429] * 9
    each_sample(lambda name: address(busy[name]), check)


def test_samples_without_a_connection_fail_and_hide_the_token(each_sample):
    def check(name, done):
        assert done.returncode != 0
        assert done.stderr
        assert NONE not in done.stderr + done.stdout

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        each_sample(lambda name: (url,), check)
