"""What would each row do, and if nothing, why? The whole file at once: the queries do not grow with the rows.

A row speaks of one assignment: the one of its user, sede and role that begins on its DESDE, or, without DESDE, the
one that is held. What is absent from the file is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import models

from accounts.models import Person, RegisteredUser, RethusEntry, RoleAssignment, SsoPost
from accounts.roles import UserKind
from accounts.rules import (
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
from accounts.uploads.files import SheetRow
from accounts.uploads.rows import FIRST, AskedRow, Wrong, asked_by
from accounts.validity import Validity, long_date, today
from entities.models import Association, Entity, EntityKind, Sede
from mipres_admin.refusals import Refusal

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
class Judged:
    """One row with its verdict: the reason of an error, the validity `before`, and what the action needs."""

    line: int
    verdict: Verdict
    reason: str = ""
    before: str = ""
    row: AskedRow | None = None
    asked: Activation | None = None
    held: RoleAssignment | None = None


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


def _period(held: RoleAssignment) -> str:
    """The validity of an assignment in one line, for people and to see later whether it changed."""
    until = f" hasta {held.last_day.isoformat()}" if held.last_day else ", sin fecha final"
    return f"desde {held.first_day.isoformat()}{until}"


def said(refusal: Refusal) -> str:
    """A refusal in the one cell that a row has for it."""
    headline = f"{refusal.headline}: " if refusal.headline else ""
    return f"{headline}{refusal.cause} {refusal.remedy}"


@dataclass
class Judge:
    """Judges the rows of one file, in order; remembers which assignments were spoken of and by which line."""

    entity: Entity
    users: dict[Document, RegisteredUser]
    sedes: dict[str, Sede]
    facts: Facts
    assignments: dict[Key, list[RoleAssignment]]
    spoken: dict[object, int] = field(default_factory=dict)

    def judge(self, sheet_row: SheetRow) -> Judged:
        """The verdict on one row."""
        try:
            row = asked_by(sheet_row.texts)
            asked = self._asked(row)
            held = self._spoken_of(row)
            self._once(sheet_row.line, row, held)
            verdict = self._verdict(row, asked, held)
        except Wrong as wrong:
            return Judged(sheet_row.line, Verdict.ERROR, str(wrong))
        before = _period(held) if held else ""
        return Judged(sheet_row.line, verdict, "", before, row, asked, held)

    def _asked(self, row: AskedRow) -> Activation:
        user, sede = self.users.get(row.document), self.sedes.get(row.sede_code)
        if user is None:
            raise Wrong(said(NOT_REGISTERED))
        if sede is None:
            raise Wrong("La sede no existe o no es de su entidad. Revise CÓDIGO ENTIDAD.")
        return Activation(self.entity, user, option_giving(self.entity, user, row.role), sede, self.facts)

    def _spoken_of(self, row: AskedRow) -> RoleAssignment | None:
        """The assignment of which the row speaks: exactly that one, else the held one that begins that day."""
        mine = self.assignments.get(row.key, [])
        free = [one for one in mine if one.pk not in self.spoken]
        over = [one for one in mine if one.state == "Terminado"]
        held = [one for one in mine if one not in over]
        exact = [one for one in mine if (one.first_day, one.last_day) == (row.first, row.last) and row.first]
        # a row that says «Terminado» is first of all what has ended, any other row what is held
        ranked = [*over, *held] if row.ended else [*held, *over]
        best = [one for one in ranked if one in exact and one in free] or [one for one in ranked if one in exact]
        begun = [one for one in held if row.first in (None, one.first_day)]
        past = [one for one in over if row.ended and row.first == one.first_day and one in free]
        return next(iter([*best, *begun, *past]), None)

    def _once(self, line: int, row: AskedRow, held: RoleAssignment | None) -> None:
        """Each assignment, and each new one, is spoken of by one row."""
        about = held.pk if held else row.key
        earlier = self.spoken.setdefault(about, line)
        if earlier != line:
            raise Wrong(f"Repite la fila {earlier}: mismo documento, sede y rol. Deje una sola.")

    def _verdict(self, row: AskedRow, asked: Activation, held: RoleAssignment | None) -> Verdict:
        others = [one for one in self.assignments.get(row.key, []) if one.state != "Terminado" and one != held]
        if held is None:
            return self._new(row, asked, others)
        if held.state == "Terminado":
            return Verdict.SAME
        wanted = moved_validity(asked, held, row.last)
        if not row.ended and wanted.last == held.last_day:
            return Verdict.SAME
        if any(one.starts_at < held.starts_at for one in others):
            raise Wrong(f"Hay otra asignación de ese rol antes: {_period(others[0])}. Cambie primero esa.")
        if row.ended:
            return Verdict.END
        _refuse(moving_refusal(asked, held, wanted))
        return Verdict.MOVE

    def _new(self, row: AskedRow, asked: Activation, others: list[RoleAssignment]) -> Verdict:
        if others:
            raise Wrong(
                f"El usuario ya tiene ese rol en esa sede {_period(others[0])}. Escriba ese día en {FIRST}, o deje "
                f"{FIRST} en blanco."
            )
        if row.ended:
            return Verdict.SAME
        wanted = Validity(row.first, row.last)
        _refuse(giving_refusal(asked, {row.role}, wanted) or validity_refusal(longest_validity(asked, wanted)))
        return Verdict.GIVE


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise Wrong(said(refusal))


def _understood(rows: Iterable[SheetRow]) -> Iterable[AskedRow]:
    for row in rows:
        try:
            yield asked_by(row.texts)
        except Wrong:
            continue


def users_of(rows: Sequence[SheetRow]) -> models.QuerySet[RegisteredUser]:
    """The registered users whose document some row names."""
    documents = {row.document for row in _understood(rows)}
    numbers = {number for _, number in documents}
    return RegisteredUser.objects.filter(person__document_number__in=numbers)


def judge_rows(entity: Entity, rows: Sequence[SheetRow]) -> list[Judged]:
    """The verdict on every row of a file of this entity, as things are now."""
    users = list(users_of(rows).select_related("person", "profession"))
    codes = {row.sede_code for row in _understood(rows)}
    assignments: dict[Key, list[RoleAssignment]] = defaultdict(list)
    theirs = RoleAssignment.objects.visible_to(entity).filter(user__in=users, sede__code__in=codes)
    for one in theirs.select_related("user__person", "sede").order_by("starts_at", "pk"):
        assignments[_document(one.user.person), one.sede.code, one.role].append(one)
    judge = Judge(
        entity=entity,
        users={_document(user.person): user for user in users},
        sedes={
            sede.code: sede for sede in Sede.objects.visible_to(entity).filter(code__in=codes).select_related("entity")
        },
        facts=KnownFacts(entity, users),
        assignments=assignments,
    )
    return [judge.judge(row) for row in rows]


def first_day_of(row: AskedRow) -> date:
    """The day on which a new role would begin."""
    return row.first or today()


def in_words(judged: Judged) -> str:
    """What the row would do, for the preview."""
    row = judged.row
    if row is None:
        return judged.reason
    until = f"hasta el {long_date(row.last)}" if row.last else "sin fecha final"
    return {
        Verdict.GIVE: f"Asignar {row.role} desde el {long_date(first_day_of(row))}, {until}.",
        Verdict.MOVE: f"Cambiar el último día de {row.role}: {until} (estaba {judged.before}).",
        Verdict.END: f"Retirar {row.role} (estaba {judged.before}).",
    }.get(judged.verdict, "")
