"""How much does a page cost over its own SQL and rendering? What the benchmarks of lists share.

One case is the view in process (request to rendered page, no session) against the statements that it sends, run bare
through a psycopg cursor, plus the rendering of the same rows held in memory. Medians of interleaved runs, in
milliseconds. There is no limit in seconds: only what one run compares with itself.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest import mock

from django.db import connection
from django.http import HttpRequest
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Account

LIMIT = 1.5
MOST_STATEMENTS = 12
Query = dict[str, str]
Statements = list[tuple[str, Any]]


@dataclass(frozen=True)
class Screen:
    """One page: the module of its view, and the name that the view and its address share."""

    module: ModuleType
    name: str

    def show(self, request: HttpRequest) -> object:
        return getattr(self.module, self.name)(request)

    def request_of(self, account_id: int, query: Query) -> Any:
        """A request by the delegate, as the middleware leaves it."""
        request: Any = RequestFactory().get(reverse(self.name), query)
        request.user = request.account = Account.objects.select_related("entity", "person").get(pk=account_id)
        request.entity = request.account.entity
        return request


@dataclass(frozen=True)
class Result:
    """What one case took, in milliseconds."""

    found: int
    statements: int
    page: float
    bare: float
    render: float

    @property
    def ratio(self) -> float:
        return self.page / (self.bare + self.render)

    @property
    def good(self) -> bool:
        return self.ratio <= LIMIT and self.statements <= MOST_STATEMENTS


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def bare(statements: Statements) -> None:
    """The same statements with nothing around them."""
    with connection.connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def watch(screen: Screen, request: HttpRequest) -> Statements:
    """The statements that the view sends."""
    sent: Statements = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        screen.show(request)
    return sent


def shown_by(screen: Screen, request: HttpRequest) -> Any:
    """What the view hands to its template, fresh: a form or a row that was rendered once is cheaper the next time."""
    with mock.patch.object(screen.module, "render", lambda *shown: shown):
        return screen.show(request)


def measure(screen: Screen, account_id: int, query: Query, repeats: int) -> Result:
    """One case: view, bare SQL and rendering in turn, `repeats` times; the first turn only warms up."""
    statements = watch(screen, screen.request_of(account_id, query))
    times = []
    for _ in range(repeats + 1):
        request, shown = screen.request_of(account_id, query), shown_by(screen, screen.request_of(account_id, query))
        times.append(
            (
                milliseconds(lambda request=request: screen.show(request)),  # type: ignore[misc]
                milliseconds(lambda: bare(statements)),
                milliseconds(lambda shown=shown: render(*shown)),  # type: ignore[misc]
            )
        )
    page, sql, rendering = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return Result(shown[2]["page"].count, len(statements), page, sql, rendering)


def compare(screen: Screen, account_id: int, title: str, cases: dict[str, Query], repeats: int) -> bool:
    """Print one line per case under a title; True when all are good."""
    good = True
    print(f"{title}, medians of {repeats}, ms")
    print(f"  {'case':<27}{'found':>8}{'SQL n':>6}{'page':>9}{'SQL bare':>10}{'render':>8}{'ratio':>7}")
    for name, query in cases.items():
        got = measure(screen, account_id, query, repeats)
        good = good and got.good
        print(
            f"  {name:<27}{got.found:>8}{got.statements:>6}{got.page:>9.1f}{got.bare:>10.1f}{got.render:>8.1f}"
            f"{got.ratio:>7.2f}{'' if got.good else '  <-- beyond the limit'}",
            flush=True,
        )
    return good
