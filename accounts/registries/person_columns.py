"""The two columns by which a registry names a person: type and number of the document."""

from contextlib import suppress

from accounts.models import DocumentType
from mipres_admin.excel.headings import ExpectedColumn
from mipres_admin.reading.identifiers import NotRead, read_document
from registries.loading.cell_values import Choice, document
from registries.loading.errors import Rejected

document_type = Choice(DocumentType.choices, "el tipo de documento")


def person_columns() -> tuple[ExpectedColumn, ExpectedColumn]:
    """The two columns that name a person."""
    return (
        ExpectedColumn(("tipo_documento", "TipoDocumento", "TipoIdentificacion")),
        ExpectedColumn(("numero_documento", "NumeroDocumento", "NumeroIdentificacion")),
    )


def person_subject(kind: str, number: str) -> str:
    """The document of a rejected row, as the portal stores it where it can be read."""
    with suppress(Rejected, NotRead):
        return read_document(number, document_type(kind))
    return number.upper()


def person(kind: str, number: str) -> tuple[str, str]:
    """The document of a person. Raises Rejected when its type or its number cannot be a person's."""
    found = document_type(kind)
    return found, document(number, found)
