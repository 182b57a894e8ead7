"""How is an uploaded PDF opened without danger? In `read.py`, a process with limits, no secrets and no network use."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from mipres_admin.refusals import Refusal, Refused

READ = Path(__file__).with_name("pdf_sandbox.py")
PATIENCE = 10
# each may take the memory of `read.py`'s limit, and a file made to hurt takes its time: others are told to come back
AT_A_TIME = 1
WAIT = 3
_reading = BoundedSemaphore(AT_A_TIME)

BUSY = Refusal(
    headline="El portal está leyendo otros documentos",
    cause="Se lee un documento a la vez y el anterior no ha terminado.",
    remedy="No se guardó nada. Intente de nuevo en un minuto.",
    who="Usted mismo.",
)


@dataclass(frozen=True)
class Reading:
    """What could be learnt of a file; `read` is whether its pages could be opened at all."""

    read: bool = False
    encrypted: bool = False
    programs: bool = False
    pages: int = 0
    texts: tuple[str, ...] = ()


def _looks_active(data: bytes) -> bool:
    return b"/JavaScript" in data or b"/JS" in data


def _facts(data: bytes) -> dict[str, Any]:
    """What the process says, or nothing when it died."""
    # -I: neither the working folder nor the environment decides what is imported; no variable is handed on
    command = [sys.executable, "-I", str(READ)]
    facts: dict[str, Any] = {}
    with suppress(subprocess.TimeoutExpired, ValueError):
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, env={}, check=False)  # noqa: S603
        facts = json.loads(done.stdout)
    return facts


def read_pdf(data: bytes) -> Reading:
    """The facts of a PDF: a file that exhausts its limits, or is no PDF, is one that could not be read.

    Such a file is still active when its plain bytes name a program. Raises Refused when too many are being read.
    """
    if not _reading.acquire(timeout=WAIT):
        raise Refused(BUSY)
    try:
        facts = _facts(data)
    finally:
        _reading.release()
    if not facts.get("read"):
        return Reading(
            encrypted=bool(facts.get("encrypted")), programs=bool(facts.get("programs")) or _looks_active(data)
        )
    return Reading(
        read=True,
        programs=bool(facts["programs"]),
        pages=facts["pages"],
        texts=tuple(facts["texts"]),
    )
