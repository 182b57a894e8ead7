"""On which days is something in force? People read days, both included; the database keeps moments.

What ends on a day is in force to the end of it: the moment kept is 00:00 of the next one, America/Bogota, and is not
included. Whatever shows an end to somebody reads it here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from mipres_admin.database.clock import midnight


@dataclass(frozen=True)
class Validity:
    """The first and the last day of a role or an association, both included; None is "from now on" and "no end"."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime | None) -> "Validity":
        """The days of what is in force from one moment up to but not including another (None: no end)."""
        last = timezone.localdate(ends_at - timedelta(microseconds=1)) if ends_at else None
        return cls(timezone.localdate(starts_at), last)

    def starts_at(self, now: datetime) -> datetime:
        """The moment at which it begins: at once when its first day is today or blank."""
        return midnight(self.first) if self.first and self.first > timezone.localdate(now) else now

    @property
    def ends_at(self) -> datetime | None:
        """The first moment at which it is no longer in force, or None."""
        return midnight(self.last + timedelta(days=1)) if self.last else None

    def until(self, day: date | None) -> "Validity":
        """The same, ending on `day` at the latest (None changes nothing)."""
        if day is None or (self.last is not None and self.last <= day):
            return self
        return Validity(self.first, day)


OPEN = Validity()
