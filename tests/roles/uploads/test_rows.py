"""Are the texts of a row read as a request, or is the first mistake worded?"""

from datetime import date

import pytest

from roles.matrix import Role
from roles.uploads.rows import RowError, parse_row

TEXTS = {
    "TIPO DOCUMENTO": "c.c.",
    "NÚMERO DOCUMENTO": "1.025.000.111",
    "CÓDIGO ENTIDAD": "50010000101",
    "ROL": "rol_anulador",
    "DESDE": "",
    "HASTA": "31/12/2026",
    "ESTADO": "TERMINADO",
}


def test_row_is_read_without_dots_case_and_lost_zeros():
    row = parse_row(TEXTS)
    assert row.key == (("CC", "1025000111"), "050010000101", Role.ANULADOR)
    assert (row.first, row.last, row.ended) == (None, date(2026, 12, 31), True)


@pytest.mark.parametrize("heading", ["TIPO DOCUMENTO", "NÚMERO DOCUMENTO", "CÓDIGO ENTIDAD", "ROL"])
def test_missing_text_is_named(heading):
    with pytest.raises(RowError, match=f"Ingrese {heading}."):
        parse_row(TEXTS | {heading: ""})
