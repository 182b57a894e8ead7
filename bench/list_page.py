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
import sys
import time
from typing import Any

from django.db.models import Count

from accounts.models import Account
from bench.pages import Query, Screen, compare
from entities.models import Entity
from roles.models import RoleAssignment
from roles.views import users as views

USERS = Screen(views, "users")


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
    account = Account.objects.filter(entity=entity).order_by("pk")[0]
    title = f"{entity}: {RoleAssignment.objects.visible_to(entity).count()} assignments"
    return compare(USERS, account.pk, title, cases(entity), repeats)


def export(entity: Entity) -> None:
    """Stream the workbook of an entity and print what it took."""
    request: Any = USERS.request_of(Account.objects.filter(entity=entity).order_by("pk")[0].pk, {"estado": "todos"})
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
    options = parser.parse_args()
    sizes = Entity.objects.annotate(size=Count("assignments")).filter(size__gt=0, accounts__isnull=False)
    ordered = list(sizes.order_by("-size", "pk"))
    if not ordered:
        sys.exit("This database has no assignments: fill it with `uv run manage.py make_load`.")
    if options.export:
        export(ordered[0])
    results = [run(entity, options.repeats) for entity in (ordered[0], ordered[len(ordered) // 2])]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
