"""Do counters stop what comes too often, count each try once, and go when they are over?"""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from mipres_admin.jobs import scheduling
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.models import RateCounter

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
    assert "sweep_rate_counters" in scheduling.names()
    limiter.sweep()
    assert RateCounter.objects.get().key == "young"
