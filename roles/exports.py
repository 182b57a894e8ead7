"""Which columns and rows do the workbooks of users, of networks and of an entity's history have?"""

from collections.abc import Iterator
from itertools import batched

from entities.models import AssociationQuerySet, Entity
from mipres_admin.excel.writer import ROWS_AT_ONCE, Column, fetched, texts_of
from mipres_admin.history.models import HistoryQuerySet
from mipres_admin.history.presenters import cell_text, with_reason, without_codes
from roles.models import RoleAssignment, RoleAssignmentQuerySet, RoleUpload
from roles.page_content.entity_history import EntityHistoryRow, present
from roles.uploads.rows import ENTITY, REMARKS, entity_text
from roles.uploads.validation import Verdict

USER_COLUMNS: tuple[Column[RoleAssignment], ...] = (
    Column("USUARIO", 16, lambda role: role.user.login),
    Column("TIPO DOCUMENTO", 18, lambda role: role.user.person.document_type),
    Column("NÚMERO DOCUMENTO", 20, lambda role: role.user.person.document_number),
    Column("PRIMER NOMBRE", 18, lambda role: role.user.person.first_name),
    Column("SEGUNDO NOMBRE", 18, lambda role: role.user.person.second_name),
    Column("PRIMER APELLIDO", 18, lambda role: role.user.person.first_surname),
    Column("SEGUNDO APELLIDO", 20, lambda role: role.user.person.second_surname),
    Column("TIPO DE USUARIO", 30, lambda role: role.user.get_kind_display()),
    Column("PROFESIÓN", 26, lambda role: role.user.profession.name if role.user.profession else ""),
    Column("REGISTRO PROFESIONAL", 24, lambda role: role.user.professional_registry),
    Column("CÓDIGO ENTIDAD", 18, lambda role: role.sede.code),
    Column("NOMBRE ENTIDAD", 40, lambda role: role.sede.name),
    Column("ROL", 26, lambda role: role.role),
    Column("DESDE", 14, lambda role: role.first_day.isoformat()),
    Column("HASTA", 14, lambda role: role.last_day.isoformat() if role.last_day else ""),
    Column("ESTADO", 14, lambda role: role.state),
    Column(ENTITY, 60, lambda role: entity_text(role.entity)),
)


def user_rows(assignments: RoleAssignmentQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text per assignment, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    related = assignments.select_related("user__person", "user__profession", "sede", "entity")
    return texts_of(USER_COLUMNS, fetched(related.listed()))


RESULT_COLUMNS: tuple[Column, ...] = (*USER_COLUMNS, Column(REMARKS, 80))


def result_rows(upload: RoleUpload) -> Iterator[tuple[str, ...]]:
    """The rows of an uploaded workbook as they came, each with its verdict and the reason or the change."""
    tense = "aplicada" if upload.state == RoleUpload.State.APPLIED else "por aplicar"
    for row in upload.rows:
        verdict = Verdict(row["verdict"])
        result = verdict.label if verdict in (Verdict.ERROR, Verdict.SAME) else f"{verdict.label} {tense}"
        why = row["reason"] or row["words"]
        texts = row["texts"] | {ENTITY: entity_text(upload.entity)}
        yield (*(texts.get(column.heading, "") for column in USER_COLUMNS), f"{result}: {why}" if why else result)


ENTITY_COLUMNS: tuple[Column, ...] = (
    Column("CÓDIGO ENTIDAD", 18, lambda association: association.code),
    Column("NOMBRE ENTIDAD", 60, lambda association: str(association.member)),
    Column("NROID", 18, lambda association: association.member.identification),
    Column("TIPO ENTIDAD", 50, lambda association: association.member.get_kind_display()),
    Column("TIPO RELACIÓN", 16, lambda association: association.relation),
    Column("FECHA", 14, lambda association: association.first_day.isoformat()),
)
# where ended associations are listed too
ENTITY_COLUMNS_WITH_END: tuple[Column, ...] = (
    *ENTITY_COLUMNS,
    Column("HASTA", 14, lambda association: association.last_day.isoformat() if association.last_day else ""),
)


def entity_rows(associations: AssociationQuerySet, columns: tuple[Column, ...]) -> Iterator[tuple[str, ...]]:
    """One row of text per association, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    return texts_of(columns, fetched(associations.listed()))


EVENT_COLUMNS: tuple[Column[EntityHistoryRow], ...] = (
    Column("FECHA", 20, lambda row: row.moment),
    Column("ACTO", 40, lambda row: row.entry.event_label),
    Column("QUIÉN", 34, lambda row: row.actor.name),
    Column("USUARIO", 22, lambda row: row.actor.login),
    Column("SOBRE QUÉ", 26, lambda row: row.object_type),
    Column("CUÁL", 40, lambda row: row.object_name),
    Column("MOTIVO", 40, lambda row: row.entry.reason),
    Column("ANTES", 50, lambda row: cell_text(without_codes(row.entry.before), row.names)),
    Column("DESPUÉS", 50, lambda row: cell_text(without_codes(with_reason(row.entry)), row.names)),
    Column("DIRECCIÓN", 18, lambda row: row.actor.address),
)


def event_rows(events: HistoryQuerySet, entity: Entity) -> Iterator[tuple[str, ...]]:
    """One row of text per event, in the order of the list, as the entity's own people may read it."""
    for some in batched(fetched(events), ROWS_AT_ONCE, strict=False):
        yield from texts_of(EVENT_COLUMNS, present(some, entity))
