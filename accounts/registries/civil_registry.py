"""What does a row of the Registro civil say? One identity document: whose it is, since when, and whether they died.

The file is complete each time: a document that it no longer has is closed and proves nobody's identity. One that a
death cancelled has the same consequences as the list of deceased people (`accounts.registries.deceased`):
`Person.deceased_on` follows both by the same triggers.

Source: Decreto 1260 de 1970 (registro del estado civil); Decreto 2241 de 1986, articles 67 to 69 (cancelled cédulas).
"""

from collections.abc import Sequence

from accounts.events import Event
from accounts.models import CivilRegistryEntry
from accounts.registries.person_columns import ABSENT, CLOSE, OPEN, SHOWN, DocumentRegistry, person, person_columns
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import Choice, past_date, required, within
from registries.loading.change_capture import TrackedTable
from registries.loading.errors import Rejected

State = CivilRegistryEntry.State
read_state = Choice(State.choices, "el estado")
NAMES = ("el primer nombre", "el segundo nombre", "el primer apellido", "el segundo apellido")
CHANGES = """
SELECT file.*, entry.id AS entry_id,
    CASE WHEN entry.id IS NULL THEN 'new' WHEN entry.closed_on IS NOT NULL THEN 'reopened' ELSE 'changed' END AS state
FROM registry_rows AS file
LEFT JOIN accounts_civilregistryentry AS entry
    ON (entry.document_type, entry.document_number) = (file.document_type, file.document_number)
WHERE entry.id IS NULL OR entry.closed_on IS NOT NULL
    OR (entry.first_name, entry.second_name, entry.first_surname, entry.second_surname, entry.issued_on,
            entry.deceased_on)
        IS DISTINCT FROM (file.first_name, file.second_name, file.first_surname, file.second_surname, file.issued_on,
            file.deceased_on)
"""

# the many new rows come first: the triggers of a death hold back who registers until the load is over
INSERT = """
INSERT INTO accounts_civilregistryentry
    (document_type, document_number, first_name, second_name, first_surname, second_surname, issued_on, deceased_on,
     state)
SELECT document_type, document_number, first_name, second_name, first_surname, second_surname, issued_on, deceased_on,
    CASE WHEN deceased_on IS NULL THEN 'vigente' ELSE 'cancelada' END
FROM registry_changes WHERE state = 'new'
"""

UPDATE = """
UPDATE accounts_civilregistryentry AS entry
SET first_name = change.first_name, second_name = change.second_name, first_surname = change.first_surname,
    second_surname = change.second_surname, issued_on = change.issued_on, deceased_on = change.deceased_on,
    state = CASE WHEN change.deceased_on IS NULL THEN 'vigente' ELSE 'cancelada' END, closed_on = NULL
FROM registry_changes AS change WHERE entry.id = change.entry_id
"""


class CivilRegistry(DocumentRegistry):
    """The Registro civil, whole each time; a document that is gone is closed, never deleted."""

    kind = "civil"
    label = "Registro civil"
    event = Event.CIVIL_REGISTRY_LOADED
    columns = (
        *person_columns(),
        ExpectedColumn(("primer_nombre", "PrimerNombre")),
        ExpectedColumn(("segundo_nombre", "SegundoNombre")),
        ExpectedColumn(("primer_apellido", "PrimerApellido")),
        ExpectedColumn(("segundo_apellido", "SegundoApellido")),
        ExpectedColumn(("fecha_expedicion", "FechaExpedicion")),
        ExpectedColumn(("estado", "EstadoDocumento")),
        ExpectedColumn(("fecha_fallecimiento", "FechaFallecimiento", "FechaDefuncion")),
    )
    staged = {
        "document_type": "text",
        "document_number": "text",
        "first_name": "text",
        "second_name": "text",
        "first_surname": "text",
        "second_surname": "text",
        "issued_on": "date",
        "deceased_on": "date",
    }
    open_rows = OPEN.format(table="accounts_civilregistryentry")
    absent = ABSENT.format(table="accounts_civilregistryentry")
    closings = (CLOSE.format(table="accounts_civilregistryentry"),)
    changes = CHANGES
    writes = (INSERT, UPDATE)
    tracked = (
        TrackedTable(
            "accounts_civilregistryentry",
            (
                "first_name", "second_name", "first_surname", "second_surname", "issued_on", "deceased_on", "state",
                "closed_on",
            ),
            SHOWN,
            closing="closed_on",
            hidden=("issued_on",),  # who knows it shows that the document is theirs
        ),
    )  # fmt: skip

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        who = person(cells[0], cells[1])
        names = [within(cell, 60, what) for cell, what in zip(cells[2:6], NAMES, strict=True)]
        required(names[0], NAMES[0])
        required(names[2], NAMES[2])
        issued_on = past_date(cells[6], "la fecha de expedición", self.today)
        deceased_on = None
        if read_state(cells[7]) == State.CANCELADA:
            deceased_on = past_date(cells[8], "la fecha de fallecimiento", self.today)
        elif cells[8]:
            raise Rejected("el documento está vigente y trae fecha de fallecimiento; revise el estado")
        return " ".join(who), (*who, *names, issued_on, deceased_on)
