"""What does a row of the list of EPS say? A code, a NIT, a name and a régimen: one entity with one sede.

One NIT with both régimenes has two rows with two codes, and is two entities with two networks.
"""

import re
from collections.abc import Sequence

from entities.events import Event
from entities.models import EntityKind
from entities.registries.reps import Reps
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import Choice, nit, required, within
from registries.loading.errors import Rejected
from registries.registry import Registry

CODE = re.compile(r"[A-Z0-9]{6}")
regime = Choice(((EntityKind.EPS_C.value, "Contributivo"), (EntityKind.EPS_S.value, "Subsidiado")), "el régimen")

SAME_ENTITY_TWICE = """
DELETE FROM registry_rows AS file USING registry_rows AS first
WHERE (first.kind, first.nit) = (file.kind, file.nit) AND first.line < file.line
RETURNING file.line,
    format('la EPS de NIT %%s ya está, en ese régimen, en la línea %%s', file.nit, first.line),
    file.code
"""

OTHER_ENTITY = """
DELETE FROM registry_rows AS file USING entities_entity AS entity
WHERE entity.eps_code = file.code AND (entity.kind, entity.nit) <> (file.kind, file.nit)
RETURNING file.line,
    format('el código %%s ya es de %%s, NIT %%s; corríjalo antes en el administrador',
        file.code, entity.name, entity.nit),
    file.code
"""

OTHER_CODE = """
DELETE FROM registry_rows AS file USING entities_entity AS entity
WHERE (entity.kind, entity.nit) = (file.kind, file.nit) AND entity.eps_code <> file.code
RETURNING file.line,
    format('la EPS de NIT %%s ya tiene el código %%s; corríjalo antes en el administrador',
        file.nit, entity.eps_code),
    file.code
"""

ENTITIES = """
WITH merged AS (
    MERGE INTO entities_entity AS entity USING registry_rows AS file ON entity.eps_code = file.code
    WHEN MATCHED AND entity.name <> file.name THEN UPDATE SET name = file.name
    WHEN NOT MATCHED THEN
        INSERT (kind, identification_type, nit, name, eps_code, is_active)
        VALUES (file.kind, 'NI', file.nit, file.name, file.code, true)
    RETURNING merge_action() AS action
)
SELECT action, count(*) FROM merged GROUP BY action
"""

CLOSE = """
UPDATE entities_sede AS sede SET closed_on = %(closing_day)s
FROM entities_entity AS entity
WHERE entity.eps_code = sede.code AND sede.closed_on IS NULL AND sede.code <> ALL (%(rejected)s::text[])
    AND NOT EXISTS (SELECT FROM registry_rows AS file WHERE file.code = sede.code)
RETURNING sede.code
"""

CHANGES = """
SELECT file.code, file.name, entity.id AS entity_id, sede.id AS sede_id,
    CASE WHEN sede.id IS NULL THEN 'new' WHEN sede.closed_on IS NOT NULL THEN 'reopened' ELSE 'changed' END AS state
FROM registry_rows AS file
JOIN entities_entity AS entity ON entity.eps_code = file.code
LEFT JOIN entities_sede AS sede ON sede.code = file.code
WHERE sede.id IS NULL OR sede.closed_on IS NOT NULL OR sede.name <> file.name
"""

INSERT = """
INSERT INTO entities_sede (code, name, address, phone, email, provider_class, entity_id)
SELECT code, name, '', '', '', '', entity_id FROM registry_changes WHERE state = 'new' ORDER BY code
"""

UPDATE = """
UPDATE entities_sede AS sede SET name = change.name, closed_on = NULL
FROM registry_changes AS change WHERE sede.id = change.sede_id
"""


class Eps(Registry):
    """The EPS of both régimenes, each with its one sede."""

    kind = "eps"
    label = "EPS"
    event = Event.EPS_LOADED
    columns = (
        ExpectedColumn(("codigo",)),
        ExpectedColumn(("nit",)),
        ExpectedColumn(("nombre",)),
        ExpectedColumn(("regimen",)),
    )
    staged = {"code": "text", "kind": "text", "nit": "text", "name": "text"}
    refusals = (SAME_ENTITY_TWICE, OTHER_ENTITY, OTHER_CODE)
    open_rows = """
        SELECT count(*) FROM entities_sede AS sede JOIN entities_entity AS entity ON entity.eps_code = sede.code
        WHERE sede.closed_on IS NULL
    """
    closings = (CLOSE,)
    merges = {"entities": ENTITIES}
    count_labels = Reps.count_labels
    changes = CHANGES
    writes = (UPDATE, INSERT)
    tracked = Reps.tracked  # of the same tables

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        text, number, name, kind = cells
        code = text.upper()
        if not CODE.fullmatch(code):
            raise Rejected(f"el código «{text}» debe tener seis letras o dígitos, por ejemplo EPS008")
        name = within(required(name, "el nombre de la EPS"), 300, "el nombre de la EPS")
        return code, (code, regime(kind), nit(number), name)

    def subject(self, cells: Sequence[str]) -> str:
        return cells[0].upper()
