"""What is in an uploaded PDF? A program for `mipres_admin.sandbox`: it imports nothing else of the portal."""

from collections.abc import Iterator
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject

LATER = (
    "pypdf.filters",
    "pypdf._configuration",
    "pypdf._codecs._codecs",
    "pypdf._codecs.core_font_metrics",
    "pypdf._text_extraction",
    "pypdf.xmp",
)
MAX_OBJECTS = 20_000
MAX_PAGES = 12
MAX_TEXT = 60_000
# keys and values of what a PDF does when it is opened or filled in, and of the files that it carries (ISO 32000-2,
# 12.6.4 actions, 12.7.8 XFA forms, 13.7 rich media, 7.11.4 embedded files)
ACTIVE = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/XFA",
    "/RichMedia",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/EF",
    "/FileAttachment",
}
TYPES = ("/S", "/Type", "/Subtype")


def _is_program(pdf_object: Any) -> bool:
    """Whether a PDF object, or anything inside it (but not behind a reference), is a program or a file."""
    waiting = [pdf_object]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if ACTIVE & {str(name) for name in (*value, *(value.get(key) for key in TYPES))}:
                return True
            waiting += [value.raw_get(key) if hasattr(value, "raw_get") else value[key] for key in value]
        elif isinstance(value, list):
            waiting += list(value)
    return False


def has_programs(reader: Any) -> bool:
    """Whether any object of the file is a program. An object that cannot be read cannot run either.

    Raises ValueError when there are too many to look at.
    """
    numbers = {(number, generation) for generation, objects in reader.xref.items() for number in objects}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise ValueError("more objects than are looked at")
    for number, generation in sorted(numbers):
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


def read_facts(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The facts of a PDF: whether it could be read, is encrypted, has programs; its pages and their text."""
    facts: dict[str, Any] = {"read": False, "encrypted": False, "programs": False, "pages": 0, "texts": []}
    try:
        reader = PdfReader(file, strict=False)
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
    yield facts
