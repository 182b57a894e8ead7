"""What does a row of the plazas of SSO say? That a person serves at one sede, from one day to another, both included.

The file holds every plaza that is running or to come. One that the file no longer has ends yesterday; one that had not
begun is deleted. Plazas that have ended stay as history, whether the file has them or not.

Source: Resolución 2358 de 2014 (Servicio Social Obligatorio), the Ministry assigns the plazas.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from accounts.registries.person_columns import DOCUMENT, person, person_columns
from entities.models import Sede
from entities.registries.reps import sede_code
from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.cell_values import required_date
from registries.loading.change_capture import TrackedTable
from registries.loading.errors import Rejected
from registries.registry import Registry
from roles.events import Event

HISTORY = """
DELETE FROM registry_rows AS file
USING roles_ssopost AS post JOIN entities_sede AS sede ON sede.id = post.sede_id
WHERE (post.document_type, post.document_number) = (file.document_type, file.document_number)
    AND post.ends_on < %(today)s
    AND daterange(post.starts_on, post.ends_on, '[]') && daterange(file.starts_on, file.ends_on, '[]')
    AND NOT EXISTS (
        SELECT FROM registry_rows AS same
        WHERE (same.document_type, same.document_number, same.code, same.starts_on)
            = (post.document_type, post.document_number, sede.code, post.starts_on)
    )
RETURNING file.line,
    format('se cruza con una plaza ya terminada, en %%s del %%s al %%s', sede.code, post.starts_on, post.ends_on),
    file.document_number
"""

# of a person with a rejected row, only what stands in the way of an accepted one
CLOSE = """
WITH gone AS (
    SELECT post.id, post.starts_on, least(
        min(file.starts_on) - 1,
        CASE WHEN post.document_number = ANY (%(rejected)s::text[]) THEN post.ends_on ELSE %(today)s::date - 1 END
    ) AS last_day
    FROM roles_ssopost AS post
    JOIN entities_sede AS sede ON sede.id = post.sede_id
    LEFT JOIN registry_rows AS file
        ON (file.document_type, file.document_number) = (post.document_type, post.document_number)
        AND daterange(post.starts_on, post.ends_on, '[]') && daterange(file.starts_on, file.ends_on, '[]')
    WHERE post.ends_on >= %(today)s
        AND NOT EXISTS (
            SELECT FROM registry_rows AS same
            WHERE (same.document_type, same.document_number, same.code, same.starts_on)
                = (post.document_type, post.document_number, sede.code, post.starts_on)
        )
    GROUP BY post.id
    HAVING count(file.line) > 0 OR post.document_number <> ALL (%(rejected)s::text[])
), deleted AS (
    DELETE FROM roles_ssopost AS post USING gone WHERE post.id = gone.id AND gone.last_day < gone.starts_on
    RETURNING post.*
), ended AS (
    UPDATE roles_ssopost AS post SET ends_on = gone.last_day
    FROM gone WHERE post.id = gone.id AND gone.last_day >= gone.starts_on
    RETURNING post.*
)
SELECT format('%%s …%%s en %%s desde %%s', closed.document_type, right(closed.document_number, 4), sede.code,
    closed.starts_on)
FROM (SELECT * FROM deleted UNION ALL SELECT * FROM ended) AS closed
JOIN entities_sede AS sede ON sede.id = closed.sede_id
"""

# and the users who may have roles without a plaza that the portal knows
ABSENT = """
SELECT post.document_number, '', 1 FROM roles_ssopost AS post JOIN entities_sede AS sede ON sede.id = post.sede_id
WHERE post.ends_on >= %(today)s AND NOT EXISTS (
    SELECT FROM registry_rows AS file
    WHERE (file.document_type, file.document_number, file.code, file.starts_on)
        = (post.document_type, post.document_number, sede.code, post.starts_on)
)
UNION ALL
SELECT person.document_number, '', 0 FROM roles_registereduser AS registered
JOIN accounts_person AS person ON person.id = registered.person_id
WHERE registered.kind = 'SSO'
"""

CHANGES = """
SELECT file.document_type, file.document_number, sede.id AS sede_id, file.starts_on, file.ends_on, post.id AS post_id,
    CASE WHEN post.id IS NULL THEN 'new'
        WHEN post.ends_on < %(today)s AND file.ends_on >= %(today)s THEN 'reopened'
        ELSE 'changed'
    END AS state
FROM registry_rows AS file
JOIN entities_sede AS sede ON sede.code = file.code
LEFT JOIN roles_ssopost AS post
    ON (post.document_type, post.document_number, post.sede_id, post.starts_on)
        = (file.document_type, file.document_number, sede.id, file.starts_on)
WHERE post.id IS NULL OR post.ends_on <> file.ends_on
"""

INSERT = """
INSERT INTO roles_ssopost (document_type, document_number, sede_id, starts_on, ends_on)
SELECT document_type, document_number, sede_id, starts_on, ends_on FROM registry_changes WHERE state = 'new'
"""

UPDATE = """
UPDATE roles_ssopost AS post SET ends_on = change.ends_on
FROM registry_changes AS change WHERE post.id = change.post_id
"""


class Sso(Registry):
    """The plazas of Servicio Social Obligatorio; one is known by its person, its sede and its first day."""

    kind = "sso"
    label = "Plazas de SSO"
    event = Event.SSO_LOADED
    columns = (
        *person_columns(),
        ExpectedColumn(("codigo_habilitacion", "CodigoHabilitacion", "CodigoHabilitacionSede")),
        ExpectedColumn(("desde", "FechaInicio")),
        ExpectedColumn(("hasta", "FechaFin")),
    )
    staged = {
        "document_type": "text",
        "document_number": "text",
        "code": "text",
        "starts_on": "date",
        "ends_on": "date",
    }
    refusals = (HISTORY,)
    open_rows = "SELECT count(*) FROM roles_ssopost WHERE ends_on >= %(today)s"
    key_form = DOCUMENT
    absent = ABSENT
    closings = (CLOSE,)
    changes = CHANGES
    writes = (UPDATE, INSERT)
    tracked = (
        TrackedTable(
            "roles_ssopost",
            ("document_type", "document_number", "sede_id", "starts_on", "ends_on"),
            "format('%%s …%%s desde %%s', row.document_type, right(row.document_number, 4), row.starts_on)",
        ),
    )

    def __init__(self) -> None:
        self.sedes = set(Sede.objects.filter(code__regex=r"^[0-9]{12}$").values_list("code", flat=True))
        self.reserved: defaultdict[tuple[str, str], list[tuple[date, date, str]]] = defaultdict(list)

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        document = person(cells[0], cells[1])
        code = sede_code(cells[2])
        if code not in self.sedes:
            raise Rejected(f"la sede {code} no está en el portal; cargue antes el REPS que la trae")
        starts, ends = required_date(cells[3], "la fecha desde"), required_date(cells[4], "la fecha hasta")
        if ends < starts:
            raise Rejected(f"la fecha hasta ({ends}) debe ser igual o posterior a la fecha desde ({starts})")
        self._reserve(document, starts, ends, code)
        return " ".join((*document, code, str(starts))), (*document, code, starts, ends)

    def _reserve(self, document: tuple[str, str], starts: date, ends: date, code: str) -> None:
        """Reserve the days for this row. Raises Rejected when another row of the file has them for the same person."""
        for first, last, place in self.reserved[document]:
            if starts <= last and first <= ends:
                raise Rejected(f"se cruza con otra plaza de la misma persona en el archivo, en {place} desde {first}")
        self.reserved[document].append((starts, ends, code))

    def key_cell(self, cells: Sequence[str]) -> str:
        return cells[1]
