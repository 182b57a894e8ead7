"""What is in an uploaded PDF? A program for `mipres_admin.sandbox`: it imports nothing else of the portal."""

import re
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
# what leads to an action: at a click, or by itself (12.6.2, 12.6.3). No action but these is accepted: a place of the
# same file, and at a click a page of the DIAN
AT_A_CLICK, BY_ITSELF = ("/A", "/PA"), ("/OpenAction", "/Next")
OF_THE_DIAN = re.compile(r"https?://([a-z0-9-]+\.)*dian\.gov\.co(?=[/?#]|$)", re.IGNORECASE | re.ASCII)


def _actions(value: Any) -> Iterator[tuple[Any, bool]]:
    """The actions to which a dictionary leads by its keys, and whether they wait for a click."""
    for key in (*AT_A_CLICK, *BY_ITSELF):
        found = value.get(key)
        for action in found if isinstance(found, list) else [found]:
            yield action.get_object() if hasattr(action, "get_object") else action, key in AT_A_CLICK
    triggers = value.get("/AA")
    for trigger in triggers if isinstance(triggers, dict) else ():
        yield triggers.get(trigger), False


def _is_harmless(action: Any, at_a_click: bool) -> bool:
    """Whether an action is accepted; what is none, as a destination or an attribute of the structure, does nothing."""
    kind = action.get("/S") if isinstance(action, dict) else None
    if kind == "/URI" and at_a_click:
        return OF_THE_DIAN.match(str(action.get("/URI"))) is not None
    return kind in (None, "/GoTo")


def _is_program(pdf_object: Any) -> bool:
    """Whether a PDF object, or anything inside it, is a program or a file, or leads to an action that is not accepted.

    Behind references only actions are looked at: what they name is an object of its own.
    """
    waiting = [pdf_object]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += list(value)
        elif isinstance(value, dict):
            if _is_active(value):
                return True
            waiting += [value.raw_get(key) if hasattr(value, "raw_get") else value[key] for key in value]
    return False


def _is_active(dictionary: dict[Any, Any]) -> bool:
    names = {str(name) for name in (*dictionary, *(dictionary.get(key) for key in TYPES))}
    return bool(ACTIVE & names) or not all(_is_harmless(*action) for action in _actions(dictionary))


def has_programs(reader: Any) -> bool:
    """Whether any object of the file is a program. An object that cannot be read cannot run either.

    Raises ValueError when there are too many to look at.
    """
    numbers = {(number, generation) for generation, objects in reader.xref.items() for number in objects}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise ValueError("more objects than are looked at")
    if _is_program(reader.trailer):
        return True
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
    """The facts of a PDF: whether it could be read, is encrypted, has programs; its pages and their text.

    They come twice, the first time before the text, which may exhaust the limits: a program is then known.
    """
    facts: dict[str, Any] = {"read": False, "encrypted": False, "programs": False, "pages": 0, "texts": []}
    try:
        reader = PdfReader(file, strict=False)
        # until it opens with the empty password, which nobody has to type
        facts["encrypted"] = reader.is_encrypted
        facts["encrypted"] = reader.is_encrypted and not reader.decrypt("")
        if not facts["encrypted"]:
            facts["programs"] = has_programs(reader)
            yield facts
            facts["pages"] = len(reader.pages)
            facts["texts"] = [_text(page) for page in reader.pages[:MAX_PAGES]]
            facts["read"] = facts["pages"] > 0
    except Exception:  # noqa: S110  damaged; the facts so far still count
        pass
    yield facts
