"""Is what people search read alike in Python and in PostgreSQL, and found however it is written?"""

import pytest
from django.db import connection
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mipres_admin.database.text import key_words, search_key, search_text, search_words
from mipres_admin.reading.identifiers import check_digit
from tests.characters import TEXTS, read_differently


@pytest.mark.django_db
def test_search_key_in_python_and_in_sql_are_equal_for_any_text() -> None:
    with connection.cursor() as cursor:

        @given(TEXTS)
        @example("S.A.S. – D’Luyz, «Ñandú» & Cía. (900.123.456-8) № 5 ½ × ÷ ¿? _ｱ· …")
        def is_equal(text: str) -> None:
            cursor.execute("SELECT search_text(%s), search_key(%s)", [text, text])
            assert cursor.fetchone() == (search_text(text), search_key(text))

        is_equal()


@pytest.mark.django_db
def test_search_key_in_python_and_in_sql_are_equal_for_every_character() -> None:
    assert read_differently(search_text) == []


@pytest.mark.django_db
def test_check_digit_in_python_and_in_sql_are_equal() -> None:
    with connection.cursor() as cursor:

        @given(st.text("0123456789", max_size=12) | TEXTS)
        @example("900123456\n")
        @example("٣٣٣٣٣٣")
        def is_equal(nit: str) -> None:
            cursor.execute("SELECT check_digit(%s)", [nit])
            assert cursor.fetchone() == (check_digit(nit),)

        is_equal()


@pytest.mark.parametrize("text", ["SAS", "S.A.S.", "S A S", "s. a. s.", "S-A-S", "S,A,S", "S.A.S"])
def test_initials_are_one_word_however_they_are_written(text: str) -> None:
    assert key_words(text) == ["sas"] == [search_key(text)]


@pytest.mark.parametrize("text", ["NIT 900.123.456-8", "NI900123456", "N.I.T. 900123456-8", "nit: 900123456"])
def test_nit_is_searched_without_its_label_and_check_digit(text: str) -> None:
    assert key_words(text) == ["900123456"]


@given(TEXTS)
@example("Coop-Salud S.A.S., sede 1.2 – D’Luyz")
@example("A NIT 5")
def test_every_text_is_found_by_itself(text: str) -> None:
    key = search_key(text)
    assume(key)
    assert [word for word in key_words(text) if word not in key] == []


def test_signs_alone_find_nothing() -> None:
    assert key_words(" % .") == ["%."]


def test_words_of_names_keep_their_initials_apart() -> None:
    assert search_words("Pérez, J. R.") == ["perez", "j", "r"]
