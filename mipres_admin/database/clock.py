"""What time is it? By PostgreSQL's clock, which all servers of the portal share."""

from datetime import date, datetime, time

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The moment by PostgreSQL's clock, which querysets use too (`Now()`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchall()[0][0]
    return moment


def today() -> date:
    """The day it is in Colombia."""
    return timezone.localdate()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Colombia."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
