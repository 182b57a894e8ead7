"""Which documents, NITs and codes are read, and which are refused?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipres_admin.reading.identifiers import NotRead, check_digit, plain_word, read_code, read_document, read_nit

DIGITS = st.from_regex(r"[1-9][0-9]{3,9}", fullmatch=True)


def grouped(number: str, sign: str) -> str:
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", sign, number)


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        ("CC", "1.000.000.001", "1000000001"),
        ("CC", "1'000.000.001", "1000000001"),
        ("CC", "1,000,000,001", "1000000001"),
        ("CC", "1 000 000 001\u200b", "1000000001"),
        ("CC", "1000.000.001", "1000000001"),
        ("CC", "CC 123456", "123456"),
        ("CC", "c.c. No. 1.025.000.111", "1025000111"),
        ("CC", "CC-123456", "123456"),
        ("CC", f"1025000111-{check_digit('1025000111')}", "1025000111"),
        ("CC", "1.025.000 111a", "1025000111A"),
        ("PA", "ab 123456", "AB123456"),
        ("PA", "AB-123456", "AB123456"),
        ("PA", "PA123456", "PA123456"),
        ("PT", "ppt1" * 2, "PPT1PPT1"),
        ("", "1.000.001", "1000001"),
    ],
)
def test_document_that_is_certain_is_read(kind: str, text: str, number: str) -> None:
    assert read_document(text, kind) == number


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("CC", "1000000002.0"),
        ("CC", "1000000002.000"),
        ("CC", "1000000002,00"),
        ("CC", "1.000.000.002,00"),
        ("CC", "1E+9"),
        ("CC", "1.000000002E9"),
        ("CC", "1E9"),
        ("CC", "CE 123456"),
        ("CC", "123456 789012"),
        ("CC", "10-25"),
        ("CC", f"1025000111-{(int(check_digit('1025000111')) + 1) % 10}"),
        ("CC", "-1000000001"),
        ("CC", "12"),
        ("CC", "ñandú1"),
        ("CC", "١٢٣٤٥٦"),
        ("CC", "100\x08200"),
        ("PA", "PA 123456"),
        ("PA", "CC 123456"),
        ("", ""),
    ],
)
def test_document_that_is_not_certain_is_refused(kind: str, text: str) -> None:
    with pytest.raises(NotRead):
        read_document(text, kind)


@given(DIGITS, st.sampled_from(".' ,"), st.sampled_from(["", "CC ", "C.C. "]))
def test_document_with_thousands_is_itself(number: str, sign: str, before: str) -> None:
    assert read_document(before + grouped(number, sign), "CC") == number


@given(
    st.text(st.sampled_from("0123456789.,' -E+ACP\u200b\u00a0"), max_size=14), st.sampled_from(["CC", "PA", "NI", ""])
)
def test_no_digit_is_ever_added_moved_or_lost_in_the_middle(text: str, kind: str) -> None:
    try:
        number = read_document(text, kind)
    except NotRead:
        return
    written = "".join(filter(str.isdigit, text))
    assert "".join(filter(str.isdigit, number)) in (written, written[:-1])


@pytest.mark.parametrize(
    ("text", "nit"),
    [
        ("900123456", "900123456"),
        ("900.123.456", "900123456"),
        (f"900.123.456-{check_digit('900123456')}", "900123456"),
        (f"NIT 900123456 – {check_digit('900123456')}", "900123456"),
        (f"N.I.T. 900'123.456-{check_digit('900123456')}", "900123456"),
        ("1020304050", "1020304050"),
    ],
)
def test_nit_that_is_certain_is_read(text: str, nit: str) -> None:
    assert read_nit(text) == nit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "900123456.0",
        "9.00123456E+8",
        "CC 900123456",
        f"900123456-{(int(check_digit('900123456')) + 1) % 10}",
        f"900123456{check_digit('900123456')}",
        f"900123456 {check_digit('900123456')}",
        "90012345A",
        "900123456-",
    ],
)
def test_nit_that_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        read_nit(text)


@pytest.mark.parametrize("text", ["154640000101.0", "1.54640000101E+11", "15464,0000101", "15464-0000101"])
def test_code_that_a_spreadsheet_damaged_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        read_code(text)


def test_code_is_read_without_blanks_and_in_capitals() -> None:
    assert read_code(" 11001\u00a00000101 ") == "110010000101"
    assert read_code("eps008") == "EPS008"


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("900.123.456-8", "900123456"),
        ("900123456-1", "900123456"),
        ("1.000.000.001", "1000000001"),
        ("53", "53"),
        ("13-40", "13-40"),
        ("río", "río"),
    ],
)
def test_word_of_a_search_is_written_as_it_is_stored(word: str, plain: str) -> None:
    assert plain_word(word) == plain
