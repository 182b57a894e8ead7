"""What is in an uploaded PDF? A program for `mipres_admin.sandbox`: it imports nothing else of the portal.

qpdf reads the file, as pikepdf shows it: references are resolved, and of a key that is there twice, or of an object
that is there in several versions, one holds. What it read is written anew: the portal keeps and shows that alone, so
that it does not matter what another program would read in the bytes that were uploaded.
"""

import base64
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import pikepdf
from pypdf import PdfReader

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
# what a page of the copy has (ISO 32000-2, table 31): how large it is and what it shows
PAGE_KEYS = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
# keys and types of what a PDF does when it is opened or filled in, and of the files that it carries or names (12.6.4
# actions, 12.7.8 XFA forms, 13 multimedia, 7.11 files, 14.11.7 OPI, 12.3.5 collections)
KEYS = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/XFA",
    "/RichMedia",
    "/RichMediaContent",
    "/Movie",
    "/EmbeddedFiles",
    "/EF",
    "/OPI",
    "/Collection",
}
TYPES = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/EmbeddedFile",
    "/Filespec",
    "/F",
    "/Rendition",
    "/Sound",
    "/Movie",
    "/OPI",
    "/PS",
}
TYPED_BY = ("/S", "/Type", "/Subtype")
# what a stream has whose data are in another file, and a drawing that shows a page of another file (7.3.8.2, 8.10.4)
OF_ANOTHER_FILE = {"/F", "/FFilter", "/FDecodeParms", "/Ref"}
# the other annotations play, carry or open something (12.5.6)
ANNOTATIONS = {
    "/Link",
    "/Widget",
    "/Popup",
    "/Text",
    "/FreeText",
    "/Line",
    "/Square",
    "/Circle",
    "/Polygon",
    "/PolyLine",
    "/Highlight",
    "/Underline",
    "/Squiggly",
    "/StrikeOut",
    "/Caret",
    "/Stamp",
    "/Ink",
    "/Watermark",
}
# what leads to an action: at a click, or by itself (12.6.2, 12.6.3). No action but these is accepted: a place of the
# same file, and at a click a page of the DIAN
AT_A_CLICK, BY_ITSELF = ("/A", "/PA"), ("/OpenAction", "/Next")
OF_THE_DIAN = re.compile(
    rb"https?://([a-z0-9-]+\.)*dian\.gov\.co(:[0-9]+)?([/?#][a-z0-9/?#&=%.,:;+~_-]*)?", re.IGNORECASE
)


def _values(value: Any) -> list[Any]:
    """What a dictionary, the dictionary of a stream, or an array has; references are resolved."""
    if isinstance(value, pikepdf.Array):
        return list(value)
    return [value[key] for key in _keys(value)]


def _keys(value: Any) -> set[str]:
    return set(value.keys()) if isinstance(value, pikepdf.Dictionary | pikepdf.Stream) else set()


def _listed(value: Any) -> list[Any]:
    """One thing, or the things of an array."""
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _actions(value: Any) -> Iterator[tuple[Any, bool]]:
    """The actions to which a dictionary leads by its keys, and whether they wait for a click."""
    for key in (*AT_A_CLICK, *BY_ITSELF):
        for action in _listed(value.get(key)):
            yield action, key in AT_A_CLICK
    for action in _values(value.get("/AA")):
        yield action, False


def _is_harmless(action: Any, at_a_click: bool) -> bool:
    """Whether an action is accepted; what is none, as a destination or an attribute of the structure, does nothing."""
    kind = action.get("/S") if _keys(action) else None
    if kind == "/URI" and at_a_click:
        uri = action.get("/URI")
        return isinstance(uri, pikepdf.String) and OF_THE_DIAN.fullmatch(bytes(uri)) is not None
    return kind is None or kind == "/GoTo"


def _is_program(value: Any) -> bool:
    """Whether a dictionary is a program or a file, or leads to one: by its keys, its type, an action, an annotation."""
    keys = _keys(value)
    types = {str(kind) for kind in (value.get(key) for key in TYPED_BY) if isinstance(kind, pikepdf.Name)}
    return bool(
        KEYS & keys
        or TYPES & types
        or (isinstance(value, pikepdf.Stream) and OF_ANOTHER_FILE & keys)
        or not all(_is_harmless(*action) for action in _actions(value))
        or not {str(note.get("/Subtype")) for note in _values(value.get("/Annots")) if _keys(note)} <= ANNOTATIONS
    )


def _dictionaries(objects: Iterable[Any]) -> Iterator[Any]:
    """The objects that are dictionaries or streams, and those within: what is behind a reference is its own object."""
    waiting = list(objects)
    while waiting:
        value = waiting.pop()
        if _keys(value):
            yield value
        if isinstance(value, pikepdf.Object):
            waiting += [inner for inner in _values(value) if not getattr(inner, "is_indirect", False)]


def has_programs(pdf: pikepdf.Pdf) -> bool:
    """Whether any object of the file, whether something leads to it or not, is a program.

    Raises ValueError when there are too many to look at.
    """
    if len(pdf.objects) > MAX_OBJECTS:
        raise ValueError("more objects than are looked at")
    return any(map(_is_program, _dictionaries([pdf.trailer, *pdf.objects])))


def pages_alone(pdf: pikepdf.Pdf) -> bytes:
    """A new PDF with what the pages of another show: fields, stamps and signatures too, as drawings.

    The other is changed.
    """
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    copy = pikepdf.new()
    for page in pdf.pages:
        copy.pages.append(page)
    for page in copy.pages:
        for key in set(page.obj.keys()) - PAGE_KEYS:
            del page.obj[key]
    written = io.BytesIO()
    # streams stay packed as they are, so that the copy is about as large
    copy.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return written.getvalue()


def _text(page: Any) -> str:
    try:
        return str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))[:MAX_TEXT]
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return ""


def read_facts(file: BinaryIO, *, with_texts: bool) -> Iterator[dict[str, Any]]:
    """The facts of a PDF: whether it has a password or programs; its pages alone, how many, and the text of each.

    They come a second time with the text, which may exhaust the limits: what is known without it then counts.
    """
    facts: dict[str, Any] = {"encrypted": False, "programs": False, "pages": 0, "copy": "", "texts": []}
    try:
        # it opens with the empty password, which nobody has to type
        with pikepdf.open(file) as pdf:
            facts |= {"programs": has_programs(pdf), "pages": len(pdf.pages)}
            copy = pages_alone(pdf) if facts["pages"] else b""
        facts["copy"] = base64.b64encode(copy).decode()
        yield facts
        if with_texts and copy:
            facts["texts"] = [_text(page) for page in PdfReader(io.BytesIO(copy)).pages[:MAX_PAGES]]
    except pikepdf.PasswordError:
        facts["encrypted"] = True
    except Exception:  # noqa: S110  damaged; the facts so far still count
        pass
    yield facts
