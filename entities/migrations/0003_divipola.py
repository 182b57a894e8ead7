"""DIVIPOLA: 33 departments and 1,122 municipalities, from `entities/data/divipola.csv` (DANE, CC BY-SA 4.0)."""

import csv
from pathlib import Path
from typing import Any

from django.db import migrations

DIVIPOLA = Path(__file__).resolve().parent.parent / "data" / "divipola.csv"


def load(apps: Any, schema_editor: Any) -> None:
    with DIVIPOLA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    department, municipality = apps.get_model("entities", "Department"), apps.get_model("entities", "Municipality")
    names = {row["codigo_departamento"]: row["departamento"] for row in rows}
    department.objects.bulk_create(department(code=code, name=name) for code, name in names.items())
    municipality.objects.bulk_create(
        municipality(code=row["codigo_municipio"], name=row["municipio"], department_id=row["codigo_departamento"])
        for row in rows
    )


def unload(apps: Any, schema_editor: Any) -> None:
    for name in ("Municipality", "Department"):
        apps.get_model("entities", name).objects.all()._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("entities", "0002_sql")]
    operations = [migrations.RunPython(load, unload)]
