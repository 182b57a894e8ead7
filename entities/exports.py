"""Which columns and rows do the workbooks of entities have?"""

from collections.abc import Iterator

from django.db import transaction

from entities.models import Sede, SedeQuerySet
from mipres_admin.excel.writer import Column

SEDE_COLUMNS = (
    Column("CÓDIGO", 16),
    Column("ENTIDAD", 40),
    Column("NROID", 16),
    Column("TIPO ENTIDAD", 18),
    Column("TIPO RELACIÓN", 16),
    Column("FECHA", 14),
    Column("DIRECCIÓN", 40),
    Column("TELÉFONO", 24),
    Column("DEPARTAMENTO", 24),
    Column("MUNICIPIO", 24),
    Column("ESTADO", 16),
    Column("DESHABILITADA DESDE", 22),
)
PROVIDER_TO_SEDE = "PROV_SEDE"


def sede_rows(sedes: SedeQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text per sede, in the order of the list; dates are YYYY-MM-DD in Colombia's day."""
    related = sedes.select_related("entity", "municipality__department").order_by("code", "pk")
    # outside a transaction PostgreSQL would hold the whole list before it gives the first row
    with transaction.atomic():
        for sede in related.iterator(chunk_size=2_000):
            yield _row(sede)


def _row(sede: Sede) -> tuple[str, ...]:
    municipality = sede.municipality
    return (
        sede.code,
        sede.name,
        sede.entity.nit,
        sede.listed_kind,
        PROVIDER_TO_SEDE,
        sede.created_on.isoformat(),
        sede.address,
        sede.phone,
        municipality.department.name if municipality else "",
        municipality.name if municipality else "",
        sede.state,
        sede.closed_on.isoformat() if sede.closed_on else "",
    )
