"""Is the workbook one that Excel opens, with text as text?"""

import io
import subprocess
import zipfile

import pytest
from openpyxl import load_workbook

from mipres_admin.excel.writer import MAX_CELL_LENGTH, Column, stream

COLUMNS = (Column("NOMBRE"), Column("VALOR", 30))


def book_of(rows):
    return io.BytesIO(b"".join(stream("Hoja", COLUMNS, rows, len(rows))))


def cells(rows):
    sheet = load_workbook(book_of(rows)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", ["=1+1", "+57 300", "-x", "@SUM(A1)", "\t=2", "<b>&'\"", "001", "1e5", "  a  ", "ñ😀"])
def test_text_stays_the_same_text(text):
    file = book_of([(text, "x")])
    cell = load_workbook(file).active["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_nothing_in_the_sheet_is_a_formula():
    sheet = zipfile.ZipFile(book_of([("=1+1", "=2")])).read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet


def test_control_characters_are_left_out():
    assert cells([("a\x00\x0bb\ud800", "x")]) == [["ab", "x"]]


def test_a_cell_is_never_longer_than_excel_allows():
    assert len(cells([("a" * 40_000, "x")])[0][0]) == MAX_CELL_LENGTH


def test_the_heading_is_bold_frozen_and_filterable():
    sheet = load_workbook(book_of([("a", "b")] * 3)).active
    assert [cell.value for cell in sheet[1]] == ["NOMBRE", "VALOR"]
    assert all(cell.font.bold for cell in sheet[1])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B4")


def test_an_empty_list_is_a_heading_alone():
    assert cells([]) == []


def test_many_rows_come_in_pieces():
    rows = [(f"nombre {i}", str(i)) for i in range(60_000)]
    pieces = list(stream("Hoja", COLUMNS, rows, len(rows)))
    assert len(pieces) > 2
    assert sum(1 for _ in load_workbook(io.BytesIO(b"".join(pieces)), read_only=True).active.iter_rows()) == 60_001


def test_a_row_of_the_wrong_width_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        book_of([("only one",)])


def test_libreoffice_reads_what_was_written(tmp_path, soffice):
    source = tmp_path / "libro.xlsx"
    source.write_bytes(book_of([("=1+1", "á")]).getvalue())
    profile, as_csv = f"-env:UserInstallation=file://{tmp_path}/lo", "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [soffice, profile, "--headless", "--convert-to", as_csv, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "libro.csv").read_text(encoding="utf-8").splitlines() == ["NOMBRE,VALOR", "=1+1,á"]
