"""Does an uploaded RUT meet each rule: yes, no, or a person must look? Pure.

Source: route for territorial entities (2020), "Tips a tener en cuenta para el cargue del RUT".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import models
from stdnum.co import nit as stdnum_nit

from delegates.models import MAX_RUT_BYTES, RutDocument
from delegates.rut.casillas import PRINCIPAL, SUBSTITUTE, Contents, contents_of
from mipres_admin.database.text import fold_key
from mipres_admin.uploaded_pdf.reader import Reading, read_pdf

MIN_PAGES = 3
MIN_LETTERS = 200


class Verdict(models.TextChoices):
    """The result of a rule."""

    MET = "cumple", "Cumple"
    NOT_MET = "no_cumple", "No cumple"
    REVIEW = "revision", "La revisará una persona"


class Rule(models.TextChoices):
    """The rules, in the order of the page."""

    SIZE = "tamano", "Pesa máximo 1 MB"
    SIGNATURE = "pdf", "Es un PDF"
    OPEN = "sin_clave", "Abre sin contraseña"
    PASSIVE = "sin_programas", "No trae programas ni archivos adjuntos"
    PAGES = "paginas", "Está completo: tiene al menos tres páginas"
    LEGIBLE = "legible", "Es legible"
    RECENT = "vigente", "Se expidió hace máximo un año"
    NIT = "nit", "El NIT es el del formulario"
    NAME = "razon_social", "La razón social es la del formulario"
    REPRESENTATIVE = "representante", "Quien registra figura como representante legal principal"


# a file that does not meet one of these is not stored: the upload is refused
HARD = (Rule.SIZE, Rule.SIGNATURE, Rule.OPEN, Rule.PASSIVE)


@dataclass(frozen=True)
class Check:
    """The result of one rule, as it is stored with the document."""

    rule: str
    verdict: str
    detail: str

    @property
    def rule_name(self) -> str:
        """The rule in the words of the page."""
        return str(Rule(self.rule).label)

    @property
    def verdict_name(self) -> str:
        """The verdict in the words of the page."""
        return str(Verdict(self.verdict).label)


@dataclass(frozen=True)
class ExpectedContents:
    """What the RUT must say: the details that the representative typed, and their own document."""

    nit: str
    name: str
    document_type: str
    document_number: str


@dataclass(frozen=True)
class _Upload:
    """All that the rules look at."""

    data: bytes
    expected: ExpectedContents
    reading: Reading
    contents: Contents
    today: date


Result = tuple[Verdict, str]
PROGRAMS = (
    "El PDF trae programas, enlaces, campos que envían datos o archivos adjuntos. Cargue el que entrega la DIAN, sin "
    "modificarlo."
)
UNOPENED = (
    "El portal no pudo abrir el PDF: puede estar dañado, incompleto o tener más contenido del que el portal lee. "
    "Descárguelo de nuevo de la DIAN; si en su equipo abre, use Imprimir y Guardar como PDF, y cargue ese archivo."
)
UNREAD: Result = (Verdict.REVIEW, "El portal no pudo leerlo en el documento; lo verá un revisor del Ministerio.")


def _size(upload: _Upload) -> Result:
    if max(len(upload.data), len(upload.reading.copy)) > MAX_RUT_BYTES:
        return Verdict.NOT_MET, "El archivo debe pesar máximo 1 MB. Descárguelo de nuevo de la DIAN, sin escanearlo."
    return Verdict.MET, f"Pesa {max(1, len(upload.data) // 1024)} KB."


def _has_signature(data: bytes) -> bool:
    """Whether the mark is where PDF readers look for it, in the first kilobyte."""
    return b"%PDF-" in data[:1024]


def _is_worth_opening(data: bytes) -> bool:
    return len(data) <= MAX_RUT_BYTES and _has_signature(data)


def _signature(upload: _Upload) -> Result:
    if _has_signature(upload.data):
        return Verdict.MET, ""
    return Verdict.NOT_MET, "El archivo debe ser el PDF del RUT; no basta con cambiarle el nombre a otro archivo."


def _open(upload: _Upload) -> Result:
    if upload.reading.encrypted:
        return Verdict.NOT_MET, "El PDF tiene contraseña. Cargue el que entrega la DIAN, sin protegerlo."
    if upload.reading.read:
        return Verdict.MET, ""
    return (Verdict.NOT_MET, UNOPENED) if _is_worth_opening(upload.data) else UNREAD


def _passive(upload: _Upload) -> Result:
    if upload.reading.programs:
        return Verdict.NOT_MET, PROGRAMS
    return (Verdict.MET, "") if upload.reading.read else UNREAD


def _pages(upload: _Upload) -> Result:
    pages = upload.reading.pages
    if not upload.reading.read:
        return UNREAD
    detail = f"Tiene {pages} página{'s' if pages != 1 else ''}."
    if pages < MIN_PAGES:
        return Verdict.NOT_MET, f"{detail} El RUT de una persona jurídica debe tener al menos tres: cárguelo completo."
    return Verdict.MET, detail


def _legible(upload: _Upload) -> Result:
    if not upload.reading.read:
        return UNREAD
    letters = sum(letter.isalnum() for text in upload.reading.texts for letter in text)
    if letters < MIN_LETTERS:
        return (
            Verdict.REVIEW,
            "El documento es una imagen y el portal no puede leerla; la verá un revisor del Ministerio. Si lo "
            "descarga de la DIAN sin escanearlo, el portal lo lee.",
        )
    return Verdict.MET, ""


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _recent(upload: _Upload) -> Result:
    generated_on = upload.contents.generated_on
    if generated_on is None:
        return UNREAD
    detail = f"Se generó el {generated_on:%Y-%m-%d}."
    if generated_on < _year_before(upload.today):
        return Verdict.NOT_MET, f"{detail} Debe ser de hace máximo un año: descargue uno nuevo de la DIAN."
    if generated_on > upload.today:
        return Verdict.NOT_MET, f"{detail} Esa fecha no ha llegado: cargue el que entrega la DIAN, sin modificarlo."
    return Verdict.MET, detail


def _nit(upload: _Upload) -> Result:
    nit, digit = upload.contents.nit, upload.contents.check_digit
    if not nit.isdigit() or not digit.isdigit():
        return UNREAD
    detail = f"En el RUT: {nit}-{digit}."
    if stdnum_nit.calc_check_digit(nit) != digit:
        return Verdict.NOT_MET, f"{detail} El dígito de verificación no corresponde a ese NIT: revise el documento."
    if nit != upload.expected.nit:
        return (
            Verdict.NOT_MET,
            f"{detail} Usted escribió {upload.expected.nit}: corrija el NIT o cargue el RUT de la entidad.",
        )
    return Verdict.MET, detail


def normalised(name: str) -> str:
    """A razón social without accents, case, punctuation and spaces, so that "S.A.S." and "s a s" are equal."""
    return fold_key(name.replace("&", " y "))


def _name(upload: _Upload) -> Result:
    name = upload.contents.name
    if not name:
        return UNREAD
    detail = f"En el RUT: «{name[:300]}»."
    if normalised(name) != normalised(upload.expected.name):
        return Verdict.NOT_MET, f"{detail} Escríbala como está en el RUT, o actualice el RUT en la DIAN."
    return Verdict.MET, detail


def _representative(upload: _Upload) -> Result:
    expected, representatives = upload.expected, upload.contents.representatives
    roles = {
        representative.role
        for representative in representatives
        if representative.document_number == expected.document_number
        and representative.document_type in ("", expected.document_type)
    }
    if PRINCIPAL in roles:
        return Verdict.MET, ""
    update = "Actualice el RUT en la DIAN y cárguelo, o pida al representante legal principal que haga el registro."
    if SUBSTITUTE in roles:
        return Verdict.NOT_MET, f"Usted figura como suplente. {update}"
    if any(other.role == PRINCIPAL and other.document_number for other in representatives):
        return Verdict.NOT_MET, f"En el RUT figura otra persona con ese cargo. {update}"
    return UNREAD


RULES: dict[Rule, Callable[[_Upload], Result]] = {
    Rule.SIZE: _size,
    Rule.SIGNATURE: _signature,
    Rule.OPEN: _open,
    Rule.PASSIVE: _passive,
    Rule.PAGES: _pages,
    Rule.LEGIBLE: _legible,
    Rule.RECENT: _recent,
    Rule.NIT: _nit,
    Rule.NAME: _name,
    Rule.REPRESENTATIVE: _representative,
}


def read_rut(data: bytes) -> Reading:
    """What can be read of an uploaded RUT; a file that is too large or no PDF is not opened. May raise Refused."""
    return read_pdf(data) if _is_worth_opening(data) else Reading()


def check_rut(data: bytes, reading: Reading, expected: ExpectedContents, today: date) -> list[Check]:
    """The result of each rule, in the order of the page."""
    upload = _Upload(data, expected, reading, contents_of(reading.texts), today)
    return [Check(rule, *check(upload)) for rule, check in RULES.items()]


def hard_failures(checks: list[Check]) -> list[Check]:
    """The failed checks without which the file cannot be stored."""
    return [check for check in checks if check.rule in HARD and check.verdict == Verdict.NOT_MET]


def stored_checks(document: RutDocument | None) -> list[Check]:
    """The results that are stored with a document."""
    return [Check(**check) for check in document.checks] if document else []
