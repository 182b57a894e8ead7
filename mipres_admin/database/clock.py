"""What time is it, for what is written with a time? PostgreSQL's: one clock for all servers of the portal."""

from datetime import date, datetime, time

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The moment by PostgreSQL's clock, which also judges what is in force (`Now()` in querysets)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        ((moment,),) = cursor.fetchall()
    return moment  # type: ignore[no-any-return]


def today() -> date:
    """The day it is in Colombia."""
    return timezone.localdate()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Colombia."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
