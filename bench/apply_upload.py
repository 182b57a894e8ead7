"""How much faster is a workbook than its rows one by one? `uv run python -m bench.apply_upload`.

The yardstick, in the same run: the same rows through the actions of the screens, one transaction each. Half of the rows
give a role, a quarter move a last day, a quarter take a role; each person has four rows, at two sedes. Both sides
write the same history; mails are made and captured. Everything happens in a database of its own, made and dropped
here. Prints rows a second and statements a row; exits with 1 where the workbook is less than five times as quick.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import setup_databases, setup_test_environment, teardown_databases
from django.utils import timezone

from accounts.models import Account, Person
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from roles.actions.role_assignments import activate_user, change_last_day, update_roles
from roles.actions.uploads import apply_upload, make_upload
from roles.matrix import Option
from roles.models import RegisteredUser, RoleAssignment
from roles.uploads.workbook_reader import SheetRow
from roles.validity import today

LEAST = 5
GIVEN, MOVED, TAKEN = "Rol_Anulador", "Rol_Prescriptor", "Rol_JuntaMedicaIPS"
LAST = today() + timedelta(days=90)
Change = tuple[RegisteredUser, Sede, str, str]


def clinic(number: int, people: int) -> tuple[Account, list[Change]]:
    """An IPS with its delegate, two sedes and so many people; and four changes for each."""
    entity = Entity.objects.create(kind="IPS", nit=f"90000000{number}", name=f"Clínica {number}")
    place: dict[str, Any] = {"entity": entity, "municipality_id": "11001", "address": "Calle 1"}
    sedes = [Sede.objects.create(code=f"1100{number}000010{n}", name=f"Sede {n}", **place) for n in (1, 2)]
    persons = Person.objects.bulk_create(
        Person(
            document_type="CC", document_number=f"{number}{n:08}", first_name="Ana", first_surname=f"Prueba {n}",
            verified_how="ministerio",
            email=f"persona{number}{n}@correo.example",
        )
        for n in range(people)
    )  # fmt: skip
    users = RegisteredUser.objects.bulk_create(
        RegisteredUser(person=person, kind="PROF", profession_id="P07", professional_registry=f"RM{person.pk}")
        for person in persons
    )
    by = Account.objects.create(login=f"ADMIPS{number}", email="d@e.example", entity=entity, person=persons[0])
    values: dict[str, Any] = {"entity": entity, "created_by": by, "starts_at": timezone.now() - timedelta(days=9)}
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, sede=sedes[0], role=role, **values) for user in users for role in (MOVED, TAKEN)
    )
    first, second = sedes
    changes = ((first, GIVEN, "give"), (first, MOVED, "move"), (first, TAKEN, "take"), (second, GIVEN, "give"))
    return by, [(user, *change) for user in users for change in changes]


def one_by_one(by: Account, rows: list[Change]) -> None:
    """Each row through its action of the screens."""
    for user, sede, role, change in rows:
        here: dict[str, Any] = {"by": by, "user": user, "sede": sede, "option": Option.PROFESIONAL}
        if change == "give":
            activate_user(**here, roles=[role])
        elif change == "move":
            change_last_day(**here, role=role, last=LAST)
        else:
            update_roles(**here, roles=[GIVEN, MOVED], expected_roles=[GIVEN, MOVED, TAKEN])


def sheet(rows: list[Change]) -> Iterator[SheetRow]:
    """The same rows as a workbook says them."""
    for line, (user, sede, role, change) in enumerate(rows, start=2):
        texts = {
            "TIPO DOCUMENTO": user.person.document_type,
            "NÚMERO DOCUMENTO": user.person.document_number,
            "CÓDIGO ENTIDAD": sede.code,
            "ROL": role,
            "HASTA": LAST.isoformat() if change == "move" else "",
            "ESTADO": "Terminado" if change == "take" else "",
        }
        yield SheetRow(line, texts)


def timed(what: str, rows: int, work: Callable[[], object]) -> float:
    """Print and return how many rows a second a work does."""
    statements = 0

    def note(execute: Any, *sent: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*sent)

    start = time.perf_counter()
    with connection.execute_wrapper(note):
        work()
    rate = rows / (time.perf_counter() - start)
    print(f"{what:<22}{rate:>8.0f} rows/s{1_000 / rate:>8.2f} ms a row{statements / rows:>7.2f} statements a row")
    return rate


def measure(rows: int) -> float:
    """How many times as quick the workbook is, for so many rows."""
    by, changes = clinic(1, rows // 4)
    alone = timed("one action each", len(changes), lambda: one_by_one(by, changes))
    acts = HistoryEntry.objects.count()
    by, changes = clinic(2, rows // 4)
    lines = list(sheet(changes))
    start = time.perf_counter()
    upload = make_upload(by=by, file_name="a.xlsx", sha256="0" * 64, rows=lines)
    print(f"{'preview':<22}{len(lines) / (time.perf_counter() - start):>8.0f} rows/s")
    together = timed("applying the workbook", len(lines), lambda: apply_upload(by=by, upload=upload, mode="todo"))
    written = HistoryEntry.objects.filter(actor=by).count()
    if written != acts + 1:
        sys.exit(f"The workbook wrote {written} rows of history, the actions {acts}: they do not mean the same.")
    return together / alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000)
    options = parser.parse_args()
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = "bench_apply_upload"
    databases: Any = setup_databases(verbosity=0, interactive=False)
    try:
        with transaction.atomic():
            measure(40)  # warms up
            transaction.set_rollback(True)
        times = measure(options.rows)
    finally:
        teardown_databases(databases, verbosity=0)
    print(f"the workbook is {times:.1f} times as quick (limit {LEAST})")
    sys.exit(times < LEAST)


if __name__ == "__main__":
    main()
