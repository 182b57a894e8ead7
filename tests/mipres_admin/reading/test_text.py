"""Is a text read alike in Python and in PostgreSQL, and without what nobody sees?"""

import unicodedata

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from mipres_admin.reading.text import CONTROL, clean_lines, clean_text, is_clean
from tests.characters import TEXTS, read_differently


@pytest.mark.django_db
def test_clean_text_in_python_and_in_sql_are_equal_for_any_text() -> None:
    with connection.cursor() as cursor:

        @given(TEXTS)
        @example(" D´Luyz \u00ad n\u0303\u200b\u0301 \u1fef\u1ffd – \u2000 \u2800\u202e")
        def is_equal(text: str) -> None:
            cursor.execute("SELECT clean_text(%s)", [text])
            assert cursor.fetchone() == (clean_text(text),)

        is_equal()


@pytest.mark.django_db
def test_clean_text_in_python_and_in_sql_are_equal_for_every_character() -> None:
    assert read_differently(clean_text) == []


@pytest.mark.django_db
def test_clean_in_python_and_in_sql_are_equal_for_any_text() -> None:
    with connection.cursor() as cursor:

        @given(TEXTS)
        @example("a\x07b")
        @example("uno\n\ndos")
        @example("uno \ndos")
        @example("n\n\u0303")
        @example("\nuno")
        @example("uno\r\ndos")
        def is_equal(text: str) -> None:
            cursor.execute("SELECT is_clean(text), is_clean_lines(text) FROM (SELECT %s AS text)", [text])
            is_clean_lines = clean_lines(text) == text and not CONTROL.search(text)
            assert cursor.fetchone() == (is_clean(text), is_clean_lines)

        is_equal()


@pytest.mark.django_db
def test_clean_in_python_and_in_sql_are_equal_for_every_mark_among_others() -> None:
    """A mark that only one of them knows is put in order by it alone: one of them has a later version of Unicode."""
    where_marks_are = {code: unicodedata.category(chr(code)) for code in (*range(1, 0x20000), *range(0xE0000, 0xE1000))}
    codes = [code for code, category in where_marks_are.items() if category == "Cn" or category.startswith("M")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, is_clean('a' || chr(code) || U&'\\0327\\0301') FROM unnest(%s, %s) AS _ (code, known) "
            "WHERE known OR unicode_assigned(chr(code))",
            [codes, [where_marks_are[code] != "Cn" for code in codes]],
        )
        answers = cursor.fetchall()
    assert [hex(code) for code, clean in answers if clean != is_clean(f"a{chr(code)}\u0327\u0301")] == []


@given(st.text(max_size=40))
def test_what_was_cleaned_is_clean(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


def test_every_mark_of_format_is_removed() -> None:
    marks = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert [mark for mark in marks if clean_text(f"a{mark}b") != "ab"] == []


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  María \t José\n", "María José"),
        ("n\u0303andu\u0301", "ñandú"),
        ("D’Luyz d‘x dʼy d´z d`w", "D'Luyz d'x d'y d'z d'w"),
        ("Ruiz–Gómez ‑ 10−2", "Ruiz-Gómez - 10-2"),
        ("\ufeffClí\u200bni\u00adca\u202e\u00a0Río", "Clínica Río"),
    ],
)
def test_clean_text_has_one_way_of_writing(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_clean_lines_keeps_the_lines() -> None:
    assert clean_lines("\n uno  dos \r\n\r\n tres\u200b\n") == "uno dos\n\ntres"


@pytest.mark.parametrize("character", ["\0", "\x07", "\x7f", "\ud800", "\ufffe"])
def test_text_with_a_control_character_is_not_clean(character: str) -> None:
    assert not is_clean(f"a{character}b")
