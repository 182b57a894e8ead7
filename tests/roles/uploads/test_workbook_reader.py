"""Is an uploaded workbook read as text, and is every other file refused with its reason?"""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from mipres_admin.excel.tables import OLD_EXCEL
from roles.uploads import workbook_reader
from roles.uploads.workbook_reader import SheetRefused, read_sheet
from tests.roles.uploads.bombs import SHEET, with_member

KNOWN = ("CÓDIGO", "NOMBRE", "DESDE")


def book_of(*rows, headings=KNOWN):
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    return saved(book)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data, **options):
    return read_sheet(data, **({"title": "Hoja", "known": KNOWN, "needed": ("CÓDIGO",), "most_rows": 5} | options))


def zip_of(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for name, content in members.items():
            book.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Ana   María ", "Ana María"),
        (1025000111, "1025000111"),
        (1025000111.0, "1025000111"),
        (date(2026, 12, 31), "2026-12-31"),
        (datetime(2026, 12, 31, 13, 5), "2026-12-31"),
        ("a" * 400, "a" * workbook_reader.LONGEST_TEXT),
    ],
)
def test_a_cell_is_read_as_a_person_would_write_it(value, text):
    assert read(book_of([value]))[0].texts["CÓDIGO"] == text


def test_text_that_begins_with_an_equals_sign_is_text():
    book = Workbook()
    book.active.append(KNOWN)
    book.active["A2"].value = "x"
    book.active["A2"].value, book.active["A2"].data_type = "=1+1", "s"
    assert read(saved(book))[0].texts["CÓDIGO"] == "=1+1"


def test_blank_rows_are_skipped_and_lines_keep_their_number():
    assert [row.line for row in read(book_of(["1"], [None], ["  "], ["2"]))] == [2, 5]


def test_headings_are_known_without_case_accents_or_spaces():
    assert read(book_of(["1"], headings=[" codigo "]))[0].texts == {"CÓDIGO": "1"}


def test_the_sheet_of_the_title_is_read_before_the_first_one():
    book = Workbook()
    book.active.title = "Notas"
    book.create_sheet("Hoja").append(["CÓDIGO"])
    book["Hoja"].append(["7"])
    assert read(saved(book))[0].texts["CÓDIGO"] == "7"


BOOK = book_of(["1"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "está vacío"),
        (b"no soy un libro", "no es un libro de Excel"),
        (b"PK\x03\x04 cortado", "no es un libro de Excel"),
        (zip_of(a="1"), "no es un libro de Excel"),
        (OLD_EXCEL + b"\0" * 600, "97-2003"),
        (OLD_EXCEL + b"\0" * 600 + workbook_reader.ENCRYPTED_EXCEL, "cifrado con contraseña"),
        (with_member(BOOK, "xl/vbaProject.bin", b"1"), "macros"),
        (with_member(BOOK, SHEET, b"<worksheet><roto"), "está dañado"),
        (book_of(["1"], ["=1+1"]), "La celda A3 tiene una fórmula"),
        (book_of(["1"], headings=["NOMBRE"]), "Faltan las columnas: CÓDIGO."),
        (book_of(["1"], headings=["CÓDIGO", "Codigo"]), "Columnas repetidas: CÓDIGO."),
        (book_of(["1"], headings=["CÓDIGO", "EDAD"]), "no se conocen: EDAD."),
        (book_of(["1"], headings=[None]), "Faltan las columnas: CÓDIGO."),
        (saved(Workbook()), "Faltan las columnas: CÓDIGO."),
        (book_of(), "no tiene filas"),
        (book_of(*[[str(n)] for n in range(6)]), "máximo 5 filas"),
    ],
)
def test_a_file_that_is_not_read_says_why(data, reason):
    with pytest.raises(SheetRefused, match=reason):
        read(data)


def test_a_file_of_more_than_ten_megabytes_is_refused():
    with pytest.raises(SheetRefused, match="máximo 10 MB"):
        read(b"PK" + b"\0" * workbook_reader.LARGEST_FILE)


def test_a_member_encrypted_with_a_password_is_refused():
    data = bytearray(zip_of(a="1"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    with pytest.raises(SheetRefused, match="cifrado"):
        read(bytes(data))


def test_a_workbook_of_too_many_members_is_refused():
    with pytest.raises(SheetRefused, match="más de 1000 partes"):
        read(zip_of(**{f"m{n}": "" for n in range(workbook_reader.LIMITS.parts + 1)}))
