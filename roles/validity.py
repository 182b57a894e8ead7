"""From when until when is a role in force? Days for people, moments for the database.

A role given until a day is in force to the end of that day and stops at 00:00 of the next one, America/Bogota,
without any job (`RoleAssignment.objects.current`).
"""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from mipres_admin.database.clock import midnight as midnight
from mipres_admin.database.clock import today as today
from mipres_admin.database.validity import OPEN as OPEN
from mipres_admin.database.validity import Validity as Validity


def end_of(day: date, now: datetime) -> datetime:
    """The last moment of a day in Colombia as far as `now`: for today, `now` itself."""
    return now if day == timezone.localdate(now) else midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def long_date(day: date) -> str:
    """A day as it is written in Colombia, for example 3 de mayo de 2026."""
    return date_format(day, r"j \d\e F \d\e Y").lower()
