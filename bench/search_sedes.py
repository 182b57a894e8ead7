"""How much does a search of Consultar Sedes Proveedor cost over its own SQL? `uv run python -m bench.search_sedes`.

Works in any migrated database, named by DATABASE_URL: it invents 100,000 sedes of providers in a transaction, measures,
and takes everything back.

    createdb sedes && export MIPRES_MODE=test DATABASE_URL=postgres://user@127.0.0.1/sedes
    uv run manage.py migrate
    uv run python -m bench.search_sedes [--sedes 100000] [--repeats 15]

For the largest provider (a fifth of the sedes) and a usual one (forty), for every filter: the view in process against
the statements that it sends, run bare, plus the rendering of the same rows held in memory. Medians of interleaved runs,
in milliseconds. Exits with 1 where a search costs more than 1.5 times that. There is no limit in seconds: only what one
run compares with itself.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Account, Person
from bench.list_page import Query, Result, Statements, bare, milliseconds
from entities.models import Entity, EntityKind, Municipality, Sede
from entities.views import sedes as views

USUAL = 40
WORDS = ("Farmacia", "Droguería", "Depósito", "Botica", "Norte", "Sur", "Central", "Álamos", "Ñandú", "Laureles")
LAST_CODE = 999_999
COLUMNS = "entity_id, code, name, municipality_id, address, phone, email, provider_class, closed_on"


def _places(providers: list[int], towns: list[str], number: int) -> Iterator[tuple[Any, ...]]:
    """A fifth of the sedes for the first provider, forty for each of the others; one in ten is disabled."""
    for n in range(number):
        provider = providers[0] if n < number // 5 else providers[1 + (n - number // 5) // USUAL]
        name = f"{WORDS[n % 4]} {WORDS[4 + n % 6]} {n}"
        closed_on = "2026-01-02" if n % 10 == 0 else None
        code = f"PROV{LAST_CODE - number + 1 + n:06}"
        yield provider, code, name, towns[n % len(towns)], f"Calle {n % 200} # {n % 90}-{n % 70}", "", "", "", closed_on


def fill(number: int) -> list[Account]:
    """The providers with their sedes; the delegates of the largest one and of a usual one."""
    count = 2 + (number - number // 5) // USUAL
    made = Entity.objects.bulk_create(
        Entity(kind=EntityKind.PROVEEDOR, nit=f"8{n:08}", name=f"Proveedor {n}") for n in range(count)
    )
    towns = list(Municipality.objects.order_by("code").values_list("code", flat=True))
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY entities_sede ({COLUMNS}) FROM STDIN") as copy:
            for row in _places([entity.pk for entity in made], towns, number):
                copy.write_row(row)
        cursor.execute("ANALYZE entities_sede, entities_entity")
    person = Person.objects.create(
        document_type="CC", document_number="BENCH1", first_name="Nadie", first_surname="Nadie"
    )
    return [
        Account.objects.create(login=f"ADMPROV{entity.nit}", entity=entity, person=person, email="nadie@correo.example")
        for entity in (made[0], made[count // 2])
    ]


def request_of(account: Account, query: Query) -> HttpRequest:
    """A request by the delegate, as the middleware leaves it."""
    request = RequestFactory().get(reverse("sedes"), query)
    request.user = Account.objects.select_related("entity", "person").get(pk=account.pk)
    return request


def watch(request: HttpRequest) -> tuple[Statements, tuple[Any, ...]]:
    """The statements that the view sends, and what it hands to its template."""
    sent: Statements = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note), mock.patch.object(views, "render", wraps=render) as rendered:
        views.sedes(request)
    return sent, rendered.call_args.args


def measure(account: Account, query: Query, repeats: int) -> Result:
    """One case: view, bare SQL and rendering in turn, `repeats` times; the first turn only warms up."""
    statements, shown = watch(request_of(account, query))
    times = []
    for _ in range(repeats + 1):
        request = request_of(account, query)
        times.append(
            (
                milliseconds(lambda request=request: views.sedes(request)),  # type: ignore[misc]
                milliseconds(lambda: bare(statements)),
                milliseconds(lambda: render(*shown)),
            )
        )
    page, sql, rendering = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return Result(shown[2]["page"].count, len(statements), page, sql, rendering)


def cases(entity: Entity) -> dict[str, Query]:
    """Every filter, with words that some of this provider's sedes answer to."""
    own = Sede.objects.visible_to(entity).order_by("code", "pk")
    count = own.count()
    middle, deep = own[count // 2], own[count * 9 // 10]
    return {
        "first page": {},
        "deep page": {"despues": str(deep.pk)},
        "page before a deep one": {"antes": str(deep.pk)},
        "tipo": {"tipo": "sede"},
        "habilitadas": {"estado": "habilitadas"},
        "deshabilitadas": {"estado": "deshabilitadas"},
        "deshabilitadas, deep page": {"estado": "deshabilitadas", "despues": str(deep.pk)},
        "criterio, code": {"criterio": middle.code},
        "criterio, word": {"criterio": "drogueria"},
        "criterio, two words": {"criterio": "nandu farmacia"},
        "criterio, whole name": {"criterio": middle.name},
        "criterio, 2 letters": {"criterio": "fa"},
        "criterio, 1 letter": {"criterio": "f"},
        "criterio, nothing": {"criterio": "zzyzx"},
        "all filters": {"tipo": "sede", "estado": "habilitadas", "criterio": "laureles"},
    }


def run(account: Account, repeats: int) -> bool:
    """Print one line per case; True when all are good."""
    good, entity = True, account.entity
    assert entity is not None
    print(f"{entity}: {Sede.objects.visible_to(entity).count()} sedes, medians of {repeats}, ms")
    print(f"  {'case':<27}{'found':>8}{'SQL n':>6}{'page':>9}{'SQL bare':>10}{'render':>8}{'ratio':>7}")
    for name, query in cases(entity).items():
        got = measure(account, query, repeats)
        good = good and got.good
        print(
            f"  {name:<27}{got.found:>8}{got.statements:>6}{got.page:>9.1f}{got.bare:>10.1f}{got.render:>8.1f}"
            f"{got.ratio:>7.2f}{'' if got.good else '  <-- beyond the limit'}",
            flush=True,
        )
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sedes", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=15)
    asked = parser.parse_args()
    with transaction.atomic():
        results = [run(account, asked.repeats) for account in fill(asked.sedes)]
        transaction.set_rollback(True)
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
