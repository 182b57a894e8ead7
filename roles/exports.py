"""Which columns and rows do the workbooks of users, of networks and of an entity's history have?"""

from collections.abc import Iterator
from itertools import batched

from django.db import transaction

from entities.models import AssociationQuerySet, Entity
from mipres_admin.excel.writer import Column
from mipres_admin.history.models import HistoryQuerySet
from mipres_admin.history.presenters import cell_text, with_reason, without_codes
from roles.models import RoleAssignmentQuerySet, RoleUpload
from roles.page_content.entity_history import present
from roles.uploads.rows import REMARKS
from roles.uploads.validation import Verdict

USER_COLUMNS = (
    Column("USUARIO", 16),
    Column("TIPO DOCUMENTO", 18),
    Column("NÚMERO DOCUMENTO", 20),
    Column("PRIMER NOMBRE", 18),
    Column("SEGUNDO NOMBRE", 18),
    Column("PRIMER APELLIDO", 18),
    Column("SEGUNDO APELLIDO", 20),
    Column("TIPO DE USUARIO", 30),
    Column("PROFESIÓN", 26),
    Column("REGISTRO PROFESIONAL", 24),
    Column("CÓDIGO ENTIDAD", 18),
    Column("NOMBRE ENTIDAD", 40),
    Column("ROL", 26),
    Column("DESDE", 14),
    Column("HASTA", 14),
    Column("ESTADO", 14),
)


def user_rows(assignments: RoleAssignmentQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text per assignment, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    related = assignments.select_related("user__person", "user__profession", "sede")
    # outside a transaction PostgreSQL would hold the whole list before it gives the first row
    with transaction.atomic():
        for assignment in related.listed().iterator(chunk_size=2_000):
            user, person = assignment.user, assignment.user.person
            yield (
                user.login,
                person.document_type,
                person.document_number,
                person.first_name,
                person.second_name,
                person.first_surname,
                person.second_surname,
                user.get_kind_display(),
                user.profession.name if user.profession else "",
                user.professional_registry,
                assignment.sede.code,
                assignment.sede.name,
                assignment.role,
                assignment.first_day.isoformat(),
                assignment.last_day.isoformat() if assignment.last_day else "",
                assignment.state,
            )


RESULT_COLUMNS = (*USER_COLUMNS, Column(REMARKS, 80))


def result_rows(upload: RoleUpload) -> Iterator[tuple[str, ...]]:
    """The rows of an uploaded workbook as they came, each with its verdict and the reason or the change."""
    tense = "aplicada" if upload.state == RoleUpload.State.APPLIED else "por aplicar"
    for row in upload.rows:
        verdict = Verdict(row["verdict"])
        result = verdict.label if verdict in (Verdict.ERROR, Verdict.SAME) else f"{verdict.label} {tense}"
        why = row["reason"] or row["words"]
        texts = (row["texts"].get(column.heading, "") for column in USER_COLUMNS)
        yield (*texts, f"{result}: {why}" if why else result)


ENTITY_COLUMNS = (
    Column("CÓDIGO ENTIDAD", 18),
    Column("NOMBRE ENTIDAD", 60),
    Column("NROID", 18),
    Column("TIPO ENTIDAD", 50),
    Column("TIPO RELACIÓN", 16),
    Column("FECHA", 14),
)
# one more column when ended associations are listed
ENDED = Column("HASTA", 14)


def entity_rows(associations: AssociationQuerySet, *, ended: bool) -> Iterator[tuple[str, ...]]:
    """One row of text per association, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    with transaction.atomic():
        for association in associations.listed().iterator(chunk_size=2_000):
            until = association.last_day.isoformat() if association.last_day else ""
            yield (
                association.code,  # type: ignore[attr-defined]  # annotated
                association.member.name,
                association.member.identification,
                association.member.get_kind_display(),
                association.relation,
                association.first_day.isoformat(),
                *((until,) if ended else ()),
            )


EVENT_COLUMNS = (
    Column("FECHA", 20),
    Column("ACTO", 40),
    Column("QUIÉN", 34),
    Column("USUARIO", 22),
    Column("SOBRE QUÉ", 26),
    Column("CUÁL", 40),
    Column("MOTIVO", 40),
    Column("ANTES", 50),
    Column("DESPUÉS", 50),
    Column("DIRECCIÓN", 18),
)
EVENTS_AT_ONCE = 2_000


def event_rows(events: HistoryQuerySet, entity: Entity) -> Iterator[tuple[str, ...]]:
    """One row of text per event, in the order of the list, as the entity's own people may read it."""
    with transaction.atomic():
        for some in batched(events.iterator(chunk_size=EVENTS_AT_ONCE), EVENTS_AT_ONCE, strict=False):
            for row in present(some, entity):
                yield (
                    row.moment,
                    row.entry.event_label,
                    row.actor,
                    row.login,
                    row.object_type,
                    row.object_name,
                    row.entry.reason,
                    cell_text(without_codes(row.entry.before)),
                    cell_text(without_codes(with_reason(row.entry))),
                    row.address,
                )
