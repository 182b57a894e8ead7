"""How does a pair of columns become a PostgreSQL range? For the constraints that exclude overlaps."""

from django.db.models import Func


class TsTzRange(Func):
    """`tstzrange(start, end)`: from start on, up to but not including end; no end means without limit."""

    function = "tstzrange"


class DateRange(Func):
    """`daterange(first, last, '[]')`: both days included."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"
