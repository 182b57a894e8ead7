"""What does an uploaded PDF hold? Read in a process of its own: PDF on stdin, JSON on stdout.

It imports nothing of the portal, gets no secret in its environment, and dies at its limits of memory and time, so that
a file made to hurt (a bomb, a loop) hurts nobody. `reader.py` starts it.
"""

import io
import json
import logging
import resource
import sys
from typing import Any

MEMORY = 448 * 1024 * 1024
SECONDS = 4
MOST_OBJECTS = 20_000
MOST_PAGES = 12
MOST_TEXT = 60_000
# what makes a PDF act by itself: programs, and starting other programs
ACTIVE = {"/JS", "/JavaScript", "/Launch", "/RichMedia"}


def limit() -> None:
    """No more memory, processor or files than this, whatever the PDF asks for."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _is_active(thing: Any) -> bool:
    """Whether a PDF object, or anything inside it (but not behind a reference), is a program."""
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            if ACTIVE & {str(key) for key in thing} or str(thing.get("/S")) in ACTIVE:
                return True
            waiting += [thing.raw_get(key) if hasattr(thing, "raw_get") else thing[key] for key in thing]
        elif isinstance(thing, list):
            waiting += list(thing)
    return False


def has_programs(reader: Any) -> bool:
    """Whether any object of the file is a program. An object that can not be read can not run either."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers)[:MOST_OBJECTS]:
        try:
            thing = reader.get_object(IndirectObject(number, generation, reader))
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: S112  pypdf raises what the damage happens to cause
            continue
        if _is_active(thing):
            return True
    return False


def _text(page: Any) -> str:
    try:
        return str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))[:MOST_TEXT]
    except (MemoryError, RecursionError):
        raise
    except Exception:  # as above: a page that can not be read is a page without text
        return ""


def read(data: bytes) -> dict[str, Any]:
    """The facts of a PDF: whether it could be read, is encrypted, has programs; its pages and their text."""
    from pypdf import PdfReader

    facts: dict[str, Any] = {"read": False, "encrypted": False, "programs": False, "pages": 0, "texts": []}
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # until it opens with the empty password, which asks nobody for anything
        facts["encrypted"] = reader.is_encrypted
        facts["encrypted"] = reader.is_encrypted and not reader.decrypt("")
        if not facts["encrypted"]:
            facts["programs"] = has_programs(reader)
            facts["pages"] = len(reader.pages)
            facts["texts"] = [_text(page) for page in reader.pages[:MOST_PAGES]]
            facts["read"] = facts["pages"] > 0
    except Exception:  # noqa: S110  damaged in one of the thousand ways; what was learnt so far still counts
        pass
    return facts


def main() -> None:
    """Read stdin, write stdout."""
    limit()
    logging.disable()
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
