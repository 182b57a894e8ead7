"""What does one row of an uploaded workbook request? Texts to values, and the wording of what is wrong with them."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import DocumentType, Person
from accounts.models.people import full_name
from accounts.rules.identity import same_names
from entities.models import Entity
from mipres_admin.database.text import fold_key
from mipres_admin.reading.identifiers import NotRead, read_code, read_document
from roles.matrix import Role

TITLE = "Usuarios"
USER, KIND, NUMBER, SEDE, ROLE = "USUARIO", "TIPO DOCUMENTO", "NÚMERO DOCUMENTO", "CÓDIGO ENTIDAD", "ROL"
FIRST, LAST, STATE, REMARKS = "DESDE", "HASTA", "ESTADO", "OBSERVACIONES"
ENTITY = "ENTIDAD"
NAMES = ("PRIMER NOMBRE", "SEGUNDO NOMBRE", "PRIMER APELLIDO", "SEGUNDO APELLIDO")
NEEDED = (KIND, NUMBER, SEDE, ROLE, FIRST, LAST, STATE)
MOST_ROWS = 5_000
ENDED = "terminado"
STATES = ("", "activo", "por empezar", ENDED)
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
YEARS = range(2000, 2100)
SEDE_DIGITS = 12


class RowError(Exception):
    """Why a row cannot be understood, in Spanish."""


def entity_text(entity: Entity) -> str:
    """How a row of a workbook names its entity: no number at an end, where a spreadsheet counts up as it fills."""
    return f"{entity.identification} ({entity.get_kind_display()})"


def names_another(texts: dict[str, str], entity: Entity) -> bool:
    """Whether the row names another entity; one without the column, or with a blank there, names none."""
    named = fold_key(texts.get(ENTITY, ""))
    return bool(named) and named != fold_key(entity_text(entity))


@dataclass(frozen=True)
class RowNames:
    """The names that a row gives its person; it may give none."""

    first_name: str = ""
    second_name: str = ""
    first_surname: str = ""
    second_surname: str = ""

    @classmethod
    def of(cls, texts: dict[str, str]) -> "RowNames":
        """Those of a row's texts."""
        return cls(*(texts.get(heading, "") for heading in NAMES))

    def __str__(self) -> str:
        return full_name(self)

    def differ_from(self, person: Person) -> bool:
        """Whether the row gives names that are not the person's."""
        return bool(str(self)) and not same_names(self, person)


@dataclass(frozen=True)
class RequestedRow:
    """One role of one user at one sede, as the row requests it; `ended` when its state is «Terminado»."""

    document: tuple[str, str]
    sede_code: str
    role: Role
    first: date | None
    last: date | None
    ended: bool
    names: RowNames = RowNames()

    @property
    def key(self) -> tuple[tuple[str, str], str, str]:
        """The user, the sede and the role."""
        return self.document, self.sede_code, self.role


def _document(texts: dict[str, str]) -> tuple[str, str]:
    kind, typed = texts.get(KIND, "").replace(".", "").upper(), texts.get(NUMBER, "")
    if not kind:
        raise RowError(f"Ingrese {KIND}.")
    if kind not in DocumentType.values:
        raise RowError(f"{KIND} debe ser uno de {', '.join(DocumentType.values)}, por ejemplo CC.")
    if not typed:
        raise RowError(f"Ingrese {NUMBER}.")
    try:
        number = read_document(typed, kind)
    except NotRead as mistake:
        raise RowError(f"{NUMBER} {mistake}.") from mistake
    if texts.get(USER) and "".join(texts[USER].upper().split()) != kind + number:
        raise RowError(f"{USER} debe ser el tipo y el número de documento, {kind}{number}, o quedar en blanco.")
    return kind, number


def _sede_code(texts: dict[str, str]) -> str:
    if not texts.get(SEDE):
        raise RowError(f"Ingrese {SEDE}.")
    try:
        code = read_code(texts[SEDE])
    except NotRead as mistake:
        raise RowError(f"{SEDE} {mistake}.") from mistake
    # a spreadsheet that reads the code as a number drops the zero of the first nine departments
    return code.zfill(SEDE_DIGITS) if code.isdigit() and len(code) == SEDE_DIGITS - 1 else code


def _role(texts: dict[str, str]) -> Role:
    text = texts.get(ROLE, "")
    if not text:
        raise RowError(f"Ingrese {ROLE}.")
    for role in Role:
        if role.value.lower() == text.lower():
            return role
    raise RowError(f"{ROLE} debe ser el código de un rol de MIPRES, por ejemplo Rol_Anulador.")


def _day(texts: dict[str, str], heading: str) -> date | None:
    text = texts.get(heading, "")
    for form in DAY_FORMATS if text else ():
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if day.year in YEARS:
            return day
    if text:
        raise RowError(f"{heading} debe ser una fecha de {YEARS[0]} a {YEARS[-1]}, por ejemplo 2026-12-31.")
    return None


def _ended(texts: dict[str, str]) -> bool:
    state = texts.get(STATE, "").lower()
    if state not in STATES:
        raise RowError(f"{STATE} debe ser Activo, Por empezar o Terminado, o quedar en blanco.")
    return state == ENDED


def parse_row(texts: dict[str, str]) -> RequestedRow:
    """What the texts of one row request. Raises RowError with the first mistake."""
    return RequestedRow(
        document=_document(texts),
        sede_code=_sede_code(texts),
        role=_role(texts),
        first=_day(texts, FIRST),
        last=_day(texts, LAST),
        ended=_ended(texts),
        names=RowNames.of(texts),
    )
