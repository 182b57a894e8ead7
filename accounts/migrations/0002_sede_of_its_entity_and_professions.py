"""An assignment's sede is always of the assignment's entity; the fourteen professions of the Junta."""

from typing import Any

from django.db import migrations

# Django has no composite foreign keys: this one makes a sede of another entity impossible.
SEDE_OF_ITS_ENTITY = """
ALTER TABLE accounts_roleassignment ADD CONSTRAINT assignment_sede_of_its_entity
    FOREIGN KEY (sede_id, entity_id) REFERENCES entities_sede (id, entity_id);
"""
SEDE_OF_ITS_ENTITY_REVERSE = "ALTER TABLE accounts_roleassignment DROP CONSTRAINT assignment_sede_of_its_entity;"

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
    model = apps.get_model("accounts", "Profession")
    model.objects.bulk_create(model(code=code, name=name) for code, name in PROFESSIONS.items())


def remove_professions(apps: Any, schema_editor: Any) -> None:
    professions = apps.get_model("accounts", "Profession").objects
    professions.filter(code__in=PROFESSIONS)._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("entities", "0001_initial")]
    operations = [
        migrations.RunSQL(SEDE_OF_ITS_ENTITY, SEDE_OF_ITS_ENTITY_REVERSE),
        migrations.RunPython(add_professions, remove_professions),
    ]
