"""An appointment in force is at a sede of its entity, and loads keep where it was."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("delegates", "0001_initial"), ("entities", "0002_sql"), ("registries", "0002_sql")]
    operations = [
        migrations.RunSQL(
            (SQL / "appointments.sql").read_text(encoding="utf-8"),
            (SQL / "appointments_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
