"""What is in an uploaded PDF? `pdf_program` reads it, in a process with limits and without secrets."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from delegates.rut.pdf_program import ACTIVE, read_facts
from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import Limits
from mipres_admin.sandbox.protocol import Exhausted, Unreadable

# the same in the plain bytes of a file that cannot be read: a whole name, or an action that leads out of the file
ACTIVE_NAME = re.compile(rf"(?:{'|'.join(sorted(ACTIVE))}|/S\s*/(?:GoToR|GoToE|Thread|URI))(?=[\s/<>()\[\]])".encode())
LIMITS = Limits(memory=448 * 1024 * 1024, cpu_seconds=2, seconds=8)


@dataclass(frozen=True)
class Reading:
    """The facts of a file; `read` is whether its pages could be opened."""

    read: bool = False
    encrypted: bool = False
    programs: bool = False
    pages: int = 0
    texts: tuple[str, ...] = ()


def _facts(data: bytes) -> dict[str, Any]:
    """The last answer of the process; empty when it died before any."""
    facts: dict[str, Any] = {}
    with (
        suppress(Unreadable, Exhausted),
        launcher.stored(data) as file,
        launcher.run(read_facts, file, LIMITS) as messages,
    ):
        for message in messages:
            facts = message
    return facts


def read_pdf(data: bytes) -> Reading:
    """The facts of a PDF; a file that exhausts its limits, or is no PDF, is not `read`.

    Such a file still has `programs` when its plain bytes name one. Raises Refused when too many files are being read.
    """
    facts = _facts(data)
    if not facts.get("read"):
        programs = bool(facts.get("programs")) or ACTIVE_NAME.search(data) is not None
        return Reading(encrypted=bool(facts.get("encrypted")), programs=programs)
    return Reading(read=True, programs=facts["programs"], pages=facts["pages"], texts=tuple(facts["texts"]))
