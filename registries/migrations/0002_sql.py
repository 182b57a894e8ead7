"""Loads keep which rows they change, and how these were before."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("registries", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "change_capture.sql").read_text(encoding="utf-8"),
            (SQL / "change_capture_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
