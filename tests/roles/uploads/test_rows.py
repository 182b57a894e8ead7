"""Are the texts of a row read as a request, or is the first mistake worded?"""

from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipres_admin.reading.text import is_clean
from roles.forms.uploads import KNOWN
from roles.matrix import Role
from roles.uploads.rows import RowError, parse_row
from roles.uploads.workbook_reader import _clean
from tests.ways_of_writing import STRANGE_TEXTS, UNCERTAIN, ways_of_writing

TEXTS = {
    "USUARIO": "CC1025000111",
    "TIPO DOCUMENTO": "c.c.",
    "NÚMERO DOCUMENTO": "1.025.000.111",
    "CÓDIGO ENTIDAD": "50010000101",
    "ROL": "rol_anulador",
    "PRIMER NOMBRE": "Nuño",
    "SEGUNDO NOMBRE": "D'Artañán",
    "PRIMER APELLIDO": "Ruiz-Gómez",
    "SEGUNDO APELLIDO": "",
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


@given(st.sampled_from(KNOWN), STRANGE_TEXTS)
def test_no_text_breaks_the_reading_of_a_row(heading, text):
    try:
        row = parse_row(TEXTS | {heading: _clean(text)})
    except RowError as mistake:
        assert heading in str(mistake)  # noqa: PT017  most texts are wrong in most columns
    else:
        assert all(is_clean(name.replace("\ufffd", "")) for name in astuple(row.names))


@given(st.fixed_dictionaries({heading: ways_of_writing(text) for heading, text in TEXTS.items()}))
def test_row_is_the_same_however_its_cells_are_written(texts):
    assert parse_row({heading: _clean(text) for heading, text in texts.items()}) == parse_row(TEXTS)


@pytest.mark.parametrize("number", UNCERTAIN)
def test_document_that_may_be_another_is_a_mistake(number):
    with pytest.raises(RowError, match="NÚMERO DOCUMENTO"):
        parse_row(TEXTS | {"NÚMERO DOCUMENTO": _clean(number)})


@pytest.mark.parametrize("code", ["154640000101.0", "1.5464E+11", "15464-0000101"])
def test_code_that_a_spreadsheet_damaged_is_a_mistake(code):
    with pytest.raises(RowError, match="CÓDIGO ENTIDAD"):
        parse_row(TEXTS | {"CÓDIGO ENTIDAD": code})
