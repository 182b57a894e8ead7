"""How much does a search of Consultar Sedes Proveedor cost over its own SQL? `uv run python -m bench.search_sedes`.

Works in any migrated database, named by DATABASE_URL: it invents 100,000 sedes of providers in a transaction, measures,
and takes everything back.

    createdb sedes && export MIPRES_MODE=test DATABASE_URL=postgres://user@127.0.0.1/sedes
    uv run manage.py migrate
    uv run python -m bench.search_sedes [--sedes 100000] [--repeats 15]

For the largest provider (a fifth of the sedes) and a usual one (forty), for every filter: see `bench.pages`. Exits with
1 where a search costs more than 1.5 times its SQL and rendering.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from accounts.models import Account, Person
from bench.pages import Query, Screen, compare
from entities.models import Entity, EntityKind, Municipality, Sede
from entities.views import sedes as views

SEDES = Screen(views, "sedes")
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
        document_type="CC",
        document_number="BENCH1",
        first_name="Nadie",
        first_surname="Nadie",
        verified_how="ministerio",
    )
    return [
        Account.objects.create(login=f"ADMPROV{entity.nit}", entity=entity, person=person, email="nadie@correo.example")
        for entity in (made[0], made[count // 2])
    ]


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
    entity = account.entity
    assert entity is not None
    title = f"{entity}: {Sede.objects.visible_to(entity).count()} sedes"
    return compare(SEDES, account.pk, title, cases(entity), repeats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sedes", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    with transaction.atomic():
        results = [run(account, options.repeats) for account in fill(options.sedes)]
        transaction.set_rollback(True)
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
