"""How do numbers become figures, bar charts and day charts, which templates draw?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from mipres_admin.formatting import format_number


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and where its list is: a url name (or "") and a query.

    `share` is its part of the longest bar, in per cent.
    """

    label: str
    value: int
    page: str = ""
    query: str = ""
    share: int = 0

    @property
    def shown(self) -> str:
        """The number as it is written in Colombia."""
        return format_number(self.value)


@dataclass(frozen=True)
class Chart:
    """Figures side by side, as bars; `empty` is the text without any."""

    title: str
    note: str
    bars: tuple[Figure, ...]
    empty: str = ""


def chart_of(title: str, note: str, figures: Iterable[Figure], empty: str = "") -> Chart:
    """Bars in proportion to the longest; any value above zero is visible."""
    figures = tuple(figures)
    most = max((figure.value for figure in figures), default=0)
    bars = (Figure(f.label, f.value, f.page, f.query, max(100 * f.value // most, 1) if f.value else 0) for f in figures)
    return Chart(title, note, tuple(bars), empty)


# ---------------------------------------------------------------- day by day

PITCH = 10  # from one column to the next, in the drawing's own units; its height is 100


@dataclass(frozen=True)
class Column:
    """One day: its number, and where and how high its column is drawn."""

    day: date
    value: int
    x: int
    height: int

    @property
    def y(self) -> int:
        """Where the column begins: drawings count from the top."""
        return 100 - self.height

    @property
    def shown(self) -> str:
        """The number as it is written in Colombia."""
        return format_number(self.value)


@dataclass(frozen=True)
class DayChart:
    """A number a day, the oldest first, without gaps; `empty` is the text where all are zero."""

    title: str
    note: str
    columns: tuple[Column, ...]
    empty: str

    @cached_property
    def highest(self) -> Column:
        """The day with the most, the first of equals."""
        return max(self.columns, key=lambda column: column.value)

    @cached_property
    def total(self) -> int:
        """All days together."""
        return sum(column.value for column in self.columns)

    @property
    def total_shown(self) -> str:
        """The total as it is written in Colombia."""
        return format_number(self.total)

    @property
    def width(self) -> int:
        """Of the drawing, in its own units."""
        return PITCH * len(self.columns)


def last_days(days: int, today: date) -> list[date]:
    """This many days up to and including today, the oldest first."""
    return [today - timedelta(days=back) for back in reversed(range(days))]


def day_chart(title: str, note: str, counts: Mapping[date, int], days: list[date], empty: str) -> DayChart:
    """The columns of `days`, zero for a day without count; any value above zero is visible."""
    values = [counts.get(day, 0) for day in days]
    most = max(values, default=0)
    heights = (max(100 * value // most, 2) if value else 0 for value in values)
    columns = (
        Column(day, value, PITCH * number, height)
        for number, (day, value, height) in enumerate(zip(days, values, heights, strict=True))
    )
    return DayChart(title, note, tuple(columns), empty)
