"""Which columns and rows do the workbooks of entities have?"""

from collections.abc import Iterator

from entities.models import Sede, SedeQuerySet
from mipres_admin.excel.writer import Column, fetched, texts_of

PROVIDER_TO_SEDE = "PROV_SEDE"
SEDE_COLUMNS: tuple[Column[Sede], ...] = (
    Column("CÓDIGO", 16, lambda sede: sede.code),
    Column("ENTIDAD", 40, lambda sede: sede.name),
    Column("NROID", 16, lambda sede: sede.entity.nit),
    Column("TIPO ENTIDAD", 18, lambda sede: sede.listed_kind),
    Column("TIPO RELACIÓN", 16, lambda sede: PROVIDER_TO_SEDE),
    Column("FECHA", 14, lambda sede: sede.created_on.isoformat()),
    Column("DIRECCIÓN", 40, lambda sede: sede.address),
    Column("TELÉFONO", 24, lambda sede: sede.phone),
    Column("DEPARTAMENTO", 24, lambda sede: sede.municipality.department.name if sede.municipality else ""),
    Column("MUNICIPIO", 24, lambda sede: sede.municipality.name if sede.municipality else ""),
    Column("ESTADO", 16, lambda sede: sede.state),
    Column("DESHABILITADA DESDE", 22, lambda sede: sede.closed_on.isoformat() if sede.closed_on else ""),
)


def sede_rows(sedes: SedeQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text per sede, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    related = sedes.select_related("entity", "municipality__department").order_by("code", "pk")
    return texts_of(SEDE_COLUMNS, fetched(related))
