"""Which RUT do the tests upload? Invented forms with the casillas of the DIAN's, and hostile or damaged files.

Every page says "DOCUMENTO DE PRUEBA". `make_rut` draws with WeasyPrint; the rest are its damaged relatives.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape

from django.utils import timezone
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, PdfObject, TextStringObject
from stdnum.co import nit as stdnum_nit

from mipres_admin.pdf import make_pdf

WATERMARK = "DOCUMENTO DE PRUEBA"
STYLE = """
@page { size: letter; margin: 0; }
body { margin: 0; font: 7pt "DejaVu Sans", sans-serif; }
section { position: relative; height: 279mm; break-after: page; }
.box { position: absolute; height: 9mm; border: 0.3pt solid #000; }
.label { position: absolute; top: 0.3mm; left: 1mm; font-size: 5.5pt; white-space: nowrap; }
.value { position: absolute; top: 4mm; left: 2mm; font-size: 8pt; white-space: nowrap; }
.mark { position: absolute; top: 120mm; left: 30mm; font-size: 30pt; color: #ddd; }
.foot { position: absolute; top: 262mm; left: 120mm; }
h1 { position: absolute; top: 6mm; left: 60mm; margin: 0; font-size: 9pt; }
"""


@dataclass(frozen=True)
class Rut:
    """What a RUT of the tests says."""

    nit: str = "900123456"
    name: str = "CLÍNICA DEL RÍO S.A.S."
    document: str = "1025000111"
    document_code: str = "1 3"
    role: str = "REPRS LEGAL PRIN 1 8"
    generated_on: date | None = None
    pages: int = 3
    check_digit: str = ""
    foot: bool = True
    others: tuple[tuple[str, str], ...] = ()


def _spaced(digits: str) -> str:
    """As the form prints them: one digit in each little box."""
    return " ".join(digits)


def _box(left: float, top: float, width: float, label: str, value: str = "") -> str:
    style = f'style="left:{left}mm;top:{top}mm;width:{width}mm"'
    return (
        f'<div class="box" {style}><span class="label">{escape(label)}</span>'
        f'<span class="value">{escape(value)}</span></div>'
    )


def _head(rut: Rut) -> str:
    digit = rut.check_digit or stdnum_nit.calc_check_digit(rut.nit)
    return "".join(
        (
            _box(10, 20, 90, "2. Concepto", "0 2 Actualización"),
            _box(110, 20, 90, "4. Número de formulario", "1 4 0 0 0 0 0 0 0 0 1"),
            _box(10, 30, 60, "5. Número de Identificación Tributaria (NIT)", _spaced(rut.nit)),
            _box(70, 30, 15, "6. DV", digit),
            _box(85, 30, 65, "12. Dirección seccional", "Impuestos de Bogotá 3 2"),
            _box(150, 30, 50, "14. Buzón electrónico"),
        )
    )


def _identification(rut: Rut) -> str:
    return "".join(
        (
            _box(10, 45, 60, "24. Tipo de contribuyente", "Persona jurídica 1"),
            _box(70, 45, 60, "25. Tipo de documento"),
            _box(130, 45, 70, "26. Número de Identificación"),
            _box(10, 60, 190, "35. Razón social", rut.name),
            _box(10, 70, 110, "36. Nombre comercial"),
            _box(120, 70, 80, "37. Sigla"),
            _box(10, 80, 60, "38. País", "COLOMBIA 1 6 9"),
            _box(70, 80, 60, "39. Departamento", "Bogotá D.C. 1 1"),
            _box(130, 80, 70, "40. Ciudad/Municipio", "Bogotá, D.C. 0 0 1"),
        )
    )


def _representative(top: float, role: str, code: str, document: str) -> str:
    return "".join(
        (
            _box(10, top, 110, "98. Representación", role),
            _box(120, top, 80, "99. Fecha inicio ejercicio representación", "2 0 2 4 0 1 0 1"),
            _box(10, top + 10, 60, "100. Tipo de documento", f"Cédula de Ciudadanía {code}"),
            _box(70, top + 10, 70, "101. Número de identificación", _spaced(document)),
            _box(140, top + 10, 15, "102. DV"),
            _box(155, top + 10, 45, "103. Número de tarjeta profesional"),
            _box(10, top + 20, 50, "104. Primer apellido", "PRUEBA"),
            _box(60, top + 20, 50, "105. Segundo apellido"),
            _box(110, top + 20, 50, "106. Primer nombre", "ANA"),
            _box(160, top + 20, 40, "107. Otros nombres"),
        )
    )


def _page(rut: Rut, number: int) -> str:
    body = _head(rut) + (_identification(rut) if number == 1 else "")
    if number == min(3, rut.pages):
        people = ((rut.role, rut.document), *rut.others)
        body += "".join(
            _representative(110 + 35 * place, role, rut.document_code, document)
            for place, (role, document) in enumerate(people)
        )
    generated_on = rut.generated_on or timezone.localdate()
    foot = f'<p class="foot">Fecha generación documento PDF: {generated_on:%d-%m-%Y} 08:15:32AM</p>' if rut.foot else ""
    title = f"<h1>Formulario del Registro Único Tributario 001 Página {number} de {rut.pages}</h1>"
    return f'<section>{title}<p class="mark">{WATERMARK}</p>{body}{foot}</section>'


@cache
def make_rut(rut: Rut) -> bytes:
    """The PDF of a RUT of the tests."""
    pages = "".join(_page(rut, number) for number in range(1, rut.pages + 1))
    return make_pdf(f'<html lang="es"><head><title>RUT</title><style>{STYLE}</style></head><body>{pages}</body></html>')


# ---------------------------------------------------------------- hostile and damaged files


def _written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _copy() -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(io.BytesIO(make_rut(Rut()))))


def encrypted(password: str, algorithm: str = "RC4-128") -> bytes:
    writer = _copy()
    writer.encrypt(password, "del dueño", algorithm=algorithm)
    return _written(writer)


def with_javascript() -> bytes:
    """The program runs when a page opens."""
    writer = _copy()
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(action)})
    return _written(writer)


def with_hidden_javascript() -> bytes:
    """The same, with its names spelt in hexadecimal: they cannot be found in the plain bytes."""
    plain = with_javascript()
    return plain.replace(b"/JavaScript", b"/Java#53cript").replace(b"/JS", b"/J#53")


def action(kind: str, **entries: str | PdfObject) -> DictionaryObject:
    """An action of ISO 32000-2, 12.6.4."""
    values = {name: TextStringObject(value) if isinstance(value, str) else value for name, value in entries.items()}
    return DictionaryObject(
        {NameObject(f"/{name}"): value for name, value in {"S": NameObject(kind), **values}.items()}
    )


def opened_with(what: PdfObject, *, data: bytes | None = None) -> bytes:
    """A RUT, or another PDF, that does this when it is opened; behind a reference, as programs write it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data or make_rut(Rut()))))
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(what)
    return _written(writer)


def with_link(what: PdfObject, key: str = "/A") -> bytes:
    """A RUT with something to click on."""
    writer = _copy()
    link = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Link"), key: what}
    annotation = DictionaryObject({NameObject(name): value for name, value in link.items()})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    return _written(writer)


def truncated() -> bytes:
    whole = make_rut(Rut())
    return whole[: len(whole) // 3]


def image_only() -> bytes:
    """Three pages without any text, as a scanner makes them."""
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(612, 792)
    return _written(writer)


def bomb(texts: int = 2_000_000) -> bytes:
    """Some kilobytes that unfold into three pages with this many texts each."""
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf (a) Tj ET " * texts)
    once = stream.flate_encode(9)
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    page[NameObject("/Contents")] = writer._add_object(once)
    for _ in range(2):
        writer.add_page(page)
    return _written(writer)


def zip_renamed() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("rut.txt", WATERMARK)
    return file.getvalue()


def too_large() -> bytes:
    return make_rut(Rut()) + b"\n" * (5 * 1024 * 1024)
