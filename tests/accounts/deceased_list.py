"""How does a row of the list of deceased people look in a test?"""

HEADINGS = ("tipo_documento", "numero_documento", "fecha_fallecimiento")


def row(number: str = "1900000001", day: str = "2026-01-31") -> dict[str, str]:
    return dict(zip(HEADINGS, ("CC", number, day), strict=True))
