"""How are long lists paged? By the key of the last row, so that page 20,000 costs what page 2 costs."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page[Row: Model]:
    """One page of a list, the exact count of the whole list, and the addresses of its neighbours (or "").

    `is_more`: the list was only counted so far, and is longer.
    """

    rows: list[Row]
    count: int
    previous_url: str
    next_url: str
    is_more: bool = False


def _beyond(sort_field: str, row_key: tuple[Any, int], *, ascending: bool) -> Q:
    sign = "gt" if ascending else "lt"
    value, pk = row_key
    # the first condition adds nothing, but an index can begin there; it cannot at an OR
    from_here = Q(**{f"{sort_field}__{sign}e": value})
    return from_here & (Q(**{f"{sort_field}__{sign}": value}) | Q(**{f"pk__{sign}": pk}))


def _rows_beyond[Row: Model](
    rows: QuerySet[Row], sort_field: str, anchor: tuple[Any, int] | None, *, ascending: bool
) -> QuerySet[Row]:
    """The rows in this order, from the one after the anchor on; all of them without an anchor."""
    ordered = rows.order_by(sort_field, "pk") if ascending else rows.order_by(F(sort_field).desc(), "-pk")
    return ordered.filter(_beyond(sort_field, anchor, ascending=ascending)) if anchor else ordered


def _rows_of_page[Row: Model](
    rows: QuerySet[Row], sort_field: str, anchor: tuple[Any, int] | None, *, size: int, forward: bool, ascending: bool
) -> tuple[list[Row], bool]:
    """At most `size` rows after the anchor, or before it, in the order of the list; and whether there are more."""
    found = list(_rows_beyond(rows, sort_field, anchor, ascending=forward == ascending)[: size + 1])
    page_rows = found[:size]
    return page_rows if forward else page_rows[::-1], len(found) > size


def _neighbour(request: HttpRequest, name: str, rows: list[Any], *, exists: bool) -> str:
    """The address of the page before or after these rows, or "" where there is none."""
    if not rows or not exists:
        return ""
    pk = rows[0 if name == "antes" else -1].pk
    query = request.GET.copy()
    query.pop("despues", None)
    query.pop("antes", None)
    query[name] = str(pk)
    return f"{request.path}?{query.urlencode()}"


def _cursor(request: HttpRequest) -> tuple[int | None, bool]:
    """The pk that the address names, and whether the page goes forward from it; junk is the first page."""
    for name, forward in (("despues", True), ("antes", False)):
        raw = request.GET.get(name, "")
        if raw.isascii() and raw.isdigit() and len(raw) < 19:
            return int(raw), forward
    return None, True


def count_to(rows: QuerySet[Any], most: int | None) -> int:
    """How many there are; one more than `most` for any number above it, which costs no more than that to know."""
    return rows.count() if most is None else rows.order_by()[: most + 1].count()


def page_of[Row: Model](
    request: HttpRequest,
    rows: QuerySet[Row],
    sort_field: str,
    *,
    size: int = PAGE_SIZE,
    newest_first: bool = False,
    counted_to: int | None = None,
) -> Page[Row]:
    """The page of `rows` that the address asks for (`?despues=pk` or `?antes=pk`), ordered by `sort_field`, then pk.

    `newest_first` reverses the order; a list that always grows is counted to `counted_to` at most. Only a pk of
    the list itself moves the page; any other opens the first one.
    """
    pk, forward = _cursor(request)
    anchor = rows.filter(pk=pk).values_list(sort_field, "pk").first() if pk else None
    forward = forward or anchor is None
    ascending = not newest_first
    page_rows, more = _rows_of_page(rows, sort_field, anchor, size=size, forward=forward, ascending=ascending)
    has_next, has_previous = (more, anchor is not None) if forward else (True, more)
    # a first page that is also the last has counted the list
    count = count_to(rows, counted_to) if anchor or more else len(page_rows)
    shown = count if counted_to is None else min(count, counted_to)
    return Page(
        rows=page_rows,
        count=shown,
        is_more=count > shown,
        previous_url=_neighbour(request, "antes", page_rows, exists=has_previous),
        next_url=_neighbour(request, "despues", page_rows, exists=has_next),
    )
