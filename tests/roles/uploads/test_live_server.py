"""Does everybody else get an answer while bombs are sent? With the server and the options of production."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account
from demo.management.commands.demo import SERVER
from entities.models import Entity
from mipres_admin import in_flight, pdf
from mipres_admin.sandbox.launcher import PLACES
from tests.deploy.test_caddyfile import free_port
from tests.factories import make_delegate
from tests.roles.uploads.bombs import BOMBS

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "systemd" / "mipres-portal.service").read_text()
SENDERS, LONGEST_ANSWER = 4, 4.0
SENT = (
    "formats of cells",
    "fonts",
    "shared texts",
    "parts of one text",
    "one long text",
    "cells of one row",
    "attributes of one cell",
    "nested zips",
    "expanding entities",
    "a lie about a size",
)
MORE, DAMAGED, HEADINGS, BUSY = "tiene más estilos", "está dañado", "Faltan las columnas", "lee un archivo a la vez"
SECRET = "a" * 32


def options() -> list[str]:
    """Those that production gives the server, but where it listens."""
    (command,) = re.findall(r"^ExecStart=\S+/granian (.*)$", UNIT, re.MULTILINE)
    return shlex.split(re.sub(r"--uds\S* \S+", "", command))


def database_url() -> str:
    values = connection.get_connection_params()
    places = {name: values[name] for name in ("host", "port", "user", "password") if values.get(name)}
    return f"postgres:///{quote(values['dbname'])}?{urlencode(places)}"


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """Of a server with the database of the test."""
    port = free_port()
    environment = os.environ | {"MIPRES_MODE": "test", "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "granian", *options(), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/salud/vivo/")
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def send(address: str, session: str, data: bytes) -> str:
    """The page that answers to a workbook."""
    form = (
        f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{SECRET}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    ).encode()
    request = urllib.request.Request(f"{address}/usuarios/cargar/", form + data + b"\r\n--x--\r\n")
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    request.add_header("Cookie", f"sesion={session}; csrf={SECRET}")
    with urllib.request.urlopen(request, timeout=120) as response:
        return str(response.read(), "utf-8")


def send_all(address: str, session: str, bombs: list[bytes]) -> list[str]:
    """The answers to files of one account, which sends one at a time."""
    return [send(address, session, data) for data in bombs]


def session_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    return client.cookies["sesion"].value


def seconds_of_the_log_in(address: str) -> float:
    start = time.monotonic()
    with urllib.request.urlopen(f"{address}/ingresar/", timeout=30) as response:
        assert "Ingresar" in response.read().decode()
    return time.monotonic() - start


@pytest.mark.parametrize("text", [UNIT, (DEPLOY / "Containerfile").read_text(), SERVER], ids=["unit", "image", "demo"])
def test_a_server_process_has_more_threads_than_files_pdfs_or_an_account_take(text: str) -> None:
    (threads,) = re.findall(r"--blocking-threads (\d+)", text)
    assert int(threads) >= max(PLACES + pdf.PLACES, in_flight.PLACES + in_flight.WAITING) + 3


def stalled(address: str) -> socket.socket:
    """A connection whose body without a length has no end."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 10)
    head = f"POST /ingresar/ HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n"
    connection.sendall(head.encode() + bytes(10_000) + b"\r\n")
    return connection


def test_the_log_in_answers_while_bodies_without_length_do_not_end(address: str) -> None:
    with ExitStack() as kept:
        for _ in range(40):
            kept.enter_context(stalled(address))
        # each may be answered by another process
        for _ in range(10):
            seconds_of_the_log_in(address)


def test_the_log_in_answers_while_ten_bombs_are_read(address: str, ips: Entity) -> None:
    accounts = [make_delegate(ips, login=f"ADMIPS{ips.nit}-{number}") for number in range(2, 2 + SENDERS)]
    bombs = [BOMBS[name]() for name in SENT]
    seconds_of_the_log_in(address)
    with ThreadPoolExecutor(SENDERS) as senders:
        sent = [
            senders.submit(send_all, address, session_of(account), bombs[place::SENDERS])
            for place, account in enumerate(accounts)
        ]
        took = []
        while not all(one.done() for one in sent):
            took.append(seconds_of_the_log_in(address))
            time.sleep(0.05)
    answers = [answer for one in sent for answer in one.result()]
    refused = [text for answer in answers for text in (MORE, DAMAGED, HEADINGS, BUSY) if text in answer]
    assert len(refused) == len(SENT)
    assert max(took) < LONGEST_ANSWER
