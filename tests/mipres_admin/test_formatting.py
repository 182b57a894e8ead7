"""Are numbers and moments written as in Colombia?"""

from datetime import UTC, datetime

import pytest

from mipres_admin.formatting import format_day, format_moment, format_number, one_point


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (1200, "1.200"), (1234567, "1.234.567")])
def test_a_number_has_dots_between_thousands(number, text):
    assert format_number(number) == text


def test_a_moment_is_in_the_time_of_colombia():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert format_moment(moment) == "2026-01-01 22:04"
    assert format_moment(moment, seconds=True) == "2026-01-01 22:04:05"


def test_day_of_a_moment_is_that_of_colombia():
    assert format_day(datetime(2026, 1, 2, 3, tzinfo=UTC)) == "2026-01-01"


def test_no_moment_is_empty_text():
    assert format_moment(None) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("de Río S.A.S..", "de Río S.A.S."),
        ("de <strong>Río S.A.S.</strong>. Ya.", "de <strong>Río S.A.S.</strong> Ya."),
        ("Espere...", "Espere..."),
    ],
)
def test_sentence_ends_in_one_point(text: str, shown: str) -> None:
    assert one_point(text) == shown
