"""`manage.py demo`: the whole portal on this machine, with invented data and the production server."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from demo.content import (
    CASES,
    MARK,
    PASSWORD,
    Login,
    NotOursError,
    claim_database,
    load_civil_registry,
    load_people,
    load_registries,
)
from demo.synthetic_civil_registry import STRANGER, issued_on

ADDRESS = "127.0.0.1"

SERVER = (
    "-m granian --interface wsgi --host 127.0.0.1 --blocking-threads 8 --backpressure 64 --no-ws --no-log "
    "--workers-kill-timeout 5 mipres_admin.wsgi:application --port"
)
WORKER = [str(settings.BASE_DIR / "manage.py"), "worker", "--verbosity", "0"]
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In a child, before it starts: when the command is killed, Linux ends the child too."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(arguments: list[str], port: int) -> subprocess.Popen[bytes]:
    """A child with a session of its own: the terminal's Ctrl-C reaches this command alone, which then ends it once."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        start_new_session=True,
        preexec_fn=_end_with_parent,
        env=os.environ | {"MIPRES_PUBLIC_URL": f"http://{ADDRESS}:{port}"},
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # its workers too


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


def serve(port: int) -> None:
    """Run the production server and the worker until Ctrl-C or SIGTERM; both end with this command."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    children = [_start([*SERVER.split(), str(port)], port), _start(WORKER, port)]
    try:
        with suppress(KeyboardInterrupt):
            children[0].wait()
    finally:
        for child in children:
            child.terminate()
        for child in children:
            _end(child)


class Command(BaseCommand):
    help = "Abre el portal en este equipo con datos de demostración inventados."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="puerto en 127.0.0.1 (8000)")
        parser.add_argument("--load-only", action="store_true", help="prepara los datos y termina, sin abrir el portal")

    def handle(self, *args: Any, port: int, load_only: bool, **options: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("The demonstration runs as `manage.py demo`, in its own mode.")
        if not load_only:
            self._port_must_be_free(port)
        self._step("PostgreSQL: buscando o iniciando el servidor…")
        self._claim()
        self._step("Tablas: migrando…")
        call_command("migrate", verbosity=0, interactive=False)
        self._step("Registros: DIVIPOLA, EPS y un REPS sintético de 1.000 sedes…")
        load_registries()
        self._step("Personas, usuarios y delegados inventados…")
        logins = load_people()
        load_civil_registry()
        if not load_only:
            self._open(port, logins)

    def _step(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _claim(self) -> None:
        try:
            claim_database()
        except NotOursError:
            raise CommandError(
                "This database has tables that are not the demonstration's (its comment is not "
                f"'{MARK}'), so it is left as it is. Name an empty one in DATABASE_URL, or, for the embedded "
                "PostgreSQL, remove the folder .postgres after stopping what uses it."
            ) from None

    def _port_must_be_free(self, port: int) -> None:
        if not 1 <= port <= 65_535:
            raise CommandError("--port takes a number from 1 to 65535.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, port))
            except OSError as error:
                raise CommandError(f"Port {port} cannot be used ({error.strerror}): try --port {port + 1}.") from None

    def _open(self, port: int, logins: list[Login]) -> None:
        self._step("\nDelegados y Ministerio (contraseña de todos: " + self.style.SUCCESS(PASSWORD) + ")")
        for login in logins:
            self._step(f"  {login.login:<22} {login.kind} · {login.entity}")
        self._step(
            "  Los del Ministerio agregan un segundo factor al ingresar: lea el QR con una aplicación de autenticación,"
            "\n  o sin celular pida el código con: uv run manage.py totp_code CLAVE (la que muestra la página)."
        )
        self._step("\nDocumentos CC para probar Activar Usuarios:")
        for number, case in CASES.items():
            self._step(f"  {number}  {case} (expedida el {issued_on(number)})")
        self._step(
            "\nPara abrir una cuenta de Mi Seguridad Social que el Registro civil confirma:\n  "
            f"{' '.join(STRANGER)}, expedida el {issued_on(STRANGER[1])}."
        )
        self._step(f"\nCorreos: http://{ADDRESS}:{port}/correo/")
        self._step(self.style.SUCCESS(f"Abra http://{ADDRESS}:{port}/ en su navegador.") + " Ctrl-C termina.")
        serve(port)
        self._step("El portal se cerró.")
