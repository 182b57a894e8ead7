"""What would each row do, and if nothing, why? The whole file at once: the queries do not grow with the rows.

A row names one assignment: the one of its user, sede and role that begins on its DESDE, or, without DESDE, the current
one. What is absent from the file is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import models

from accounts.models import Person
from entities.models import Association, Entity, EntityKind, Sede
from mipres_admin.refusals import Refusal
from roles.matrix import UserKind
from roles.models import RegisteredUser, RethusEntry, RoleAssignment, SsoPost
from roles.rules import (
    NOT_REGISTERED,
    Activation,
    Facts,
    giving_refusal,
    longest_validity,
    moved_validity,
    moving_refusal,
    option_giving,
    validity_refusal,
)
from roles.uploads.files import SheetRow
from roles.uploads.rows import FIRST, RequestedRow, RowError, parse_row
from roles.validity import Validity, long_date, today

Document = tuple[str, str]
Key = tuple[Document, str, str]


class Verdict(models.TextChoices):
    """What a row would do."""

    ERROR = "error", "Error"
    GIVE = "alta", "Alta"
    MOVE = "cambio", "Cambio"
    END = "baja", "Baja"
    SAME = "igual", "Sin cambio"


@dataclass(frozen=True)
class RowResult:
    """One row with its verdict: the reason of an error, the validity `before`, and what the action needs."""

    line: int
    verdict: Verdict
    reason: str = ""
    before: str = ""
    row: RequestedRow | None = None
    activation: Activation | None = None
    assignment: RoleAssignment | None = None


class KnownFacts(Facts):
    """The registries' facts on all the users of a file, asked of the database once."""

    def __init__(self, entity: Entity, users: Iterable[RegisteredUser]) -> None:
        persons = [user.person for user in users]
        sso = {person.document_number for user, person in zip(users, persons, strict=True) if user.kind == UserKind.SSO}
        self._posts: dict[Document, list[SsoPost]] = defaultdict(list)
        for post in (
            SsoPost.objects.filter(document_number__in=sso).select_related("sede__entity").order_by("starts_on")
        ):
            self._posts[post.document_type, post.document_number].append(post)
        gone = RethusEntry.objects.closed().filter(document_number__in={person.document_number for person in persons})
        self._gone = set(gone.values_list("document_type", "document_number", "profession_id"))
        network = Association.objects.of(entity).current().not_closed()
        self._independents = set(
            network.filter(
                member__kind=EntityKind.PROFESIONAL_INDEPENDIENTE,
                member__nit__in={person.document_number for person in persons},
            ).values_list("member__identification_type", "member__nit")
        )

    def posts(self, user: RegisteredUser) -> list[SsoPost]:
        return self._posts[_document(user.person)]

    def in_network(self, entity: Entity, person: Person) -> bool:
        return _document(person) in self._independents

    def out_of_rethus(self, user: RegisteredUser) -> bool:
        return (*_document(user.person), user.profession_id) in self._gone


def _document(person: Person) -> Document:
    return person.document_type, person.document_number


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
    sedes: dict[str, Sede]
    facts: Facts
    assignments: dict[Key, list[RoleAssignment]]
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
            return RowResult(sheet_row.line, Verdict.ERROR, str(error))
        before = _period(assignment) if assignment else ""
        return RowResult(sheet_row.line, verdict, "", before, row, activation, assignment)

    def _activation(self, row: RequestedRow) -> Activation:
        user, sede = self.users.get(row.document), self.sedes.get(row.sede_code)
        if user is None:
            raise RowError(refusal_text(NOT_REGISTERED))
        if sede is None:
            raise RowError("La sede no existe o no es de su entidad. Revise CÓDIGO ENTIDAD.")
        return Activation(self.entity, user, option_giving(self.entity, user, row.role), sede, self.facts)

    def _matching_assignment(self, row: RequestedRow) -> RoleAssignment | None:
        """The assignment that the row names: the one of exactly these days, else the current one that begins then."""
        candidates = self.assignments.get(row.key, [])
        matches = [one for one in candidates if row.first in (None, one.first_day) and self._is_match(row, one)]
        return min(matches, key=lambda one: self._rank(row, one), default=None)

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
        others = [one for one in self.assignments.get(row.key, []) if not _is_over(one) and one != assignment]
        if assignment is None:
            return self._new(row, activation, others)
        if _is_over(assignment):
            return Verdict.SAME
        validity = moved_validity(activation, assignment, row.last)
        if not row.ended and validity.last == assignment.last_day:
            return Verdict.SAME
        if any(one.starts_at < assignment.starts_at for one in others):
            raise RowError(f"Hay otra asignación de ese rol antes: {_period(others[0])}. Cambie primero esa.")
        if row.ended:
            return Verdict.END
        _refuse(moving_refusal(activation, assignment, validity))
        return Verdict.MOVE

    def _new(self, row: RequestedRow, activation: Activation, others: list[RoleAssignment]) -> Verdict:
        if others:
            raise RowError(
                f"El usuario ya tiene ese rol en esa sede {_period(others[0])}. Escriba ese día en {FIRST}, o deje "
                f"{FIRST} en blanco."
            )
        if row.ended:
            return Verdict.SAME
        validity = Validity(row.first, row.last)
        refusal = giving_refusal(activation, {row.role}, validity)
        _refuse(refusal or validity_refusal(longest_validity(activation, validity)))
        return Verdict.GIVE


def _is_exact(row: RequestedRow, assignment: RoleAssignment) -> bool:
    return row.first is not None and (assignment.first_day, assignment.last_day) == (row.first, row.last)


def _is_over(assignment: RoleAssignment) -> bool:
    return assignment.state == "Terminado"


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise RowError(refusal_text(refusal))


def _understood(rows: Iterable[SheetRow]) -> Iterable[RequestedRow]:
    for row in rows:
        try:
            yield parse_row(row.texts)
        except RowError:
            continue


def users_of(rows: Sequence[SheetRow]) -> models.QuerySet[RegisteredUser]:
    """The registered users whose document some row names."""
    documents = {row.document for row in _understood(rows)}
    numbers = {number for _, number in documents}
    return RegisteredUser.objects.filter(person__document_number__in=numbers)


def validate_rows(entity: Entity, rows: Sequence[SheetRow]) -> list[RowResult]:
    """The verdict on every row of a file of this entity, as things are now."""
    users = list(users_of(rows).select_related("person", "profession"))
    codes = {row.sede_code for row in _understood(rows)}
    assignments: dict[Key, list[RoleAssignment]] = defaultdict(list)
    stored = RoleAssignment.objects.visible_to(entity).filter(user__in=users, sede__code__in=codes)
    for one in stored.select_related("user__person", "sede").order_by("starts_at", "pk"):
        assignments[_document(one.user.person), one.sede.code, one.role].append(one)
    validator = RowValidator(
        entity=entity,
        users={_document(user.person): user for user in users},
        sedes={
            sede.code: sede for sede in Sede.objects.visible_to(entity).filter(code__in=codes).select_related("entity")
        },
        facts=KnownFacts(entity, users),
        assignments=assignments,
    )
    return [validator.validate(row) for row in rows]


def first_day_of(row: RequestedRow) -> date:
    """The day on which a new role would begin."""
    return row.first or today()


def describe(result: RowResult) -> str:
    """What the row would do, for the preview."""
    row = result.row
    if row is None:
        return result.reason
    until = f"hasta el {long_date(row.last)}" if row.last else "sin fecha final"
    return {
        Verdict.GIVE: f"Asignar {row.role} desde el {long_date(first_day_of(row))}, {until}.",
        Verdict.MOVE: f"Cambiar el último día de {row.role}: {until} (estaba {result.before}).",
        Verdict.END: f"Retirar {row.role} (estaba {result.before}).",
    }.get(result.verdict, "")
