"""Are the columns of a file found by their headings?"""

from mipres_admin.excel.headings import ExpectedColumn, match_headings

CODE = ExpectedColumn(("codigo_sede", "CodigoSede"))
NAME = ExpectedColumn(("nombre",))
DAY = ExpectedColumn(("desde",), required=False)


def test_headings_match_without_case_accents_spaces_or_underscores() -> None:
    match = match_headings(["Nombre", " CÓDIGO SEDE "], [CODE, NAME, DAY])
    assert (match.places, match.missing, match.repeated, match.unknown) == ([1, 0, None], [], {}, [])


def test_missing_repeated_and_unknown_headings_are_told_apart() -> None:
    match = match_headings(["nombre", "NOMBRE", "", "edad"], [CODE, NAME, DAY])
    assert (match.missing, match.repeated, match.unknown) == ([CODE], {"nombre": ["nombre", "NOMBRE"]}, ["edad"])
    assert str(CODE) == "codigo_sede o CodigoSede"
