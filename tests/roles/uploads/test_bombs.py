"""Is a workbook that costs far more than it weighs refused, or read without its cost?"""

from dataclasses import replace

import pytest

from roles.uploads import workbook_reader
from roles.uploads.workbook_reader import SheetRefused, read_sheet
from tests.roles.uploads.bombs import BOMBS

STYLES, DAMAGED, TOO_LARGE = "más estilos, textos o celdas", "está dañado", "demasiado al descomprimirse"
NO_HEADINGS = "Faltan las columnas"
REFUSALS = {
    "formats of cells": STYLES,
    "fonts": STYLES,
    "formats of numbers": STYLES,
    "shared texts": STYLES,
    "parts of one text": STYLES,
    "one long text": STYLES,
    "cells of one row": STYLES,
    "cells of many rows": NO_HEADINGS,
    "what follows the rows": STYLES,
    "attributes of one cell": STYLES,
    "attributes of many cells": STYLES,
    "depth": STYLES,
    "a comment": NO_HEADINGS,
    "digits of one number": DAMAGED,
    "a row in the far": NO_HEADINGS,
    "expanding entities": DAMAGED,
    "a foreign entity": DAMAGED,
    "many parts": "más de 1000 partes",
    "a lie about a size": DAMAGED,
    "unpacked size": TOO_LARGE,
}


def read(name):
    return read_sheet(BOMBS[name](), title="Hoja", known=("CÓDIGO",), needed=("CÓDIGO",), most_rows=5)


@pytest.fixture(autouse=True)
def fewer_texts(monkeypatch):
    """A tenth of what is read, so that the tests take a tenth of the time."""
    monkeypatch.setattr(workbook_reader, "LIMITS", replace(workbook_reader.LIMITS, text_tags=100_000))


@pytest.mark.parametrize(("name", "reason"), REFUSALS.items())
def test_a_bomb_is_refused_with_its_reason(name, reason):
    with pytest.raises(SheetRefused, match=reason):
        read(name)


@pytest.mark.parametrize("name", sorted(BOMBS.keys() - REFUSALS.keys()))
def test_what_no_cell_needs_is_not_unpacked(name):
    assert [row.texts for row in read(name)] == [{"CÓDIGO": "1"}]
