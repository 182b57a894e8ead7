"""How much does a page of Consultar Usuarios cost over its own SQL? `uv run python -m bench.list_page`.

Needs a database that `make_load` has filled, named by DATABASE_URL (1.7 million rows an entity or three thousand, it
takes what it finds):

    createdb load && export MIPRES_MODE=test DATABASE_URL=postgres://user@127.0.0.1/load
    uv run manage.py migrate && uv run manage.py make_load
    uv run python -m bench.list_page [--repeats 15] [--export]

For the largest entity and a usual one, for every filter: the view in process (request to rendered page, no session)
against the statements that it sends, run bare through a psycopg cursor, plus the rendering of the same rows held in
memory. Medians of interleaved runs, in milliseconds. Exits with 1 where a page costs more than 1.5 times that, or
sends more than 12 statements. There is no limit in seconds: only what one run compares with itself.

`--export` also streams the workbook of the largest entity: time to the first byte, and growth of this process's memory.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.db import connection
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Account, RoleAssignment
from accounts.views import users as views
from entities.models import Entity

LIMIT = 1.5
MOST_STATEMENTS = 12
Query = dict[str, str]
Statements = list[tuple[str, Any]]


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


def request_of(account_id: int, query: Query) -> HttpRequest:
    """A request by the delegate, as the middleware leaves it."""
    request = RequestFactory().get(reverse("users"), query)
    request.user = Account.objects.select_related("entity", "person").get(pk=account_id)
    return request


def bare(statements: Statements) -> None:
    """The same statements with nothing around them."""
    with connection.connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def watch(request: HttpRequest) -> Statements:
    """The statements that the view sends."""
    sent: Statements = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        views.users(request)
    return sent


def shown_by(request: HttpRequest) -> Any:
    """What the view hands to its template, fresh: a form or a row that was rendered once is cheaper the next time."""
    with mock.patch.object(views, "render", lambda *shown: shown):
        return views.users(request)


def measure(account_id: int, query: Query, repeats: int) -> Result:
    """One case: view, bare SQL and rendering in turn, `repeats` times; the first turn only warms up."""
    statements = watch(request_of(account_id, query))
    times = []
    for _ in range(repeats + 1):
        request, shown = request_of(account_id, query), shown_by(request_of(account_id, query))
        times.append(
            (
                milliseconds(lambda request=request: views.users(request)),  # type: ignore[misc]
                milliseconds(lambda: bare(statements)),
                milliseconds(lambda shown=shown: render(*shown)),  # type: ignore[misc]
            )
        )
    page, sql, rendering = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return Result(shown[2]["page"].count, len(statements), page, sql, rendering)


def cases(entity: Entity) -> dict[str, Query]:
    """Every filter, with words that some of this entity's users answer to."""
    listed = RoleAssignment.objects.visible_to(entity).current().listed()
    count = listed.count()
    middle = listed.select_related("user__person", "sede")[count // 2]
    person, user, deep = middle.user.person, middle.user, listed[count * 9 // 10]
    professional = listed.filter(user__profession__isnull=False).select_related("user")[count // 4]
    return {
        "first page": {},
        "deep page": {"despues": str(deep.pk)},
        "page before a deep one": {"antes": str(deep.pk)},
        "rol": {"rol": middle.role},
        "rol, deep page": {"rol": deep.role, "despues": str(deep.pk)},
        "sede, code": {"entidad": middle.sede.code},
        "sede, word": {"entidad": "sede"},
        "vencen": {"estado": "vencen"},
        "por empezar": {"estado": "por-empezar"},
        "terminados": {"estado": "terminados"},
        "todos": {"estado": "todos"},
        "criterio, surname": {"criterio": person.first_surname},
        "criterio, name and surname": {"criterio": f"{person.first_name} {person.first_surname}"},
        "criterio, document": {"criterio": person.document_number},
        "criterio, login": {"criterio": user.login},
        "criterio, registro": {"criterio": professional.user.professional_registry},
        "criterio, 2 letters": {"criterio": person.first_surname[:2]},
        "criterio, 1 letter": {"criterio": person.first_surname[:1]},
        "criterio, nobody": {"criterio": "zzyzx"},
        "rol, sede and criterio": {
            "rol": middle.role, "entidad": middle.sede.code, "criterio": person.first_surname, "estado": "todos",
        },
    }  # fmt: skip


def run(entity: Entity, repeats: int) -> bool:
    """Print one line per case; True when all are good."""
    account, good = Account.objects.filter(entity=entity).order_by("pk")[0], True
    print(f"{entity}: {RoleAssignment.objects.visible_to(entity).count()} assignments, medians of {repeats}, ms")
    print(f"  {'case':<27}{'found':>8}{'SQL n':>6}{'page':>9}{'SQL bare':>10}{'render':>8}{'ratio':>7}")
    for name, query in cases(entity).items():
        got = measure(account.pk, query, repeats)
        good = good and got.good
        print(
            f"  {name:<27}{got.found:>8}{got.statements:>6}{got.page:>9.1f}{got.bare:>10.1f}{got.render:>8.1f}"
            f"{got.ratio:>7.2f}{'' if got.good else '  <-- beyond the limit'}",
            flush=True,
        )
    return good


def export(entity: Entity) -> None:
    """Stream the workbook of an entity and print what it took."""
    request = request_of(Account.objects.filter(entity=entity).order_by("pk")[0].pk, {"estado": "todos"})
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    parts = iter(views.download_users(request))
    size = len(next(parts))
    first = time.perf_counter() - start
    size += sum(len(part) for part in parts)
    took = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    print(f"workbook: first byte {first:.2f} s, all {took:.1f} s, {size / 1e6:.1f} MB; memory grew by {grown:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--export", action="store_true", help="stream the workbook of the largest entity, too")
    asked = parser.parse_args()
    sizes = Entity.objects.annotate(size=Count("assignments")).filter(size__gt=0, accounts__isnull=False)
    ordered = list(sizes.order_by("-size", "pk"))
    if not ordered:
        sys.exit("This database has no assignments: fill it with `uv run manage.py make_load`.")
    if asked.export:
        export(ordered[0])
    results = [run(entity, asked.repeats) for entity in (ordered[0], ordered[len(ordered) // 2])]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
