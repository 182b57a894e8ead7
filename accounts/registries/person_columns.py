"""The two columns by which a registry names a person: type and number of the document."""

import re

from accounts.models import DocumentType
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import Choice, document

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
