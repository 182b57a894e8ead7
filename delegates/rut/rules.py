"""Does a RUT meet each rule of its upload? Met, not met, or for a person to look at; pure.

Source: route for territorial entities (2020), "Tips a tener en cuenta para el cargue del RUT".
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import models
from stdnum.co import nit as stdnum_nit

from delegates.models import LONGEST_RUT
from delegates.rut.casillas import PRINCIPAL, SUBSTITUTE, Contents, contents_of
from delegates.rut.sandbox_runner import Reading, read_pdf

FEWEST_PAGES = 3
FEWEST_LETTERS = 200


class Verdict(models.TextChoices):
    """What a rule says of a document."""

    MET = "cumple", "Cumple"
    NOT_MET = "no_cumple", "No cumple"
    REVIEW = "revision", "La revisará una persona"


class Rule(models.TextChoices):
    """The rules, in the order of the page."""

    SIZE = "tamano", "Pesa máximo 1 MB"
    SIGNATURE = "pdf", "Es un PDF"
    OPEN = "sin_clave", "Abre sin contraseña"
    PASSIVE = "sin_programas", "No trae programas (JavaScript)"
    PAGES = "paginas", "Está completo: tiene al menos tres páginas"
    LEGIBLE = "legible", "Es legible"
    RECENT = "vigente", "Se expidió hace máximo un año"
    NIT = "nit", "El NIT es el del formulario"
    NAME = "razon_social", "La razón social es la del formulario"
    REPRESENTATIVE = "representante", "Quien registra figura como representante legal principal"


# without these there is nothing to keep: the upload itself is refused
HARD = (Rule.SIZE, Rule.SIGNATURE, Rule.OPEN, Rule.PASSIVE)


@dataclass(frozen=True)
class Check:
    """What one rule said, as it is kept with the document."""

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
class Typed:
    """What the representative typed, and who he is."""

    nit: str
    name: str
    document_type: str
    document_number: str


@dataclass(frozen=True)
class _Asked:
    data: bytes
    typed: Typed
    reading: Reading
    contents: Contents
    today: date


Answer = tuple[Verdict, str]
UNREAD: Answer = (Verdict.REVIEW, "El portal no pudo leerlo en el documento; lo verá un revisor del Ministerio.")


def _size(asked: _Asked) -> Answer:
    if len(asked.data) > LONGEST_RUT:
        return Verdict.NOT_MET, "El archivo debe pesar máximo 1 MB. Descárguelo de nuevo de la DIAN, sin escanearlo."
    return Verdict.MET, f"Pesa {max(1, len(asked.data) // 1024)} KB."


def _signature(asked: _Asked) -> Answer:
    # PDF readers look for the mark in the first kilobyte
    if b"%PDF-" in asked.data[:1024]:
        return Verdict.MET, ""
    return Verdict.NOT_MET, "El archivo debe ser el PDF del RUT; no basta con cambiarle el nombre a otro archivo."


def _open(asked: _Asked) -> Answer:
    if asked.reading.encrypted:
        return Verdict.NOT_MET, "El PDF tiene contraseña. Cargue el que entrega la DIAN, sin protegerlo."
    return (Verdict.MET, "") if asked.reading.read else UNREAD


def _passive(asked: _Asked) -> Answer:
    if asked.reading.programs:
        return Verdict.NOT_MET, "El PDF trae programas (JavaScript). Cargue el que entrega la DIAN, sin modificarlo."
    return (Verdict.MET, "") if asked.reading.read else UNREAD


def _pages(asked: _Asked) -> Answer:
    pages = asked.reading.pages
    if not asked.reading.read:
        return (
            Verdict.REVIEW,
            "El portal no pudo abrir el archivo: puede estar dañado o incompleto. Si en su equipo tampoco abre, "
            "cargue otro; si abre, lo verá un revisor del Ministerio.",
        )
    said = f"Tiene {pages} página{'s' if pages != 1 else ''}."
    if pages < FEWEST_PAGES:
        return Verdict.NOT_MET, f"{said} El RUT de una persona jurídica debe tener al menos tres: cárguelo completo."
    return Verdict.MET, said


def _legible(asked: _Asked) -> Answer:
    if not asked.reading.read:
        return UNREAD
    letters = sum(letter.isalnum() for text in asked.reading.texts for letter in text)
    if letters < FEWEST_LETTERS:
        return (
            Verdict.REVIEW,
            "El documento es una imagen y el portal no puede leerla; la verá un revisor del Ministerio. Si lo "
            "descarga de la DIAN sin escanearlo, el portal lo lee.",
        )
    return Verdict.MET, ""


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _recent(asked: _Asked) -> Answer:
    made_on = asked.contents.made_on
    if made_on is None:
        return UNREAD
    said = f"Se generó el {made_on:%Y-%m-%d}."
    if made_on < _year_before(asked.today):
        return Verdict.NOT_MET, f"{said} Debe ser de hace máximo un año: descargue uno nuevo de la DIAN."
    if made_on > asked.today:
        return Verdict.NOT_MET, f"{said} Esa fecha no ha llegado: cargue el que entrega la DIAN, sin modificarlo."
    return Verdict.MET, said


def _nit(asked: _Asked) -> Answer:
    nit, digit = asked.contents.nit, asked.contents.check_digit
    if not nit.isdigit() or not digit.isdigit():
        return UNREAD
    said = f"En el RUT: {nit}-{digit}."
    if stdnum_nit.calc_check_digit(nit) != digit:
        return Verdict.NOT_MET, f"{said} El dígito de verificación no corresponde a ese NIT: revise el documento."
    if nit != asked.typed.nit:
        return (
            Verdict.NOT_MET,
            f"{said} Usted escribió {asked.typed.nit}: corrija el NIT o cargue el RUT de la entidad.",
        )
    return Verdict.MET, said


def normalised(name: str) -> str:
    """A razón social without accents, case, punctuation and spaces, so that "S.A.S." and "s a s" are one thing."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " y "))
    return re.sub(r"[^a-z0-9]", "", plain)


def _name(asked: _Asked) -> Answer:
    name = asked.contents.name
    if not name:
        return UNREAD
    said = f"En el RUT: «{name[:300]}»."
    if normalised(name) != normalised(asked.typed.name):
        return Verdict.NOT_MET, f"{said} Escríbala como está en el RUT, o actualice el RUT en la DIAN."
    return Verdict.MET, said


def _representative(asked: _Asked) -> Answer:
    typed = asked.typed
    mine = [
        found
        for found in asked.contents.representatives
        if found.document_number == typed.document_number and found.document_type in ("", typed.document_type)
    ]
    others = [found for found in asked.contents.representatives if found.document_number]
    if any(found.role == PRINCIPAL for found in mine):
        return Verdict.MET, ""
    update = "Actualice el RUT en la DIAN y cárguelo, o pida al representante legal principal que haga el registro."
    if any(found.role == SUBSTITUTE for found in mine):
        return Verdict.NOT_MET, f"Usted figura como suplente. {update}"
    if any(found.role == PRINCIPAL for found in others):
        return Verdict.NOT_MET, f"En el RUT figura otra persona con ese cargo. {update}"
    return UNREAD


RULES: dict[Rule, Callable[[_Asked], Answer]] = {
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
    """What can be read of an uploaded RUT; what is too large or no PDF is not even opened. May raise Refused."""
    is_worth_opening = len(data) <= LONGEST_RUT and b"%PDF-" in data[:1024]
    return read_pdf(data) if is_worth_opening else Reading()


def check_rut(data: bytes, reading: Reading, typed: Typed, today: date) -> list[Check]:
    """What each rule says of a RUT, in the order of the page."""
    asked = _Asked(data, typed, reading, contents_of(reading.texts), today)
    return [Check(rule, *judge(asked)) for rule, judge in RULES.items()]


def hard_faults(checks: list[Check]) -> list[Check]:
    """The rules without which the file can not be kept, and which it does not meet."""
    return [check for check in checks if check.rule in HARD and check.verdict == Verdict.NOT_MET]
