"""Are words folded alike in Python and in PostgreSQL?"""

import pytest
from django.db import connection
from hypothesis import example, given

from mipres_admin.database.text import fold, fold_key, fold_words
from tests.characters import TEXTS, read_differently


@pytest.mark.django_db
def test_fold_in_python_and_in_sql_are_equal_for_any_text() -> None:
    with connection.cursor() as cursor:

        @given(TEXTS)
        @example("Ñandú ÁÉÍÓÚ üÜ ª º ½ ﬁ K ℋ ß ẞ æ")
        @example("ΟΔΟΣ ΣΑΣ İIıi Øø Đđ Łł ‘’“”–—")
        @example("N\u0303 a\u0323\u0302 \u0345 \u0370 \u036f \u0483 ⳯\u0fb3 ϴ ｱﾞ 각")
        @example("  a  \t\r\n\u00a0\u2028 b ")
        @example("D’Luyz D´Luyz ŉ Łukasz Øß ẞÆœÞ ‐–— \u00ad\u200b\u202e \u1fef\u1ffd")
        def is_equal(text: str) -> None:
            cursor.execute("SELECT fold(%s)", [text])
            assert cursor.fetchone() == (fold(text),)

        is_equal()


@pytest.mark.django_db
def test_fold_in_python_and_in_sql_are_equal_for_every_character() -> None:
    assert read_differently(fold) == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ñandú  ÁÉ", "nandu  ae"),
        ("ﬁn", "fin"),
        ("Strauß Øst", "strauss ost"),
        ("", ""),
        ("D’Luyz dʼx", "d'luyz d'x"),
        ("Ruiz–Gó\u200bmez", "ruiz gomez"),
    ],
)
def test_fold_drops_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_fold_words_leaves_single_spaces() -> None:
    assert fold_words("  María \t JOSÉ ") == "maria jose"


def test_fold_key_leaves_letters_and_digits() -> None:
    assert fold_key("Direcci_nSede ") == fold_key("DIRECCI NSEDÉ") == "direccinsede"
