"""How is the list of deceased people loaded?

The list is complete each time: an entry that it no longer has was an error and is closed, and the person may log in and
be activated again. `Person.deceased_on` follows the entries by triggers (accounts/sql).
"""

from collections.abc import Sequence

from accounts.events import Event
from accounts.registries.person_columns import ABSENT, CLOSE, OPEN, SHOWN, DocumentRegistry, person, person_columns
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import past_date
from registries.loading.change_capture import TrackedTable

CHANGES = """
SELECT file.document_type, file.document_number, file.deceased_on, entry.id AS entry_id,
    CASE WHEN entry.id IS NULL THEN 'new' WHEN entry.closed_on IS NOT NULL THEN 'reopened' ELSE 'changed' END AS state
FROM registry_rows AS file
LEFT JOIN accounts_deceasedentry AS entry
    ON (entry.document_type, entry.document_number) = (file.document_type, file.document_number)
WHERE entry.id IS NULL OR entry.closed_on IS NOT NULL OR entry.deceased_on <> file.deceased_on
"""

INSERT = """
INSERT INTO accounts_deceasedentry (document_type, document_number, deceased_on)
SELECT document_type, document_number, deceased_on FROM registry_changes WHERE state = 'new'
"""

UPDATE = """
UPDATE accounts_deceasedentry AS entry SET deceased_on = change.deceased_on, closed_on = NULL
FROM registry_changes AS change WHERE entry.id = change.entry_id
"""


class Deceased(DocumentRegistry):
    """The list of deceased people, whole each time; a row that is gone is closed, never deleted."""

    kind = "deceased"
    label = "Fallecidos"
    event = Event.DECEASED_LOADED
    columns = (
        *person_columns(),
        ExpectedColumn(("fecha_fallecimiento", "FechaFallecimiento", "FechaDefuncion")),
    )
    staged = {"document_type": "text", "document_number": "text", "deceased_on": "date"}
    open_rows = OPEN.format(table="accounts_deceasedentry")
    absent = ABSENT.format(table="accounts_deceasedentry")
    closings = (CLOSE.format(table="accounts_deceasedentry"),)
    changes = CHANGES
    writes = (UPDATE, INSERT)
    tracked = (
        TrackedTable(
            "accounts_deceasedentry",
            ("deceased_on", "closed_on"),
            SHOWN,
            closing="closed_on",
        ),
    )

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        who = person(cells[0], cells[1])
        return " ".join(who), (*who, past_date(cells[2], "la fecha de fallecimiento", self.today))
