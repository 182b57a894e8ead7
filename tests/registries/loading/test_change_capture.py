"""Are the rows that a load changes stored as they were?"""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from entities.models import Sede
from registries import registry
from registries.models import RegistryAddition, RegistryChange, RegistryLoad
from tests import factories
from tests.registries.registry_pages import run_action, run_worker
from tests.registry_files import csv_file, load, sede_row, sites

pytestmark = pytest.mark.django_db


DAY = timedelta(days=1)


def story(seed: int) -> random.Random:
    """The same seed tells the same story."""
    return random.Random(seed)


def rethus(seed: int) -> list[dict[str, str]]:
    dice = story(seed)
    return [
        {
            "tipo_documento": "CC", "numero_documento": f"10250001{number:02}", "codigo_profesion": f"P{code:02}",
            "profesion": f"Profesión {code}", "registro_profesional": f"RM-{dice.randint(1, 3)}",
        }
        for number in range(20) for code in (7, 90 + seed % 5)
        if dice.random() < 0.7
    ]  # fmt: skip


def sso(seed: int) -> list[dict[str, str]]:
    dice, today = story(seed), timezone.localdate()
    rows = []
    for number in range(20):
        first = today + DAY * dice.randint(-20, 20)
        if dice.random() < 0.8:
            rows.append({
                "tipo_documento": "CC", "numero_documento": f"10250002{number:02}",
                "codigo_habilitacion": f"11001000010{dice.randint(1, 3)}",
                "desde": str(first), "hasta": str(first + DAY * dice.randint(0, 40)),
            })  # fmt: skip
    return rows


def eps(seed: int) -> list[dict[str, str]]:
    dice = story(seed)
    return [
        {
            "codigo": f"EPS{number:03}", "nit": f"8600669{number:02}", "nombre": f"EPS {number} {dice.randint(1, 2)}",
            "regimen": "Contributivo",
        }
        for number in range(20) if dice.random() < 0.7
    ]  # fmt: skip


def reps_file(path: Path, seed: int) -> Path:
    """Some of the same sedes, with other data, under other entities, and others."""
    dice = story(seed)
    rows = [
        sede_row(
            codigohabilitacionsede=f"1100100001{number:02}",
            numeroidentificacion=f"99000000{dice.randint(1, 3)}",
            nombreprestador=f"PRESTADOR {dice.randint(1, 2)}",
            t_lefonosede=f"60155501{dice.randint(0, 3):02}",
            fecha_corte_reps=dice.choice(["2026-03-12", "", "2026-04-12"]),
        )
        for number in range(30)
        if dice.random() < 0.7
    ]
    return csv_file(path, rows)


MAKERS: dict[str, Any] = {
    "reps": reps_file,
    "eps": lambda path, seed: csv_file(path, eps(seed), tuple(eps(1)[0])),
    "rethus": lambda path, seed: csv_file(path, rethus(seed), tuple(rethus(1)[0])),
    "sso": lambda path, seed: csv_file(path, sso(seed), tuple(sso(1)[0])),
}


def undone(client: Client, kind: str = "reps", reason: str = "Archivo equivocado") -> RegistryLoad:
    last = RegistryLoad.objects.not_undone(kind).first()
    assert last is not None
    run_action(client, last, "deshacer", reason=reason)
    run_worker()
    last.refresh_from_db()
    return last


def test_earlier_rows_are_stored_for_the_last_load_only(tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    load("import_eps", MAKERS["eps"](tmp_path / "eps.csv", 1))
    load("import_reps", csv_file(tmp_path / "b.csv", sites(4)), allow_closing=True)
    last = RegistryLoad.objects.not_undone("reps").first()
    assert set(RegistryChange.objects.values_list("load", flat=True)) == {last.pk}
    assert last.pk not in set(RegistryAddition.objects.values_list("load", flat=True))
    assert RegistryAddition.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind, _ in registry.registry_choices()])
def test_every_tracked_table_has_its_triggers(kind):
    kept = registry.get_registry(kind).tracked
    assert kept, f"{kind} can not be undone: it names no tables in `tracked`"
    for each in kept:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname, encode(tgargs, 'escape') FROM pg_trigger "
                "WHERE tgrelid = %s::regclass AND tgname LIKE 'registry\\_captures\\_%%'",
                [each.table],
            )
            found = dict(cursor.fetchall())
        assert len(found) == 3
        assert set(found.values()) == {"".join(f"{name}\\000" for name in (each.key, *each.columns))}


def test_changes_outside_a_load_are_not_stored(tmp_path):
    load("import_reps", csv_file(tmp_path / "a.csv", sites(5)))
    before = RegistryChange.objects.count(), RegistryAddition.objects.count()
    Sede.objects.update(phone="1")
    Sede.objects.all().delete()
    factories.make_entity()
    assert (RegistryChange.objects.count(), RegistryAddition.objects.count()) == before
