"""What would each row of an uploaded workbook do, or why not? The queries do not grow with the rows.

A row names one assignment: the one of its user, sede and role that begins on its DESDE, or, without DESDE, the current
one. What is absent from the file is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import models

from accounts.models import Person
from entities.models import Entity, Sede
from entities.rules.sedes import foreign_sede
from mipres_admin.refusals import NOT_ALLOWED, Refusal
from roles.models import RECENTLY, RegisteredUser, RoleAssignment, findable_users, tied_users
from roles.registry_lookup import Document, PrefetchedLookup, RegistryLookup, document_of
from roles.role_changes import RoleChange
from roles.rules import (
    Activation,
    granting_refusal,
    longest_validity,
    lookup_refusal,
    option_giving,
    rescheduled_validity,
    rescheduling_refusal,
    validity_refusal,
)
from roles.uploads.rows import FIRST, NUMBER, RequestedRow, RowError, entity_text, parse_row
from roles.uploads.workbook_reader import SheetRow
from roles.validity import Validity, long_date, today

type Key = tuple[Document, str, str]

# one reason for all: who is registered, dead, of which profession or at which plaza is told by the search alone, one
# person at a time
WITHOUT_TIE = (
    "La persona no está registrada en MIPRES o no puede recibir ese rol en su entidad. Revise el documento y búsquela "
    "en «Activar Usuarios»: allí verá la causa y qué hacer."
)


class Verdict(models.TextChoices):
    """What a row would do."""

    ERROR = "error", "Error"
    GRANT = "alta", "Alta"
    RESCHEDULE = "cambio", "Cambio"
    REVOKE = "baja", "Baja"
    SAME = "igual", "Sin cambio"


@dataclass(frozen=True)
class RowResult:
    """One row of the sheet with its verdict: the reason of an error, else what it requests, and the validity `before`.

    A row that changes nothing may have a remark as its `reason`.
    `change` is what it does, once that is decided.
    """

    sheet_row: SheetRow
    verdict: Verdict
    reason: str = ""
    before: str = ""
    request: RequestedRow | None = None
    activation: Activation | None = None
    change: RoleChange | None = None

    @classmethod
    def error(cls, sheet_row: SheetRow, reason: str) -> "RowResult":
        """A row that does nothing, and why."""
        return cls(sheet_row, Verdict.ERROR, reason)

    @property
    def registered(self) -> dict[str, str]:
        """Whom the row names, as registered, and the names `typed` in it where they differ.

        {} for an error, whose person may be one that the entity may not know.
        """
        if self.activation is None or self.request is None:
            return {}
        user, names = self.activation.user, self.request.names
        profession = str(user.profession) if user.profession else user.get_kind_display()
        typed = str(names) if names.differ_from(user.person) else ""
        return {"person": user.person.full_name, "profession": profession, "typed": typed}

    @property
    def description(self) -> str:
        """What the row would do, for the preview."""
        if self.request is None:
            return self.reason
        role, last = self.request.role, self.request.last
        until = f"hasta el {long_date(last)}" if last else "sin fecha final"
        return {
            Verdict.GRANT: f"Asignar {role} desde el {long_date(self.request.first or today())}, {until}.",
            Verdict.RESCHEDULE: f"Cambiar el último día de {role}: {until} (estaba {self.before}).",
            Verdict.REVOKE: f"Retirar {role} (estaba {self.before}).",
        }.get(self.verdict, "")

    def as_json(self) -> dict[str, Any]:
        """How the row and its verdict are stored in `RoleUpload.rows`."""
        return asdict(self.sheet_row) | {
            "verdict": self.verdict.value,
            "reason": self.reason,
            "before": self.before,
            "words": self.description,
            "registered": self.registered,
        }


def _period(assignment: RoleAssignment) -> str:
    """The validity of an assignment in one line, for people and to see later whether it changed."""
    until = f" hasta {assignment.last_day.isoformat()}" if assignment.last_day else ", sin fecha final"
    return f"desde {assignment.first_day.isoformat()}{until}"


def refusal_text(refusal: Refusal) -> str:
    """A refusal in the one cell that a row has for it."""
    headline = f"{refusal.headline}: " if refusal.headline else ""
    return f"{headline}{refusal.cause} {refusal.remedy}"


@dataclass
class RowValidator:
    """Validates the rows of one file, in order; remembers which assignments were matched, and by which line."""

    entity: Entity
    users: dict[Document, RegisteredUser]
    tied: set[int]
    sedes: dict[str, Sede]
    foreign_codes: set[str]
    lookup: RegistryLookup
    assignments: dict[Key, list[RoleAssignment]]
    of_others: dict[Key, Entity]
    """Who gave the roles of these users that other entities with the same NIT gave, at the sedes they share."""
    matched: dict[object, int] = field(default_factory=dict)

    def validate(self, sheet_row: SheetRow) -> RowResult:
        """The verdict on one row."""
        try:
            row = parse_row(sheet_row.texts)
            activation = self._activation(row)
            assignment = self._matching_assignment(row)
            self._match(sheet_row.line, row, assignment)
            verdict = self._verdict(row, activation, assignment)
        except RowError as error:
            return RowResult.error(sheet_row, str(error))
        before = _period(assignment) if assignment else ""
        reason = self._remark(row, assignment) if verdict == Verdict.SAME else ""
        return RowResult(sheet_row, verdict, reason, before, row, activation)

    def _remark(self, row: RequestedRow, assignment: RoleAssignment | None) -> str:
        """What to know of a row that changes nothing: the role that it ends is another entity's."""
        other = self.of_others.get(row.key) if row.ended and assignment is None else None
        if other is None:
            return ""
        return (
            f"Su entidad no le tiene asignado {row.role} en esa sede: lo asignó {other.name}, {entity_text(other)}. Si "
            "debe terminar, retírelo desde esa entidad."
        )

    def _activation(self, row: RequestedRow) -> Activation:
        _refuse(lookup_refusal(self.entity, row.document))
        user, sede = self.users.get(row.document), self.sedes.get(row.sede_code)
        if sede is None:
            raise RowError(
                f"{foreign_sede(row.sede_code, exists=row.sede_code in self.foreign_codes)} Revise CÓDIGO ENTIDAD."
            )
        if user is None:
            raise RowError(WITHOUT_TIE)
        return Activation(self.entity, user, option_giving(self.entity, user, row.role), sede, self.lookup)

    def _matching_assignment(self, row: RequestedRow) -> RoleAssignment | None:
        """The assignment that the row names: the one of exactly these days, else the current one that begins then."""
        candidates = self.assignments.get(row.key, [])
        matches = [item for item in candidates if row.first in (None, item.first_day) and self._is_match(row, item)]
        return min(matches, key=lambda item: self._rank(row, item), default=None)

    def _is_match(self, row: RequestedRow, assignment: RoleAssignment) -> bool:
        """Whether an assignment that begins on the day of the row may be the one it names."""
        if _is_exact(row, assignment) or not _is_over(assignment):
            return True
        return row.ended and row.first is not None and assignment.pk not in self.matched

    def _rank(self, row: RequestedRow, assignment: RoleAssignment) -> tuple[bool, bool, bool]:
        """The lowest is the best match: exactly these days, not yet matched, current or over as the row says."""
        is_exact, is_over = _is_exact(row, assignment), _is_over(assignment)
        if is_exact:
            return False, assignment.pk in self.matched, is_over is not row.ended
        return True, is_over, False

    def _match(self, line: int, row: RequestedRow, assignment: RoleAssignment | None) -> None:
        """Note the match. Raises RowError when an earlier row names the same assignment, or the same new one."""
        earlier = self.matched.setdefault(assignment.pk if assignment else row.key, line)
        if earlier != line:
            raise RowError(f"Repite la fila {earlier}: mismo documento, sede y rol. Deje una sola.")

    def _verdict(self, row: RequestedRow, activation: Activation, assignment: RoleAssignment | None) -> Verdict:
        others = [item for item in self.assignments.get(row.key, []) if not _is_over(item) and item != assignment]
        if assignment is None:
            return self._new(row, activation, others)
        if _is_over(assignment):
            return Verdict.SAME
        validity = rescheduled_validity(activation, assignment, row.last)
        if not row.ended and validity.last == assignment.last_day:
            return Verdict.SAME
        if any(other.starts_at < assignment.starts_at for other in others):
            raise RowError(f"Hay otra asignación de ese rol antes: {_period(others[0])}. Cambie primero esa.")
        if row.ended:
            return Verdict.REVOKE
        _refuse(rescheduling_refusal(activation, assignment, validity))
        return Verdict.RESCHEDULE

    def _new(self, row: RequestedRow, activation: Activation, others: list[RoleAssignment]) -> Verdict:
        if others:
            raise RowError(
                f"El usuario ya tiene ese rol en esa sede {_period(others[0])}. Escriba ese día en {FIRST}, o deje "
                f"{FIRST} en blanco."
            )
        is_tied = activation.user.pk in self.tied
        if row.ended and is_tied:
            return Verdict.SAME
        validity = Validity(row.first, row.last)
        refusal = granting_refusal(activation, {row.role}, validity)
        if not is_tied and (row.ended or (refusal and refusal.headline == NOT_ALLOWED)):
            raise RowError(WITHOUT_TIE)
        _refuse(refusal or validity_refusal(longest_validity(activation, validity)))
        _check_names(row, activation.user.person)
        return Verdict.GRANT


def _is_exact(row: RequestedRow, assignment: RoleAssignment) -> bool:
    return row.first is not None and (assignment.first_day, assignment.last_day) == (row.first, row.last)


def _is_over(assignment: RoleAssignment) -> bool:
    return assignment.state == "Terminado"


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise RowError(refusal_text(refusal))


def _check_names(row: RequestedRow, person: Person) -> None:
    """Raise RowError when the row gives the document to somebody of other names: one of the two was mistyped."""
    if row.names.differ_from(person):
        raise RowError(
            f"Los nombres no son los de la persona registrada con {' '.join(row.document)}, que es {person.full_name}. "
            f"Si es ella, escriba esos nombres; si no, corrija {NUMBER}."
        )


def _parsed(rows: Iterable[SheetRow]) -> Iterable[RequestedRow]:
    for row in rows:
        try:
            yield parse_row(row.texts)
        except RowError:
            continue


def documents_of(rows: Iterable[SheetRow]) -> set[Document]:
    """The documents that the rows name."""
    return {row.document for row in _parsed(rows)}


def _having(users: models.QuerySet[RegisteredUser], documents: Iterable[Document]) -> models.QuerySet[RegisteredUser]:
    return users.filter(person__document_number__in={number for _, number in documents})


def users_of(entity: Entity, rows: Sequence[SheetRow]) -> models.QuerySet[RegisteredUser]:
    """The registered users whose document some row names, of those whom the entity may find."""
    return _having(findable_users(entity), documents_of(rows))


def _is_own(row: dict[str, Any]) -> bool:
    """Whether a stored row says only what the entity's own assignments say."""
    return row["verdict"] == Verdict.SAME and bool(row["before"])


def looked_up(entity: Entity, rows: Iterable[dict[str, Any]]) -> set[Document]:
    """The documents of people without a tie to the entity, now or recently, of whom the stored rows say something."""
    documents = documents_of(SheetRow(row["line"], row["texts"]) for row in rows if not _is_own(row))
    known = _having(tied_users(entity, ended_within=RECENTLY), documents).select_related("person")
    return documents - {document_of(user.person) for user in known}


def _given_by_others(entity: Entity, users: set[int], codes: set[str]) -> dict[Key, Entity]:
    """Who else gave these users roles, in force or to come, of the entities with the same NIT at the same sedes."""
    shared = Sede.objects.visible_to(entity).filter(code__in=codes)
    given = RoleAssignment.objects.not_ended().filter(user__in=users, sede__in=shared).exclude(entity=entity)
    same = given.filter(entity__identification_type=entity.identification_type, entity__nit=entity.nit)
    found = same.select_related("user__person", "sede", "entity")
    return {(document_of(item.user.person), item.sede.code, item.role): item.entity for item in found}


def validate_rows(entity: Entity, rows: Sequence[SheetRow]) -> list[RowResult]:
    """The verdict on every row of a file of this entity, as things are now."""
    users = list(users_of(entity, rows).select_related("person", "profession"))
    codes = {row.sede_code for row in _parsed(rows)}
    assignments: dict[Key, list[RoleAssignment]] = defaultdict(list)
    stored = RoleAssignment.objects.visible_to(entity).filter(user__in=users, sede__code__in=codes)
    for item in stored.select_related("user__person", "sede").order_by("starts_at", "pk"):
        assignments[document_of(item.user.person), item.sede.code, item.role].append(item)
    tied = set(tied_users(entity).filter(pk__in=[user.pk for user in users]).values_list("pk", flat=True))
    sedes = Sede.objects.visible_to(entity).filter(code__in=codes).select_related("entity")
    validator = RowValidator(
        entity=entity,
        users={document_of(user.person): user for user in users},
        tied=tied,
        sedes={sede.code: sede for sede in sedes},
        foreign_codes=set(Sede.objects.filter(code__in=codes).exclude(entity=entity).values_list("code", flat=True)),
        lookup=PrefetchedLookup(entity, users),
        assignments=assignments,
        of_others=_given_by_others(entity, tied, codes),
    )
    return [validator.validate(row) for row in rows]
