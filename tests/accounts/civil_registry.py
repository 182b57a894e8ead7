"""How does a row of the Registro civil look in a test?"""

HEADINGS = (
    "tipo_documento", "numero_documento", "primer_nombre", "segundo_nombre", "primer_apellido", "segundo_apellido",
    "fecha_expedicion", "estado", "fecha_fallecimiento",
)  # fmt: skip
IN_FORCE = ("CC", "1900000001", "ANA", "LUCÍA", "PRUEBA", "", "2010-05-20", "Vigente", "")


def row(number: str = "1900000001", **cells: str) -> dict[str, str]:
    """A document in force, with what the test is about."""
    return dict(zip(HEADINGS, IN_FORCE, strict=True)) | {"numero_documento": number} | cells


def cancelled(number: str = "1900000001", day: str = "2026-01-31") -> dict[str, str]:
    """The document of somebody who died."""
    return row(number, estado="Cancelada por muerte", fecha_fallecimiento=day)
