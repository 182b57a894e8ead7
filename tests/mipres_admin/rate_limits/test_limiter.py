"""Do counters stop what comes too often, count each try once, and go when they are over?"""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from mipres_admin.jobs import scheduling
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.models import RateCounter
from tests.accounts.origins import coming_from

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def count(key="a", allowed=2, by=1):
    return limiter.count(key, allowed=allowed, expires_at=timezone.now() + HOUR, by=by)


def test_a_full_counter_refuses_and_does_not_move():
    count()
    full = count()
    with pytest.raises(limiter.LimitReached):
        count()
    assert RateCounter.objects.values_list("count", "expires_at").get() == (2, full.expires_at)


def test_a_full_counter_is_logged_by_what_it_counts_and_not_for_whom(caplog):
    key = limiter.key_of("a purpose", "ADMIPS900123456")
    count(key, allowed=1)
    with pytest.raises(limiter.LimitReached):
        count(key, allowed=1)
    (line,) = caplog.records
    assert (line.getMessage(), line.funcName) == (f"A limit is reached: {key[:8]}.", "count")


def test_a_full_network_is_logged_by_what_is_counted(caplog):
    def guessed():
        limiter.count_networks("a purpose", allowed=1, expires_at=timezone.now() + HOUR)

    guessed()
    with pytest.raises(limiter.LimitReached):
        guessed()
    assert [line.funcName for line in caplog.records] == ["guessed"]


def test_a_count_that_a_wide_network_refuses_counts_in_none():
    expires_at = timezone.now() + HOUR
    for number in range(6):
        with coming_from(f"2001:db8:0:{number:x}::1"), suppress(limiter.LimitReached):
            limiter.count_networks("a purpose", allowed=1, expires_at=expires_at)
    # four /64, two of which nothing is counted, the /56 and the /48
    assert sorted(RateCounter.objects.values_list("count", flat=True)) == [0, 0, 1, 1, 1, 1, 4, 4]


def test_a_lease_that_a_wide_network_refuses_is_given_back():
    limit = limiter.LeasedLimit("a purpose", allowed=1, lease=1)
    with time_machine.travel(timezone.now(), tick=False):
        for number in range(1, 7):
            with coming_from(f"2001:db8:0:{number}::1"), suppress(limiter.LimitReached):
                limit.acquire()
        assert [limit._left[f"2001:db8:0:{number}::/64"] for number in range(1, 7)] == [0, 0, 0, 0, 1, 1]


def test_the_wait_is_told_in_whole_minutes():
    with time_machine.travel(timezone.now(), tick=False) as moment:
        count(allowed=1)
        moment.shift(timedelta(minutes=58, seconds=30))
        with pytest.raises(limiter.LimitReached) as refused:
            count(allowed=1)
        assert refused.value.wait == "2 minutos"


def test_an_expired_counter_begins_again():
    with time_machine.travel(timezone.now(), tick=False) as moment:
        count(by=2)
        moment.shift(HOUR)
        assert count().count == 1


def test_a_late_count_does_not_shorten_the_window():
    now = timezone.now()
    later = limiter.count("a", allowed=9, expires_at=now + HOUR)
    assert limiter.count("a", allowed=9, expires_at=now + HOUR / 2).expires_at == later.expires_at


def test_a_count_is_given_back_to_its_own_window_only():
    with time_machine.travel(timezone.now(), tick=False) as moment:
        first = count()
        moment.shift(HOUR)
        second = count()
        first.release()
        assert RateCounter.objects.get().count == 1
        second.release()
        assert RateCounter.objects.get().count == 0


def test_a_counter_is_one_row_per_key():
    count()
    with pytest.raises(IntegrityError), transaction.atomic():
        RateCounter.objects.create(key="a", count=1, expires_at=timezone.now())


def test_a_counter_is_never_negative():
    with pytest.raises(IntegrityError, match="rate_counter_not_negative"), transaction.atomic():
        RateCounter.objects.create(key="a", count=-1, expires_at=timezone.now())


def test_the_job_deletes_expired_counters_and_keeps_the_others():
    RateCounter.objects.create(key="old", count=1, expires_at=timezone.now())
    count("young")
    assert "Borrar conteos de límites vencidos" in scheduling.names()
    limiter.sweep()
    assert RateCounter.objects.get().key == "young"
