"""What does a row of the REPS say, and how does it become an entity and its sede?

The Registro Especial de Prestadores de Servicios de Salud, as datos.gov.co publishes it (c36g-9fc2) and as its manual
download names the columns. One entity for each kind and document; one sede for each código de habilitación.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.utils import timezone

from entities.events import Event
from entities.models import EntityKind, IdentificationType, Sede
from entities.registries.municipality_lookup import MunicipalityLookup
from entities.registries.sede_transfers import undo_obstacles
from mipres_admin.database.text import fold_key
from mipres_admin.excel.headings import ExpectedColumn
from mipres_admin.reading.emails import email_mistake
from mipres_admin.reading.identifiers import AS_TEXT, NotRead, read_code
from registries.loading.cell_values import Choice, document, nit, parse_snapshot_date, required, within
from registries.loading.change_capture import TrackedTable
from registries.loading.errors import Rejected
from registries.loading.possible_keys import readings
from registries.registry import Registry

CODE = re.compile(r"[0-9]{12}")
PROVIDER = re.compile(r"[0-9]{9,10}")
identification_type = Choice(IdentificationType.choices, "el tipo de identificación")
LOST_ZERO = re.compile(r"[1-9][0-9]{10}")

ProviderClass = Sede.ProviderClass
CLASSES = {
    "ips": (EntityKind.IPS, ProviderClass.IPS),
    "institucionesprestadorasdeserviciosdesalud": (EntityKind.IPS, ProviderClass.IPS),
    "institucionesprestadorasdeserviciosdesaludips": (EntityKind.IPS, ProviderClass.IPS),
    "objetosocialdiferente": (EntityKind.IPS, ProviderClass.OBJETO_DIFERENTE),
    "objetosocialdiferentealaprestaciondeserviciosdesalud": (EntityKind.IPS, ProviderClass.OBJETO_DIFERENTE),
    "profesionalindependiente": (EntityKind.PROFESIONAL_INDEPENDIENTE, ProviderClass.INDEPENDIENTE),
    "transporteespecial": (EntityKind.IPS, ProviderClass.TRANSPORTE),
    "transporteespecialdepacientes": (EntityKind.IPS, ProviderClass.TRANSPORTE),
}
"""`claseprestador`, folded, with the kind of the entity and the class of the sede."""


class Cells[T](NamedTuple):
    """One value for each column that the portal reads."""

    provider_code: T
    provider: T
    code: T
    name: T
    id_type: T
    number: T
    municipality: T
    department_name: T
    municipality_name: T
    address: T
    email: T
    phone: T
    provider_class: T
    snapshot: T


COLUMNS = Cells(
    provider_code=ExpectedColumn(("codigoprestador", "CodigoPrestador")),
    provider=ExpectedColumn(("nombreprestador", "NombrePrestador")),
    code=ExpectedColumn(("codigohabilitacionsede", "CodigoHabilitacionSede", "CodigoHabilitacion")),
    name=ExpectedColumn(("nombresede", "NombreSede")),
    id_type=ExpectedColumn(("tipoid", "TipoIdentificacion", "TipoIdPrestador")),
    number=ExpectedColumn(("numeroidentificacion", "NumeroIdentificacion", "NIT")),
    municipality=ExpectedColumn(("municipiosede", "MunicipioSede", "CodigoMunicipioSede"), required=False),
    department_name=ExpectedColumn(("departamentodededesc", "DepartamentoSedeDesc", "DepartamentoSede")),
    municipality_name=ExpectedColumn(("municipiosededesc", "MunicipioSedeDesc")),
    address=ExpectedColumn(("direcci_nsede", "DireccionSede")),
    email=ExpectedColumn(("email_sede", "EmailSede", "CorreoSede")),
    phone=ExpectedColumn(("t_lefonosede", "TelefonoSede")),
    provider_class=ExpectedColumn(("ClasePrestadorDesc", "claseprestador")),
    snapshot=ExpectedColumn(("fecha_corte_reps", "FechaCorteREPS", "FechaCorte"), required=False),
)

ENTITIES = """
WITH merged AS (
    MERGE INTO entities_entity AS entity
    USING (
        SELECT kind, identification_type, nit, (array_agg(provider ORDER BY code))[1] AS name
        FROM registry_rows GROUP BY kind, identification_type, nit
    ) AS file
    ON (entity.kind, entity.identification_type, entity.nit) = (file.kind, file.identification_type, file.nit)
    WHEN MATCHED AND entity.name <> file.name THEN UPDATE SET name = file.name
    WHEN NOT MATCHED THEN
        INSERT (kind, identification_type, nit, name, is_active)
        VALUES (file.kind, file.identification_type, file.nit, file.name, true)
    RETURNING merge_action() AS action
)
SELECT action, count(*) FROM merged GROUP BY action
"""

CLOSE = """
UPDATE entities_sede AS sede SET closed_on = %(closing_day)s
WHERE closed_on IS NULL AND length(code) = 12 AND code <> ALL (%(rejected)s::text[])
    AND NOT EXISTS (SELECT FROM registry_rows AS file WHERE file.code = sede.code)
RETURNING code || ' ' || name
"""

ABSENT = """
SELECT code, left(code, 10), 1 FROM entities_sede AS sede
WHERE closed_on IS NULL AND length(code) = 12
    AND NOT EXISTS (SELECT FROM registry_rows AS file WHERE file.code = sede.code)
"""

# a sede with only a new snapshot date is updated, but not counted as changed
CHANGES = """
WITH compared AS (
    SELECT file.code, file.name, file.municipality_id, file.address, file.phone, file.email, file.provider_class,
        coalesce(file.reps_snapshot_date, sede.reps_snapshot_date) AS reps_snapshot_date,
        entity.id AS entity_id, sede.id AS sede_id, sede.entity_id AS former_id,
        CASE
            WHEN sede.id IS NULL THEN 'new'
            WHEN sede.closed_on IS NOT NULL THEN 'reopened'
            WHEN (sede.entity_id, sede.name, sede.municipality_id, sede.address, sede.phone, sede.email,
                  sede.provider_class)
                IS DISTINCT FROM (entity.id, file.name, file.municipality_id, file.address, file.phone, file.email,
                                  file.provider_class) THEN 'changed'
            WHEN file.reps_snapshot_date <> sede.reps_snapshot_date
                OR (sede.reps_snapshot_date IS NULL AND file.reps_snapshot_date IS NOT NULL) THEN 'same'
        END AS state
    FROM registry_rows AS file
    JOIN entities_entity AS entity
        ON (entity.kind, entity.identification_type, entity.nit) = (file.kind, file.identification_type, file.nit)
    LEFT JOIN entities_sede AS sede ON sede.code = file.code
)
SELECT * FROM compared WHERE state IS NOT NULL
"""

INSERT = """
INSERT INTO entities_sede
    (code, name, municipality_id, address, phone, email, provider_class, reps_snapshot_date, entity_id)
SELECT code, name, municipality_id, address, phone, email, provider_class, reps_snapshot_date, entity_id
FROM registry_changes WHERE state = 'new' ORDER BY code
"""

UPDATE = """
UPDATE entities_sede AS sede
SET entity_id = change.entity_id, name = change.name, municipality_id = change.municipality_id,
    address = change.address, phone = change.phone, email = change.email, provider_class = change.provider_class,
    reps_snapshot_date = change.reps_snapshot_date, closed_on = NULL
FROM registry_changes AS change WHERE sede.id = change.sede_id
"""

SHOWN = """concat_ws(' ', {entity}.identification_type,
    CASE {entity}.identification_type WHEN 'NI' THEN {entity}.nit ELSE '…' || right({entity}.nit, 4) END,
    {entity}.name)"""
"""An entity for people; it masks a person's document."""

TRANSFERRED = """
SELECT format('%%s %%s: de %%s a %%s', sede.code, sede.name, {former}, {entity})
FROM registry_changes AS change
JOIN entities_sede AS sede ON sede.id = change.sede_id
JOIN entities_entity AS entity ON entity.id = change.entity_id
JOIN entities_entity AS former ON former.id = change.former_id AND former.id <> entity.id
ORDER BY sede.code
"""


# the portal writes to no e-mail that the forms would refuse; the address itself may be a person's
UNUSABLE_EMAILS = """
SELECT format('%%s %%s: el correo electrónico %%s', file.code, file.name, file.email_mistake)
FROM registry_changes AS change JOIN registry_rows AS file USING (code)
WHERE file.email_mistake <> '' AND change.state <> 'same'
ORDER BY file.code
"""


class Reps(Registry):
    """The REPS: entities IPS and Profesional Independiente, and their sedes."""

    kind = "reps"
    label = "REPS"
    event = Event.REPS_LOADED
    columns = COLUMNS
    staged = {
        "code": "text",
        "kind": "text",
        "identification_type": "text",
        "nit": "text",
        "provider": "text",
        "name": "text",
        "municipality_id": "text",
        "address": "text",
        "phone": "text",
        "email": "text",
        "email_mistake": "text",
        "provider_class": "text",
        "reps_snapshot_date": "date",
    }
    snapshot_date_sql = "max(reps_snapshot_date)"
    open_rows = "SELECT count(*) FROM entities_sede WHERE closed_on IS NULL AND length(code) = 12"
    key_form = CODE
    absent = ABSENT
    closings = (CLOSE,)
    merges = {"entities": ENTITIES}
    notices = {
        "transferred": TRANSFERRED.format(former=SHOWN.format(entity="former"), entity=SHOWN.format(entity="entity")),
        "unusable_emails": UNUSABLE_EMAILS,
    }
    count_labels = {
        "entities_new": "entidades nuevas",
        "entities_changed": "entidades cambiadas",
        "transferred": "sedes que pasan a otra entidad",
        "unusable_emails": "sedes que quedan sin correo, porque el del REPS no sirve",
    }
    changes = CHANGES
    writes = (UPDATE, INSERT)
    tracked = (
        TrackedTable(
            "entities_entity",
            ("name", "nit", "eps_code"),
            SHOWN.format(entity="row"),
        ),
        TrackedTable(
            "entities_sede",
            (
                "entity_id", "code", "name", "municipality_id", "address", "phone", "email", "provider_class",
                "reps_snapshot_date", "closed_on",
            ),
            "row.code || ' ' || row.name",
            closing="closed_on",
            quiet=("reps_snapshot_date",),
        ),
    )  # fmt: skip

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.municipality = MunicipalityLookup()
        self.undo_obstacles = undo_obstacles()

    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        row = Cells(*cells)
        code = sede_code(row.code)
        if not code.startswith(row.provider_code) or len(row.provider_code) != 10:
            raise Rejected(f"el código de la sede «{code}» debe empezar por los 10 dígitos de «{row.provider_code}»")
        kind, provider_class = provider_classes(row.provider_class)
        mistake = email_mistake(row.email) if row.email else ""
        return code, (
            code,
            kind,
            *identification(kind, row.id_type, row.number),
            within(required(row.provider, "el nombre del prestador"), 300, "el nombre del prestador"),
            within(required(row.name, "el nombre de la sede"), 300, "el nombre de la sede"),
            self.municipality(row.municipality, row.department_name, row.municipality_name),
            within(row.address, 300, "la dirección"),
            within(row.phone, 100, "el teléfono"),
            "" if mistake else row.email,
            mistake,
            provider_class,
            parse_snapshot_date(row.snapshot, self.today),
        )

    def key_cell(self, cells: Sequence[str]) -> str:
        return Cells(*cells).code

    def group(self, cells: Sequence[str]) -> str:
        """The prestador, unless the code is certainly one of its sedes; a spreadsheet may have lost its zero."""
        row = Cells(*cells)
        provider = row.provider_code.replace(" ", "").lstrip("0")
        if not PROVIDER.fullmatch(provider):
            return ""
        known = any(code.lstrip("0").startswith(provider) for code in readings(row.code, CODE))
        return "" if known else provider


def sede_code(text: str) -> str:
    """The código de habilitación of 12 digits. Raises Rejected, which says when a spreadsheet damaged it."""
    if CODE.fullmatch(text):
        return text
    try:
        code = read_code(required(text, "el código de habilitación de la sede"))
    except NotRead as mistake:
        raise Rejected(f"el código de habilitación «{text}» {mistake}") from mistake
    if CODE.fullmatch(code):
        return code
    problem = f"el código de habilitación «{text}» debe tener 12 dígitos"
    if LOST_ZERO.fullmatch(code):
        raise Rejected(f"{problem}; perdió el cero inicial; {AS_TEXT}")
    raise Rejected(problem)


def identification(kind: str, id_type: str, number: str) -> tuple[str, str]:
    """How an entity is identified: a type and a number, NIT without check digit. Raises Rejected."""
    found = identification_type(id_type)
    if found != IdentificationType.NI:
        return found, document(number, found)
    number = nit(number)
    if kind == EntityKind.PROFESIONAL_INDEPENDIENTE:
        raise Rejected("un profesional independiente se identifica con su documento de persona, no con NIT")
    return found, number


@cache
def provider_classes(text: str) -> tuple[str, str]:
    """The kind of the entity and the class of the sede, as stored. Raises Rejected for an unknown class."""
    if found := CLASSES.get(fold_key(text)):
        return found[0].value, found[1].value
    names = ", ".join(label for _, label in ProviderClass.choices)
    raise Rejected(f"la clase de prestador «{text}» no se conoce; debe ser {names}")
