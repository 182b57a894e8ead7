"""Assignments of their entity's sedes, sorted and searched; deaths; professions and certificates that
nobody rewrites."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("roles", "0001_initial"),
        ("registries", "0002_sql"),
        ("accounts", "0003_sql"),
        ("entities", "0002_sql"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "assignments.sql").read_text(encoding="utf-8"),
            (SQL / "assignments_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "certificates.sql").read_text(encoding="utf-8"),
            (SQL / "certificates_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "deceased.sql").read_text(encoding="utf-8"),
            (SQL / "deceased_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "registrations.sql").read_text(encoding="utf-8"),
            (SQL / "registrations_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "registry_changes.sql").read_text(encoding="utf-8"),
            (SQL / "registry_changes_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
