"""From when until when is a role in force? Days for people, moments for the database.

A role given until a day is in force to the end of that day and stops at 00:00 of the next one, America/Bogota,
without any job (`RoleAssignment.objects.current`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from mipres_admin.database.clock import midnight as midnight
from mipres_admin.database.clock import today as today


def end_of(day: date, now: datetime) -> datetime:
    """The last moment of a day in Colombia as far as `now`: for today, `now` itself."""
    return now if day == timezone.localdate(now) else midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def long_date(day: date) -> str:
    """A day as it is written in Colombia, for example 3 de mayo de 2026."""
    return date_format(day, r"j \d\e F \d\e Y").lower()


@dataclass(frozen=True)
class Validity:
    """The first and the last day of a role, both included; None is "from now on" and "no end"."""

    first: date | None = None
    last: date | None = None

    def starts_at(self, now: datetime) -> datetime:
        """The moment at which the role begins: at once when its first day is today or blank."""
        return midnight(self.first) if self.first and self.first > timezone.localdate(now) else now

    @property
    def ends_at(self) -> datetime | None:
        """The first moment at which the role is no longer in force, or None."""
        return midnight(self.last + timedelta(days=1)) if self.last else None

    def until(self, day: date | None) -> "Validity":
        """The same, ending on `day` at the latest (None changes nothing)."""
        if day is None or (self.last is not None and self.last <= day):
            return self
        return Validity(self.first, day)


OPEN = Validity()
