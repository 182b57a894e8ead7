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
# entidades adaptadas and the others obligadas a compensar (EOC) administer the régimen contributivo
CONTRIBUTIVO = ("Contributivo", "Adaptada", "Entidad adaptada", "Obligada a compensar", "EOC")
regime = Choice(
    [*((EntityKind.EPS_C.value, word) for word in CONTRIBUTIVO), (EntityKind.EPS_S.value, "Subsidiado")], "el régimen"
)

# the same EPS as a row means: by its code, or by its NIT in the régimen; either may change, not both at once
IS_IT = "(entity.eps_code = file.code OR (entity.kind, entity.nit) = (file.kind, file.nit))"

# the row with the code that the portal knows counts, otherwise the first
SAME_ENTITY_TWICE = """
DELETE FROM registry_rows AS file USING (
    SELECT line, first_value(line) OVER (
        PARTITION BY kind, nit ORDER BY EXISTS (
            SELECT FROM entities_entity AS entity
            WHERE (entity.eps_code, entity.kind, entity.nit) = (every.code, every.kind, every.nit)
        ) DESC, line
    ) AS first
    FROM registry_rows AS every
) AS ranked
WHERE ranked.line = file.line AND ranked.first <> file.line
RETURNING file.line,
    format('la EPS de NIT %%s ya está, en ese régimen, en la línea %%s', file.nit, ranked.first),
    file.code
"""

OTHER_REGIME = """
DELETE FROM registry_rows AS file USING entities_entity AS entity
WHERE entity.eps_code = file.code AND entity.kind <> file.kind
RETURNING file.line,
    format('el código %%s es de %%s en el otro régimen, y un código no cambia de régimen', file.code, entity.name),
    concat_ws(' ', file.code, (
        SELECT eps_code FROM entities_entity AS own WHERE (own.kind, own.nit) = (file.kind, file.nit)
    ))
"""

TWO_ENTITIES = """
DELETE FROM registry_rows AS file USING entities_entity AS entity, entities_entity AS own
WHERE entity.eps_code = file.code AND (own.kind, own.nit) = (file.kind, file.nit) AND own.id <> entity.id
RETURNING file.line,
    format('el código %%s es de %%s, NIT %%s, y el NIT %%s es de %%s, código %%s: no se sabe cuál de las dos es',
        file.code, entity.name, entity.nit, file.nit, own.name, own.eps_code),
    concat_ws(' ', file.code, own.eps_code)
"""

TWO_ROWS = """
DELETE FROM registry_rows AS line USING (
    SELECT file.line, entity.name, entity.eps_code, count(*) OVER (PARTITION BY entity.id) AS rows
    FROM registry_rows AS file JOIN entities_entity AS entity ON {is_it}
) AS matched
WHERE matched.line = line.line AND matched.rows > 1
RETURNING line.line,
    format('otra fila trae el código o el NIT de %%s, código %%s: no se sabe cuál de las dos es', matched.name,
        matched.eps_code),
    concat_ws(' ', line.code, matched.eps_code)
"""

ENTITIES = """
WITH merged AS (
    MERGE INTO entities_entity AS entity USING registry_rows AS file ON entity.eps_code IS NOT NULL AND {is_it}
    WHEN MATCHED AND (entity.name, entity.nit, entity.eps_code) <> (file.name, file.nit, file.code) THEN
        UPDATE SET name = file.name, nit = file.nit, eps_code = file.code
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
WHERE entity.eps_code = sede.code AND sede.closed_on IS NULL
    AND sede.code <> ALL (%(rejected)s::text[])
    AND NOT EXISTS (SELECT FROM registry_rows AS file WHERE {is_it})
RETURNING sede.code || ' ' || sede.name
"""

ABSENT = """
SELECT sede.code, entity.nit, 1
FROM entities_sede AS sede JOIN entities_entity AS entity ON entity.eps_code = sede.code
WHERE sede.closed_on IS NULL AND NOT EXISTS (SELECT FROM registry_rows AS file WHERE {is_it})
"""

# an EPS has one sede, whose code is its own or was until now
CHANGES = """
SELECT file.code, file.name, entity.id AS entity_id, sede.id AS sede_id,
    CASE WHEN sede.id IS NULL THEN 'new' WHEN sede.closed_on IS NOT NULL THEN 'reopened' ELSE 'changed' END AS state
FROM registry_rows AS file
JOIN entities_entity AS entity ON entity.eps_code = file.code
LEFT JOIN entities_sede AS sede ON sede.entity_id = entity.id
WHERE sede.id IS NULL OR sede.closed_on IS NOT NULL OR (sede.name, sede.code) <> (file.name, file.code)
"""

IDENTIFIED_ANEW = """
SELECT format('%%s: era código %%s, NIT %%s; ahora código %%s, NIT %%s', entity.name, change.before ->> 'eps_code',
    change.before ->> 'nit', entity.eps_code, entity.nit)
FROM registries_registrychange AS change JOIN entities_entity AS entity ON entity.id = change.key::bigint
WHERE change.load_id = current_setting('mipres.registry_load')::bigint AND change."table" = 'entities_entity'
    AND (change.before ->> 'eps_code', change.before ->> 'nit') <> (entity.eps_code, entity.nit)
ORDER BY entity.name
"""

INSERT = """
INSERT INTO entities_sede (code, name, address, phone, email, provider_class, entity_id)
SELECT code, name, '', '', '', '', entity_id FROM registry_changes WHERE state = 'new' ORDER BY code
"""

UPDATE = """
UPDATE entities_sede AS sede SET code = change.code, name = change.name, closed_on = NULL
FROM registry_changes AS change WHERE sede.id = change.sede_id
"""


# an EPS that was registered since has the code or NIT that this one would get back
SKIP_TAKEN = """
DELETE FROM registry_undo AS undo USING entities_entity AS entity, entities_entity AS other
WHERE undo."table" = 'entities_entity' AND undo.state = 'changed' AND undo.key = entity.id::text
    AND other.id <> entity.id
    AND (other.eps_code = undo.before ->> 'eps_code' OR (other.kind, other.nit) = (entity.kind, undo.before ->> 'nit'))
RETURNING format('%%s: su código o su NIT de antes es ahora de %%s', entity.name, other.name)
"""

# an EPS and its sede have one code
SKIP_ENTITY = """
DELETE FROM registry_undo AS undo USING entities_entity AS entity
WHERE undo."table" = 'entities_entity' AND undo.state = 'changed' AND undo.key = entity.id::text
    AND undo.before ->> 'eps_code' <> entity.eps_code
    AND NOT EXISTS (
        SELECT FROM registry_undo AS other
        WHERE other."table" = 'entities_sede' AND other.before ->> 'code' = undo.before ->> 'eps_code'
    )
RETURNING format('%%s: su sede cambió después de la carga', entity.name)
"""
SKIP_SEDE = """
DELETE FROM registry_undo AS undo USING entities_sede AS sede
WHERE undo."table" = 'entities_sede' AND undo.state = 'changed' AND undo.key = sede.id::text
    AND undo.before ->> 'code' <> sede.code
    AND NOT EXISTS (
        SELECT FROM registry_undo AS other
        WHERE other."table" = 'entities_entity' AND other.before ->> 'eps_code' = undo.before ->> 'code'
    )
RETURNING format('%%s %%s: su EPS sigue con otro código', sede.code, sede.name)
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
    refusals = (SAME_ENTITY_TWICE, OTHER_REGIME, TWO_ENTITIES, TWO_ROWS.format(is_it=IS_IT))
    undo_obstacles = (SKIP_TAKEN, SKIP_ENTITY, SKIP_SEDE)
    open_rows = """
        SELECT count(*) FROM entities_sede AS sede JOIN entities_entity AS entity ON entity.eps_code = sede.code
        WHERE sede.closed_on IS NULL
    """
    key_form = CODE
    absent = ABSENT.format(is_it=IS_IT)
    closings = (CLOSE.format(is_it=IS_IT),)
    merges = {"entities": ENTITIES.format(is_it=IS_IT)}
    notices = {"identified_anew": IDENTIFIED_ANEW}
    count_labels = {"identified_anew": "EPS con otro código o NIT"}
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

    def key_cell(self, cells: Sequence[str]) -> str:
        return cells[0]

    def group(self, cells: Sequence[str]) -> str:
        """The NIT, when the code is not certain."""
        if CODE.fullmatch(cells[0].upper()):
            return ""
        try:
            return nit(cells[1])
        except Rejected:
            return ""
