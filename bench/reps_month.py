"""How long does a month of REPS take that merges providers, and its undoing? `uv run python -m bench.reps_month`.

REPS of the country with roles at many sedes; a month later 50 organisations pass their sedes to others, 200 sedes have
another code and 30 codes are badly written. Prints what the load counts, and seconds; exits with 1 when a count is
not what was made, or a table is not as before once the load is undone. Everything happens in a database of its own,
made and dropped here.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from accounts.models import Account, Person
from demo.synthetic_reps import Inventor, next_month, write
from entities.models import Sede
from entities.registries.reps import Reps
from registries.loading.loader import Options, load_file
from registries.loading.report import Report
from registries.loading.undo import undo_load
from registries.models import RegistryLoad
from roles.models import RegisteredUser, RoleAssignment

TABLES = ("entities_entity", "entities_sede", "entities_association", "delegates_appointment", "roles_roleassignment")
RENUMBERED, MERGERS, SPOILT = 200, 50, 30


def give_roles(people: int) -> None:
    """So many people, each with a role at one sede; the sedes in turn."""
    persons = Person.objects.bulk_create(
        Person(
            document_type="CC", document_number=f"1{n:09}", first_name="Ana", first_surname=f"Prueba {n}",
            verified_how="ministerio", email=f"persona{n}@correo.example",
        )
        for n in range(people)
    )  # fmt: skip
    users = RegisteredUser.objects.bulk_create(
        RegisteredUser(person=person, kind="PROF", profession_id="P07", professional_registry=f"RM{person.pk}")
        for person in persons
    )
    sedes = list(Sede.objects.filter(entity__kind="IPS").order_by("code"))
    by = Account.objects.create(login="ADMIPS1", email="d@e.example", entity=sedes[0].entity, person=persons[0])
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, sede=sede, entity_id=sede.entity_id, role="Rol_Anulador", created_by=by)
        for user, sede in zip(users, (sedes[n % len(sedes)] for n in range(people)), strict=True)
    )


def contents() -> dict[str, str]:
    """A hash of every value of every row."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} AS t ORDER BY 1")
            found[table] = hashlib.sha256("".join(row for (row,) in cursor.fetchall()).encode()).hexdigest()
    return found


def timed[T](what: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    result = work()
    print(f"{what:<34} {time.perf_counter() - start:6.1f} s", flush=True)
    return result


def loaded(path: Path) -> Report:
    return load_file(Reps(), path, Options(allow_closing=True), lambda rows, done: None)


def month(folder: Path, rows: int, people: int) -> bool:
    """Load, load the month, undo it; whether all of it is as it was made."""
    march = Inventor(1, date(2026, 3, 12)).rows(rows)
    made = next_month(march, 1, mergers=MERGERS, renumbered=RENUMBERED, spoilt=SPOILT)
    write(folder / "march.csv", march)
    write(folder / "april.csv", made.rows)
    timed("first load", lambda: loaded(folder / "march.csv"))
    give_roles(people)
    before = contents()
    report = timed("the month", lambda: loaded(folder / "april.csv"))
    totals = report.totals()
    print("  ", {name: count for name, count in totals.items() if count})
    expected = {"transferred": len(made.merged), "new": RENUMBERED, "rejected": SPOILT}
    result = timed("undoing it", lambda: undo_load(Reps(), RegistryLoad.objects.latest("pk")))
    print("  ", result.totals())
    told = {name: totals.get(name, 0) for name in expected} == expected
    # a code that a spreadsheet rounded may be one of many: none of these is closed
    told = (
        told
        and {sede[:12] for sede in report.closed} <= made.renumbered
        and len(report.closed) + totals["retained"] == RENUMBERED + SPOILT
    )
    return told and contents() == before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=77_000)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "bench_reps_month"
    setup_test_environment()
    databases: Any = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            good = month(Path(folder), options.rows, options.people)
    finally:
        teardown_databases(databases, verbosity=0)
    print("as it was made, and as before once undone" if good else "NOT as it was made, or not as before")
    sys.exit(not good)


if __name__ == "__main__":
    main()
