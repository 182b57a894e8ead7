"""How long does a load take that ends thousands of roles? `uv run python -m bench.end_roles`.

An IPS with ten closed sedes and an open one; each person has two roles at one of them. Timed are the effects of a load:
finding what no longer fits, then ending it with history, mails and commit; then undoing. Prints seconds, roles a second
and statements. Everything happens in a database of its own, made and dropped here.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import setup_databases, setup_test_environment, teardown_databases
from django.utils import timezone

from accounts.models import Account, Person
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from registries.models import RegistryLoad
from roles.models import RegisteredUser, RoleAssignment
from roles.registries import effects
from roles.registries.ineligible_assignments import ineligible_assignments
from roles.validity import today

ROLES = ("Rol_Prescriptor", "Rol_Anulador")


def country(people: int) -> None:
    """So many people with two roles each at one of ten closed sedes, and as many with theirs at an open one."""
    entity = Entity.objects.create(kind="IPS", nit="900000001", name="Clínica")
    place: dict[str, Any] = {"entity": entity, "municipality_id": "11001", "address": "Calle 1"}
    sedes = [
        Sede.objects.create(code=f"1100100001{n:02}", name=f"Sede {n}", closed_on=today() if n < 10 else None, **place)
        for n in range(11)
    ]
    persons = Person.objects.bulk_create(
        Person(
            document_type="CC", document_number=f"1{n:09}", first_name="Ana", first_surname=f"Prueba {n}",
            verified_how="ministerio",
            email=f"persona{n}@correo.example",
        )
        for n in range(2 * people)
    )  # fmt: skip
    users = RegisteredUser.objects.bulk_create(
        RegisteredUser(person=person, kind="PROF", profession_id="P07", professional_registry=f"RM{person.pk}")
        for person in persons
    )
    by = Account.objects.create(login="ADMIPS1", email="d@e.example", entity=entity, person=persons[0])
    values: dict[str, Any] = {"entity": entity, "created_by": by, "starts_at": timezone.now() - timedelta(days=9)}
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, sede=sedes[n % 10 if n < people else 10], role=role, **values)
        for n, user in enumerate(users)
        for role in ROLES
    )


def timed(what: str, roles: int, work: Callable[[], object]) -> None:
    """Print how long a work took."""
    statements = 0

    def note(execute: Any, *sent: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*sent)

    start = time.perf_counter()
    with connection.execute_wrapper(note):
        work()
    seconds = time.perf_counter() - start
    print(f"{what:<34}{seconds:>7.2f} s{roles / seconds:>9.0f} roles/s{statements:>6} statements")


def committed(work: Callable[[], object]) -> Callable[[], object]:
    """The work with its commit, where the history is chained."""

    def whole() -> None:
        with transaction.atomic():
            work()

    return whole


def measure(roles: int) -> None:
    country(roles // len(ROLES))
    load = RegistryLoad.objects.create(kind="reps", file_name="reps.csv", sha256="0" * 64, counts={})
    again = RegistryLoad.objects.create(kind="reps", file_name="reps.csv", sha256="0" * 64, counts={})
    timed("finding what no longer fits", roles, lambda: ineligible_assignments(timezone.now()))
    timed("apply, with commit", roles, committed(lambda: effects.apply(load)))
    timed("apply again, nothing left", roles, committed(lambda: effects.apply(again)))
    print(f"{HistoryEntry.objects.count()} rows of history, {OutgoingMail.objects.count()} mails")
    timed("undo, with commit", roles, committed(lambda: effects.undo(load)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, default=5_000)
    options = parser.parse_args()
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = "bench_end_roles"
    databases: Any = setup_databases(verbosity=0, interactive=False)
    try:
        measure(options.roles)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
