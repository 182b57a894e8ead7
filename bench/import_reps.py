"""How much does `import_reps` cost over the bare minimum? `uv run python -m bench.import_reps`.

The yardstick, in the same run: PostgreSQL's own COPY of the file's bytes and one INSERT … ON CONFLICT for the entities
and one for the sedes, into tables of the same shape (columns, checks, indexes, foreign keys), without looking at a
single value. Everything happens in a database of its own, made and dropped here. Exits with 1 above the limit.

Before and after files were read in a process of their own (2026-11-29, two cores, load 1 to 2, 77,000 rows, medians of
five pairs): first load 1.20 before and 1.32 after, unchanged reload 0.95 before and 1.42 after.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from demo.synthetic_reps import HEADINGS, Inventor, write
from entities.registries.reps import Reps
from registries.loading.loader import Options, load_file

LIMIT = 1.5
TABLES = ("entities_entity", "entities_sede")

SHAPES = """
DROP TABLE IF EXISTS bench_sede, bench_entity;
CREATE TABLE bench_entity (LIKE entities_entity INCLUDING ALL);
CREATE TABLE bench_sede (LIKE entities_sede INCLUDING ALL,
    FOREIGN KEY (entity_id) REFERENCES bench_entity DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (municipality_id) REFERENCES entities_municipality DEFERRABLE INITIALLY DEFERRED);
"""

ENTITIES = """
INSERT INTO bench_entity AS old (kind, identification_type, nit, name, is_active)
SELECT DISTINCT ON (1, 2, 3)
    CASE WHEN claseprestador LIKE 'Prof%' THEN 'PI' ELSE 'IPS' END, tipoid, numeroidentificacion, nombreprestador, true
FROM bench_rows ORDER BY 1, 2, 3, codigohabilitacionsede
ON CONFLICT (kind, identification_type, nit) DO UPDATE SET name = excluded.name WHERE old.name <> excluded.name
"""

SEDES = """
INSERT INTO bench_sede AS old
    (code, name, address, phone, email, provider_class, reps_snapshot_date, entity_id, municipality_id)
SELECT codigohabilitacionsede, nombresede, direcci_nsede, t_lefonosede, email_sede,
    CASE left(claseprestador, 4) WHEN 'Prof' THEN 'PI' WHEN 'Inst' THEN 'IPS' WHEN 'Obje' THEN 'OD' ELSE 'TE' END,
    to_date(substr(fecha_corte_reps, 19, 11), 'Mon DD YYYY'), entity.id, municipiosede
FROM bench_rows JOIN bench_entity AS entity ON entity.identification_type = tipoid
    AND entity.nit = numeroidentificacion
    AND entity.kind = CASE WHEN claseprestador LIKE 'Prof%' THEN 'PI' ELSE 'IPS' END
ON CONFLICT (code) DO UPDATE SET name = excluded.name, address = excluded.address, phone = excluded.phone,
    email = excluded.email, provider_class = excluded.provider_class, reps_snapshot_date = excluded.reps_snapshot_date,
    entity_id = excluded.entity_id, municipality_id = excluded.municipality_id
WHERE (old.name, old.address, old.phone, old.email, old.provider_class, old.reps_snapshot_date, old.entity_id,
       old.municipality_id)
    IS DISTINCT FROM (excluded.name, excluded.address, excluded.phone, excluded.email, excluded.provider_class,
       excluded.reps_snapshot_date, excluded.entity_id, excluded.municipality_id)
"""


def yardstick(path: Path) -> None:
    """The bare minimum: COPY and two upserts."""
    columns = ", ".join(f"{name} text" for name in HEADINGS)
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(f"CREATE TEMPORARY TABLE bench_rows ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY bench_rows FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := file.read(1 << 17):
                copy.write(block)
        cursor.execute(ENTITIES)
        cursor.execute(SEDES)


def importer(path: Path) -> None:
    """The portal's own way, all of it: parse, check, merge, report, history."""
    load_file(Reps(), path, Options(), lambda rows, done: None)


def seconds(work: Callable[[Path], None], path: Path) -> float:
    run("CHECKPOINT")
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def measure(path: Path, repeats: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds of yardstick and importer, for a first load and for the same file again."""
    found: dict[str, list[tuple[float, float]]] = {"first load": [], "unchanged reload": []}
    for number in range(repeats):
        run("DELETE FROM entities_sede; DELETE FROM entities_entity")
        run(f"VACUUM FULL {TABLES[0]}")
        run(f"VACUUM FULL {TABLES[1]}")
        run(SHAPES)
        for name, times in found.items():
            works = [yardstick, importer] if number % 2 else [importer, yardstick]
            took = {work: seconds(work, path) for work in works}
            times.append((took[yardstick], took[importer]))
            print(f"  {name:<17} yardstick {took[yardstick]:5.2f} s   import_reps {took[importer]:5.2f} s", flush=True)
            for table in (*TABLES, "bench_entity", "bench_sede"):
                run(f"VACUUM ANALYZE {table}")
    return found


def report(found: dict[str, list[tuple[float, float]]]) -> bool:
    """Print the medians, and that of the ratios of each pair; True when it is within the limit."""
    good = True
    for name, times in found.items():
        bare, ours = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(ours / bare for bare, ours in times)
        good = good and ratio <= LIMIT
        print(f"{name:<17} yardstick {bare:5.2f} s   import_reps {ours:5.2f} s   ratio {ratio:.2f} (≤ {LIMIT})")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=77_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "bench_import_reps"
    databases: Any = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "reps.csv"
            write(path, Inventor(1, date(2026, 3, 12)).rows(options.rows))
            print(f"{options.rows} rows, {path.stat().st_size / 1e6:.0f} MB, medians of {options.repeats}")
            good = report(measure(path, options.repeats))
    finally:
        teardown_databases(databases, verbosity=0)
    sys.exit(not good)


if __name__ == "__main__":
    main()
