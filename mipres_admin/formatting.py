"""How are numbers, times and sentences written in Colombia?"""

import re
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import number_format

# tags may be between the two
_TWO_POINTS = re.compile(r"(?<!\.)\.((?:</\w+>)*)\.(?!\.)")


def one_point(text: str) -> str:
    """A text with one point where an abbreviation, such as S.A.S., ends a sentence."""
    return _TWO_POINTS.sub(r".\1", text)


def format_number(number: int) -> str:
    """A whole number, for example 577.000."""
    return number_format(number, force_grouping=True)


def format_day(day: date | None) -> str:
    """A day, for example 2026-11-29; of a moment, that of Colombia's clock; "" for none."""
    if isinstance(day, datetime):
        day = timezone.localdate(day)
    return day.isoformat() if day else ""


def format_moment(moment: datetime | None, *, seconds: bool = False) -> str:
    """A moment by Colombia's clock, for example 2026-11-29 08:15; "" for none."""
    if moment is None:
        return ""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
