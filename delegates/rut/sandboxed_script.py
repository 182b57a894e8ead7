"""What is in an uploaded PDF? A script for a process of its own: PDF on stdin, JSON on stdout.

It imports nothing of the portal, gets no secret in its environment, and dies at its limits of memory and time, so that
a malicious file (a bomb, a loop) does no harm. `sandbox_launcher.py` starts it.
"""

import io
import json
import logging
import resource
import sys
from typing import Any

MEMORY = 448 * 1024 * 1024
SECONDS = 4
MAX_OBJECTS = 20_000
MAX_PAGES = 12
MAX_TEXT = 60_000
# the keys of programs in a PDF, and of starting other programs
ACTIVE = {"/JS", "/JavaScript", "/Launch", "/RichMedia"}


def limit_resources() -> None:
    """No more memory, processor or files than this, whatever the PDF asks for."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _is_program(pdf_object: Any) -> bool:
    """Whether a PDF object, or anything inside it (but not behind a reference), is a program."""
    waiting = [pdf_object]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if ACTIVE & {str(key) for key in value} or str(value.get("/S")) in ACTIVE:
                return True
            waiting += [value.raw_get(key) if hasattr(value, "raw_get") else value[key] for key in value]
        elif isinstance(value, list):
            waiting += list(value)
    return False


def has_programs(reader: Any) -> bool:
    """Whether any object of the file is a program. An object that cannot be read cannot run either."""
    from pypdf.generic import IndirectObject  # after `limit_resources`, as in `read`

    numbers = {(number, generation) for generation, objects in reader.xref.items() for number in objects}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers)[:MAX_OBJECTS]:
        try:
            pdf_object = reader.get_object(IndirectObject(number, generation, reader))
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: S112  pypdf raises anything for a damaged object
            continue
        if _is_program(pdf_object):
            return True
    return False


def _text(page: Any) -> str:
    try:
        return str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))[:MAX_TEXT]
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return ""


def read(data: bytes) -> dict[str, Any]:
    """The facts of a PDF: whether it could be read, is encrypted, has programs; its pages and their text."""
    from pypdf import PdfReader  # within the limits of memory and time: importing costs both

    facts: dict[str, Any] = {"read": False, "encrypted": False, "programs": False, "pages": 0, "texts": []}
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # until it opens with the empty password, which nobody has to type
        facts["encrypted"] = reader.is_encrypted
        facts["encrypted"] = reader.is_encrypted and not reader.decrypt("")
        if not facts["encrypted"]:
            facts["programs"] = has_programs(reader)
            facts["pages"] = len(reader.pages)
            facts["texts"] = [_text(page) for page in reader.pages[:MAX_PAGES]]
            facts["read"] = facts["pages"] > 0
    except Exception:  # noqa: S110  damaged; the facts so far still count
        pass
    return facts


def main() -> None:
    """Read stdin, write stdout."""
    limit_resources()
    logging.disable()
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
