"""The fourteen professions that may be secretary of the Junta."""

from typing import Any

from django.db import migrations

# Resolución 740 de 2024, art. 33: the professions that may be secretary of the Junta, with their ReTHUS codes.
PROFESSIONS = {
    "P01": "Bacteriología",
    "P03": "Enfermería",
    "P04": "Fisioterapia",
    "P05": "Fonoaudiología",
    "P06": "Instrumentación quirúrgica",
    "P07": "Medicina",
    "P08": "Nutrición y dietética",
    "P09": "Odontología",
    "P10": "Optometría",
    "P11": "Psicología",
    "P13": "Terapia ocupacional",
    "P14": "Terapia respiratoria",
    "P16": "Gerontología",
    "P17": "Química farmacéutica",
}


def add_professions(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("roles", "Profession")
    model.objects.bulk_create(model(code=code, name=name) for code, name in PROFESSIONS.items())


def remove_professions(apps: Any, schema_editor: Any) -> None:
    professions = apps.get_model("roles", "Profession").objects
    professions.filter(code__in=PROFESSIONS)._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("roles", "0002_sql")]
    operations = [migrations.RunPython(add_professions, remove_professions)]
