"""Do days become the moments of the database, in Colombia's time?"""

from datetime import date, datetime, timedelta

from roles.validity import OPEN, Validity, end_of, long_date

NOW = datetime.fromisoformat("2026-05-03T10:00:00-05:00")
TODAY, TOMORROW = date(2026, 5, 3), date(2026, 5, 4)


def test_validity_of_today_starts_now_and_ends_after_its_last_day():
    assert Validity(TODAY, TODAY).starts_at(NOW) == NOW
    assert Validity(TODAY, TODAY).ends_at == datetime.fromisoformat("2026-05-04T00:00:00-05:00")
    assert Validity(TOMORROW).starts_at(NOW) == datetime.fromisoformat("2026-05-04T00:00:00-05:00")
    assert (OPEN.starts_at(NOW), OPEN.ends_at) == (NOW, None)


def test_until_only_shortens():
    assert OPEN.until(None) is OPEN
    assert OPEN.until(TODAY) == Validity(None, TODAY)
    assert Validity(None, TODAY).until(TOMORROW) == Validity(None, TODAY)


def test_end_of_today_is_now():
    assert end_of(TODAY, NOW) == NOW
    last = datetime.fromisoformat("2026-05-03T00:00:00-05:00") - timedelta(microseconds=1)
    assert end_of(date(2026, 5, 2), NOW) == last


def test_long_date_is_spanish():
    assert long_date(TODAY) == "3 de mayo de 2026"
