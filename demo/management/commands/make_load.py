"""How is a database filled to the size of the country? `manage.py make_load --users 1000000 --assignments 3000000`."""

import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import Account, Person
from demo.synthetic_users import MAX_PER_USER, SEDES_NEEDED, SWING, Country, Crowd, Row, SedeKeys, entities, sedes
from entities.models import Entity, EntityKind, Sede
from roles.models import RegisteredUser, RoleAssignment
from roles.validity import today

UNUSABLE_PASSWORD = "!make-load"
TICK = 250_000
CONSTRAINTS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'x') ORDER BY contype DESC, conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1
"""


class Command(BaseCommand):
    help = (
        "Llena una base de datos sin personas con usuarios y roles inventados, para medir el portal al tamaño del país."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", type=int, default=1_000_000, help="usuarios registrados")
        parser.add_argument("--assignments", type=int, default=3_000_000, help="roles asignados, entre todos")
        parser.add_argument("--seed", type=int, default=1, help="la misma semilla y el mismo día dan lo mismo")
        parser.add_argument("--day", type=date.fromisoformat, default=None, help="el día de hoy, AAAA-MM-DD")

    def handle(
        self, *args: Any, users: int, assignments: int, seed: int, day: date | None, verbosity: int, **options: Any
    ) -> None:
        if users < 1 or not 0 <= assignments <= users * (MAX_PER_USER - SWING - 1):
            raise CommandError(
                "Los usuarios deben ser 1 o más, con 9 roles cada uno como máximo, "
                "por ejemplo --users 1000 --assignments 3000."
            )
        if Person.objects.exists():
            raise CommandError(
                "No puede llenar esta base de datos porque ya tiene personas. Use una vacía: createdb y migrate."
            )
        self.loud, started = verbosity > 0, time.monotonic()
        with transaction.atomic(), connection.cursor() as cursor:
            self.cursor = cursor
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET CONSTRAINTS ALL IMMEDIATE")
            rows = self._fill(Crowd(users, assignments, seed, day or today()))
        with connection.cursor() as cursor:  # what autovacuum would do within the hour
            for model in (Person, RegisteredUser, RoleAssignment, Entity, Sede, Account):
                if not connection.in_atomic_block:
                    cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
        took = time.monotonic() - started
        self.stdout.write(f"{rows} filas en {took:.0f} s, {rows / took:,.0f} por segundo.")

    def _fill(self, crowd: Crowd) -> int:
        """Fill every table; returns the number of rows."""
        rows = 0
        if not Entity.objects.exists():
            rows += self._copy(Entity, "id kind identification_type nit name is_active", entities())
            rows += self._copy(
                Sede, "id entity_id code name municipality_id address phone email provider_class", sedes()
            )
        with self._without_indexes(Person):
            names = "first_name second_name first_surname second_surname"
            rows += self._copy(Person, f"id document_type document_number {names} email verified_how", crowd.people())
        with self._without_indexes(RegisteredUser):
            columns = "id public_id person_id kind profession_id professional_registry"
            rows += self._copy(RegisteredUser, columns, crowd.registrations())
        country = _country()
        accounts = _accounts(country, crowd.users)
        Account.objects.bulk_create(accounts, batch_size=2_000)
        delegates = {account.entity_id: account.pk for account in accounts if account.entity_id}
        with self._without_indexes(RoleAssignment):
            columns = "id user_id entity_id sede_id role starts_at ends_at created_by_id ended_by_id"
            rows += self._copy(RoleAssignment, columns, crowd.assignment_rows(country, delegates))
        return rows + len(accounts)

    @contextmanager
    def _without_indexes(self, model: type[Model]) -> Iterator[None]:
        """The table without indexes and foreign keys while it is filled; creating them again checks every row.

        CHECK, NOT NULL, triggers and the primary key stay. A failure rolls all of it back.
        """
        table = model._meta.db_table
        self.cursor.execute(CONSTRAINTS, [table])
        constraints = self.cursor.fetchall()
        self.cursor.execute(INDEXES, [table])
        indexes = self.cursor.fetchall()
        for name, _ in constraints:
            self.cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            self.cursor.execute(f"DROP INDEX {name}")
        yield
        for name, definition in indexes:
            self._timed(name, definition)
        for name, definition in constraints:
            self._timed(name, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    def _timed(self, what: str, sql: str) -> None:
        started = time.monotonic()
        self.cursor.execute(sql)
        self._say(f"  {what}: {time.monotonic() - started:.1f} s")

    def _copy(self, model: type[Model], columns: str, rows: Iterable[Row]) -> int:
        """COPY the rows, showing progress, and leave the table's sequence behind the last one."""
        table, started, number = model._meta.db_table, time.monotonic(), 0
        with self.cursor.copy(f"COPY {table} ({columns.replace(' ', ', ')}) FROM STDIN") as copy:
            for number, row in enumerate(rows, start=1):
                copy.write_row(row)
                if number % TICK == 0:
                    self._say(f"  {table}: {number}")
        self.cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1)) FROM {table}",
            [table],
        )
        took = time.monotonic() - started
        self._say(f"{table}: {number} filas en {took:.1f} s, {number / took:,.0f} por segundo")
        return number

    def _say(self, text: str) -> None:
        if self.loud:
            self.stdout.write(text)
            self.stdout.flush()


def _country() -> Country:
    """The open sedes of every IPS; the one with most sedes is the giant."""
    open_sedes = Sede.objects.filter(entity__kind=EntityKind.IPS, closed_on=None).order_by("entity_id", "id")
    by_entity: dict[int, list[SedeKeys]] = {}
    for sede, entity in open_sedes.values_list("id", "entity_id"):
        by_entity.setdefault(entity, []).append(SedeKeys(sede, entity))
    giant = max(by_entity.values(), key=len, default=[])
    others = [place for places in by_entity.values() if places is not giant for place in places]
    if min(len(giant), len(others)) < SEDES_NEEDED:
        raise CommandError(
            f"No puede repartir los roles porque faltan sedes: una IPS con {SEDES_NEEDED} "
            f"y otras {SEDES_NEEDED} entre las demás. "
            "Cargue un REPS más grande (make_reps, import_reps) o use una base de datos sin entidades."
        )
    return Country(giant, others)


def _accounts(country: Country, users: int) -> list[Account]:
    """One delegate per entity, who is one of the people and cannot log in."""
    keys = sorted({place.entity for place in (*country.giant, *country.usual)})
    nits = Entity.objects.in_bulk(keys)
    return [
        Account(
            login=f"ADMIPS{nits[key].nit}",
            password=UNUSABLE_PASSWORD,
            entity_id=key,
            person_id=number % users + 1,
            email=f"delegado{number}@entidad.example",
        )
        for number, key in enumerate(keys)
    ]
