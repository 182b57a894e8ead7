"""Is a workbook checked before it is opened, and read as text, row by row?"""

import io
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl import Workbook

from mipres_admin.excel.tables import MEGABYTE, Limits, Problem, WorkbookError
from mipres_admin.excel.workbook_program import cell_text, check_workbook, open_workbook

LIMITS = Limits(unzipped=MEGABYTE, in_memory=MEGABYTE, lines=5)


def book(*rows: Any) -> io.BytesIO:
    workbook, file = Workbook(), io.BytesIO()
    sheet: Any = workbook.active
    for row in rows:
        sheet.append(row)
    workbook.save(file)
    return file


def rows_of(file: io.BytesIO, limits: Limits = LIMITS) -> Any:
    with open_workbook(file, limits) as table:
        return table.headings, list(table.rows)


def test_rows_are_padded_to_the_headings_and_blank_rows_skipped() -> None:
    assert rows_of(book(["A", "B", "C"], [1], [], ["x", None, 2.0])) == (
        ["A", "B", "C"],
        [(2, ["1", "", ""]), (4, ["x", "", "2"])],
    )


def test_headings_below_blank_rows_say_their_line() -> None:
    with open_workbook(book([], [None], ["A"]), LIMITS) as table:
        assert (table.headings, table.heading_line) == (["A"], 3)


def test_reading_ends_at_the_last_line_of_the_limits() -> None:
    assert [line for line, _ in rows_of(book(*[["x"]] * 9))[1]] == [2, 3, 4, 5]


def test_done_grows_to_one_as_rows_are_read() -> None:
    with open_workbook(book(["A"], [1], [2]), LIMITS) as table:
        assert [round(table.done(), 2) for _ in table.rows] == [0.67, 1.0]


def test_a_sheet_that_does_not_say_its_size_is_read_once_and_row_by_row() -> None:
    workbook, file = Workbook(write_only=True), io.BytesIO()
    sheet: Any = workbook.create_sheet()
    for number in range(20_000):
        sheet.append([number])
    workbook.save(file)
    limits = Limits(unzipped=2 * MEGABYTE, in_memory=MEGABYTE, lines=20_000, row_tags=15_000, sheet_tags=200_000)
    assert len(rows_of(file, limits)[1]) == 19_999


def test_a_formula_is_refused_with_its_cell() -> None:
    with pytest.raises(WorkbookError) as refusal:
        rows_of(book(["A"], ["=1+1"]))
    assert (refusal.value.problem, refusal.value.detail) == (Problem.FORMULA, "A2")


def test_an_allowed_formula_is_read_as_its_last_value() -> None:
    limits = Limits(unzipped=MEGABYTE, in_memory=MEGABYTE, lines=5, allow_formulas=True)
    assert rows_of(book(["A"], ["=1+1"], ["x"]), limits) == (["A"], [(3, ["x"])])  # openpyxl stores no value


@pytest.mark.parametrize("limits", [Limits(100, MEGABYTE, 5), Limits(MEGABYTE, 100, 5)])
def test_a_workbook_that_unpacks_too_large_is_refused(limits: Limits) -> None:
    with pytest.raises(WorkbookError) as refusal:
        check_workbook(book(["A"]), limits)
    assert refusal.value.problem is Problem.TOO_LARGE


def test_openpyxl_parses_with_defusedxml_though_lxml_is_installed() -> None:
    assert (openpyxl.LXML, openpyxl.DEFUSEDXML) == (False, True)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("entity", ['<!ENTITY a "x">', '<!ENTITY a SYSTEM "file:///etc/hostname">'])
def test_a_workbook_with_entities_is_refused(part: str, entity: str) -> None:
    file = io.BytesIO()
    with ZipFile(book(["A"], ["x"])) as good, ZipFile(file, "w") as bad:
        for name in good.namelist():
            text = good.read(name).decode()
            begin = text.find("?>") + 2 if text.startswith("<?xml") else 0
            declaration = f"<!DOCTYPE x [{entity}]>" if name == part else ""
            bad.writestr(name, text[:begin] + declaration + text[begin:])
    with pytest.raises(WorkbookError):
        rows_of(file)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (" x ", " x "), (5.0, "5"), (5.5, "5.5"), (date(2026, 1, 2), "2026-01-02"), (True, "True")],
)
def test_cell_text_is_what_a_person_would_write(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_cell_text_of_a_moment_is_its_day() -> None:
    assert cell_text(datetime(2026, 1, 2, 3, 4)) == "2026-01-02"
