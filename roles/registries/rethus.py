"""What does a row of ReTHUS say? One profession of one person, with its registry number.

ReTHUS: Registro Único Nacional del Talento Humano en Salud (Ley 1164 de 2007, article 23).
"""

import re
from collections.abc import Sequence

from accounts.registries.person_columns import DOCUMENT, person, person_columns
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import required, within
from registries.loading.change_capture import TrackedTable
from registries.loading.errors import Rejected
from registries.registry import Registry
from roles.events import Event
from roles.models import Profession

CODE = re.compile(r"P[0-9]{2}")

PROFESSIONS = """
WITH merged AS (
    MERGE INTO roles_profession AS known
    USING (
        SELECT profession_id AS code, (array_agg(profession ORDER BY line))[1] AS name
        FROM registry_rows GROUP BY profession_id
    ) AS file
    ON known.code = file.code
    WHEN NOT MATCHED THEN INSERT (code, name) VALUES (file.code, file.name)
    RETURNING merge_action() AS action
)
SELECT action, count(*) FROM merged GROUP BY action
"""

CLOSE = """
UPDATE roles_rethusentry AS entry SET closed_on = %(closing_day)s
WHERE closed_on IS NULL AND document_number <> ALL (%(rejected)s::text[])
    AND NOT EXISTS (
        SELECT FROM registry_rows AS file
        WHERE (file.document_type, file.document_number, file.profession_id)
            = (entry.document_type, entry.document_number, entry.profession_id)
    )
RETURNING format('%%s …%%s %%s', document_type, right(document_number, 4), profession_id)
"""

ABSENT = """
SELECT document_number, '', 1 FROM roles_rethusentry AS entry
WHERE closed_on IS NULL AND NOT EXISTS (
    SELECT FROM registry_rows AS file
    WHERE (file.document_type, file.document_number, file.profession_id)
        = (entry.document_type, entry.document_number, entry.profession_id)
)
"""

CHANGES = """
SELECT file.document_type, file.document_number, file.profession_id, file.registry_number, entry.id AS entry_id,
    CASE WHEN entry.id IS NULL THEN 'new' WHEN entry.closed_on IS NOT NULL THEN 'reopened' ELSE 'changed' END AS state
FROM registry_rows AS file
LEFT JOIN roles_rethusentry AS entry
    ON (entry.document_type, entry.document_number, entry.profession_id)
        = (file.document_type, file.document_number, file.profession_id)
WHERE entry.id IS NULL OR entry.closed_on IS NOT NULL OR entry.registry_number <> file.registry_number
"""

INSERT = """
INSERT INTO roles_rethusentry (document_type, document_number, profession_id, registry_number)
SELECT document_type, document_number, profession_id, registry_number FROM registry_changes WHERE state = 'new'
"""

UPDATE = """
UPDATE roles_rethusentry AS entry SET registry_number = change.registry_number, closed_on = NULL
FROM registry_changes AS change WHERE entry.id = change.entry_id
"""


class Rethus(Registry):
    """ReTHUS: a person with several professions has several rows; a row that is gone is closed, never deleted."""

    kind = "rethus"
    label = "ReTHUS"
    event = Event.RETHUS_LOADED
    columns = (
        *person_columns(),
        ExpectedColumn(("codigo_profesion", "CodigoProfesion")),
        ExpectedColumn(("profesion", "Profesion")),
        ExpectedColumn(("registro_profesional", "RegistroProfesional")),
    )
    staged = {
        "document_type": "text",
        "document_number": "text",
        "profession_id": "text",
        "profession": "text",
        "registry_number": "text",
    }
    open_rows = "SELECT count(*) FROM roles_rethusentry WHERE closed_on IS NULL"
    key_form = DOCUMENT
    absent = ABSENT
    closings = (CLOSE,)
    merges = {"professions": PROFESSIONS}
    count_labels = {"professions_new": "profesiones nuevas", "professions_changed": "profesiones cambiadas"}
    changes = CHANGES
    writes = (UPDATE, INSERT)
    tracked = (
        TrackedTable("roles_profession", ("name",), "row.code || ' ' || row.name", key="code"),
        TrackedTable(
            "roles_rethusentry",
            ("registry_number", "closed_on"),
            "format('%%s …%%s %%s', row.document_type, right(row.document_number, 4), row.profession_id)",
            closing="closed_on",
        ),
    )

    def __init__(self) -> None:
        self.professions = set(Profession.objects.values_list("code", flat=True))

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        id_type, number = person(cells[0], cells[1])
        code = cells[2].upper()
        if not CODE.fullmatch(code):
            raise Rejected(f"el código de profesión «{cells[2]}» debe ser P y dos dígitos, por ejemplo P07")
        if code not in self.professions:
            required(cells[3], f"el nombre de la profesión {code}, que es nueva")
        profession = within(cells[3], 80, "el nombre de la profesión")
        registry_number = required(cells[4], "el registro profesional")
        registry_number = within(registry_number, 30, "el registro profesional")
        return f"{id_type}{number} {code}", (id_type, number, code, profession, registry_number)

    def key_cell(self, cells: Sequence[str]) -> str:
        return cells[1]
