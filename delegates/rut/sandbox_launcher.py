"""How is an uploaded PDF opened safely? By `sandboxed_script.py`, in a process with limits and without secrets."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from mipres_admin.refusals import Refusal, Refused

SCRIPT = Path(__file__).with_name("sandboxed_script.py")
TIMEOUT = 10
# a process may take all the memory and time of its limits, so one runs at a time; others are refused after a wait
MAX_PROCESSES = 1
WAIT = 3
_processes = BoundedSemaphore(MAX_PROCESSES)

BUSY = Refusal(
    headline="El portal está leyendo otros documentos",
    cause="Se lee un documento a la vez y el anterior no ha terminado.",
    remedy="No se guardó nada. Intente de nuevo en un minuto.",
    who="Usted mismo.",
)


@dataclass(frozen=True)
class Reading:
    """The facts of a file; `read` is whether its pages could be opened."""

    read: bool = False
    encrypted: bool = False
    programs: bool = False
    pages: int = 0
    texts: tuple[str, ...] = ()


def _facts(data: bytes) -> dict[str, Any]:
    """The answer of the process; empty when it died."""
    # -I: neither the working folder nor the environment decides what is imported; no variable is passed on
    command = [sys.executable, "-I", str(SCRIPT)]
    facts: dict[str, Any] = {}
    with suppress(subprocess.TimeoutExpired, ValueError):
        process = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, env={}, check=False)
        facts = json.loads(process.stdout)
    return facts


def read_pdf(data: bytes) -> Reading:
    """The facts of a PDF; a file that exhausts its limits, or is no PDF, is not `read`.

    Such a file still has `programs` when its plain bytes name one. Raises Refused when too many are being read.
    """
    if not _processes.acquire(timeout=WAIT):
        raise Refused(BUSY)
    try:
        facts = _facts(data)
    finally:
        _processes.release()
    if not facts.get("read"):
        programs = bool(facts.get("programs")) or b"/JavaScript" in data or b"/JS" in data
        return Reading(encrypted=bool(facts.get("encrypted")), programs=programs)
    return Reading(read=True, programs=facts["programs"], pages=facts["pages"], texts=tuple(facts["texts"]))
