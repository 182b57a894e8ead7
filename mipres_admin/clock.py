"""What time is it, for what is written with a time? PostgreSQL's: one clock for all servers of the portal."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The moment by PostgreSQL's clock, which also judges what is in force (`Now()` in querysets)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        ((moment,),) = cursor.fetchall()
    return moment  # type: ignore[no-any-return]
