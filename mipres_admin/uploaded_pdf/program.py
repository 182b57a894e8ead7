"""What is in an uploaded PDF? A program for `mipres_admin.sandbox`: it imports nothing else of the portal.

qpdf reads the file, as pikepdf shows it: references are resolved, and of a key that is there twice, or of an object
that is there in several versions, one holds. What it read is written to a new file. The portal keeps and shows that one
alone, so that it does not matter what another program would read in the bytes that were uploaded.
"""

import base64
import io
import re
from collections import Counter
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
# bytes, unpacked: of streams that are no images, and of what is drawn, a form as often as it is drawn; forms in forms
MAX_UNPACKED, MAX_DRAWN, MAX_NESTED = 20_000_000, 20_000_000, 8
# what a page of the copy has (ISO 32000-2, table 31): how large it is and what it shows
PAGE_KEYS = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
# its resources (table 34) and its transparency group (table 145)
RESOURCE_KEYS = {"/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet", "/Properties"}
GROUP_KEYS = {"/Type", "/S", "/CS", "/I", "/K"}
# streams (table 5) that are forms, images, patterns, shadings, functions, fonts, CMaps, ICC profiles, halftones
STREAM_KEYS = set(
    re.findall(
        r"/\w+",
        "/Length/Filter/DecodeParms/Type/Subtype/FormType/BBox/Matrix/Resources/Group/Width/Height/ColorSpace"
        "/BitsPerComponent/Intent/ImageMask/Mask/Decode/Interpolate/SMask/SMaskInData/Matte/PatternType/PaintType"
        "/TilingType/XStep/YStep/ShadingType/Background/AntiAlias/BitsPerCoordinate/BitsPerFlag/VerticesPerRow/Function"
        "/FunctionType/Domain/Range/Size/BitsPerSample/Order/Encode/Length1/Length2/Length3/CMapName/CIDSystemInfo"
        "/WMode/UseCMap/N/Alternate/HalftoneType/Xsquare/Ysquare/Width2/Height2/TransferFunction",
    )
)
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


def prepare() -> None:
    """Have qpdf open its source of random numbers, without which it reads no AES-256, while files can be opened."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(io.BytesIO(), encryption=pikepdf.Encryption(user="", owner="x", R=6))


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


def _keep(value: Any, keys: set[str]) -> None:
    """Delete what else a dictionary or a stream has."""
    for key in _keys(value) - keys:
        del value[key]


def _keep_what_shows(copy: pikepdf.Pdf) -> None:
    """Delete the keys that pages, streams, resources and groups do not have by the standard."""
    pages = [page.obj for page in copy.pages]
    for page in pages:
        _keep(page, PAGE_KEYS)
    for value in [*pages, *_dictionaries(copy.objects)]:
        is_stream = isinstance(value, pikepdf.Stream)
        if is_stream:
            _keep(value, STREAM_KEYS)
        # fonts of Type 3 draw too
        if is_stream or value.get("/Type") == "/Page" or "/CharProcs" in value:
            _keep(value.get("/Resources"), RESOURCE_KEYS)
            _keep(value.get("/Group"), GROUP_KEYS)


def _is_form(drawing: Any) -> bool:
    return isinstance(drawing, pikepdf.Stream) and drawing.get("/Subtype") != "/Image"


def _forms_drawn(content: Any, resources: Any) -> list[Any]:
    """The forms that a page or a form draws, as often as it does."""
    named = resources.get("/XObject") if _keys(resources) else None
    drawings = {key: named[key] for key in _keys(named)} if named is not None else {}
    forms = {key: drawing for key, drawing in drawings.items() if _is_form(drawing)}
    if not forms:
        return []
    names = [str(name) for step in pikepdf.parse_content_stream(content, "Do") for name in step.operands]
    return [forms[name] for name in names if name in forms]


def _drawn(content: Any, inherited: Any, known: dict[Any, int], depth: int = 0) -> int:
    """How many bytes are read to draw a page or a form. Raises ValueError when forms nest too deep."""
    if depth > MAX_NESTED:
        raise ValueError("forms nest too deep")
    parts = [content] if depth else _listed(content.get("/Contents"))
    size = sum(len(part.read_bytes()) for part in parts if isinstance(part, pikepdf.Stream))
    resources = content.get("/Resources", inherited)
    forms = _forms_drawn(content, resources) if size <= MAX_DRAWN else []
    times = Counter(form.objgen for form in forms)
    for objgen, form in {form.objgen: form for form in forms}.items():
        if objgen not in known:
            known[objgen] = _drawn(form, inherited, known, depth + 1)
        size += times[objgen] * known[objgen]
    return size


def refuse_bombs(pdf: pikepdf.Pdf) -> None:
    """Raises ValueError when drawing the pages, or unpacking what is no image, takes more than the limits."""
    unpacked = drawn = 0
    for value in pdf.objects:
        if isinstance(value, pikepdf.Stream) and value.get("/Subtype") != "/Image":
            unpacked += len(value.read_bytes())
        if unpacked > MAX_UNPACKED:
            raise ValueError("unpacks to more than is kept")
    for page in pdf.pages:
        drawn += _drawn(page.obj, page.obj.get("/Resources"), {})
        if drawn > MAX_DRAWN:
            raise ValueError("draws more than is kept")


def pages_alone(pdf: pikepdf.Pdf) -> bytes:
    """A new PDF with what the pages of another show: fields, stamps and signatures too, as drawings.

    Pages, streams, resources and groups have no other keys than the standard's; the values of these keys are kept as
    they are. The other is changed. Raises ValueError when it unpacks to more, or draws more, than the limits.
    """
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    copy = pikepdf.new()
    for page in pdf.pages:
        copy.pages.append(page)
    _keep_what_shows(copy)
    refuse_bombs(copy)
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

    They come again with the copy and with the text, which may exhaust the limits: what is known before then counts.
    """
    facts: dict[str, Any] = {"encrypted": False, "programs": False, "pages": 0, "copy": "", "texts": []}
    try:
        # it opens with the empty password, which nobody has to type
        with pikepdf.open(file) as pdf:
            facts |= {"programs": has_programs(pdf), "pages": len(pdf.pages)}
            yield facts
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
