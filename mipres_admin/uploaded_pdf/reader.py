"""What is in an uploaded PDF? `program` reads it, in a process with limits and without secrets."""

import base64
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import Limits
from mipres_admin.sandbox.protocol import Exhausted, Unreadable
from mipres_admin.uploaded_pdf.program import read_facts

LIMITS = Limits(memory=448 * 1024 * 1024, cpu_seconds=2, seconds=8)


@dataclass(frozen=True)
class Reading:
    """The facts of a file. `copy` is a new PDF with what its pages show, the only one to keep; b"" without pages."""

    encrypted: bool = False
    programs: bool = False
    pages: int = 0
    copy: bytes = b""
    texts: tuple[str, ...] = ()

    @property
    def read(self) -> bool:
        """Whether its pages could be opened."""
        return bool(self.copy)


def reading_of(facts: dict[str, Any]) -> Reading:
    """What the program says of a file; nothing of one that ended it."""
    if not facts:
        return Reading()
    return Reading(**facts | {"copy": base64.b64decode(facts["copy"]), "texts": tuple(facts["texts"])})


def read_pdf(data: bytes, *, with_texts: bool = True) -> Reading:
    """The facts of a PDF; a file that exhausts the limits of the process, or is no PDF, is not `read`.

    Raises Refused when too many files are being read.
    """
    facts: dict[str, Any] = {}
    with (
        suppress(Unreadable, Exhausted),
        launcher.stored(data) as file,
        launcher.run(read_facts, file, LIMITS, with_texts=with_texts) as messages,
    ):
        for message in messages:
            facts = message
    return reading_of(facts)
