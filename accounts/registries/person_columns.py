"""The two columns by which a registry names a person; and what registries with a row for each document share."""

import re
from collections.abc import Sequence

from django.utils import timezone

from accounts.models import DocumentType
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import Choice, document
from registries.registry import Registry

document_type = Choice(DocumentType.choices, "el tipo de documento")

# one without digits is no number, and says nothing of whose row it is
DOCUMENT = re.compile("(?=([A-Z]*[0-9]){3})[A-Z0-9]{3,20}")


def person_columns() -> tuple[ExpectedColumn, ExpectedColumn]:
    """The two columns that name a person."""
    return (
        ExpectedColumn(("tipo_documento", "TipoDocumento", "TipoIdentificacion")),
        ExpectedColumn(("numero_documento", "NumeroDocumento", "NumeroIdentificacion")),
    )


def person(kind: str, number: str) -> tuple[str, str]:
    """The document of a person. Raises Rejected when its type or its number cannot be a person's."""
    found = document_type(kind)
    return found, document(number, found)


# ---------------------------------------------------------------- one row for each document

SHOWN = "format('%%s …%%s', row.document_type, right(row.document_number, 4))"
OPEN = "SELECT count(*) FROM {table} WHERE closed_on IS NULL"
ABSENT = """
SELECT document_number, '', 1 FROM {table} AS entry
WHERE closed_on IS NULL AND NOT EXISTS (
    SELECT FROM registry_rows AS file
    WHERE (file.document_type, file.document_number) = (entry.document_type, entry.document_number)
)
"""
CLOSE = """
UPDATE {table} AS entry SET closed_on = %(closing_day)s
WHERE closed_on IS NULL AND document_number <> ALL (%(rejected)s::text[])
    AND NOT EXISTS (
        SELECT FROM registry_rows AS file
        WHERE (file.document_type, file.document_number) = (entry.document_type, entry.document_number)
    )
RETURNING format('%%s …%%s', document_type, right(document_number, 4))
"""


class DocumentRegistry(Registry):
    """A registry of documents, whole each time; a row that is gone is closed, never deleted."""

    key_form = DOCUMENT

    def __init__(self) -> None:
        self.today = timezone.localdate()

    def key_cell(self, cells: Sequence[str]) -> str:
        return cells[1]
