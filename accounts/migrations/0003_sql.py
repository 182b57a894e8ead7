"""Impersonations name their account's entity; loads of the deceased can be undone; a claim fits its account."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial"), ("registries", "0002_sql")]
    operations = [
        migrations.RunSQL(
            (SQL / "impersonation.sql").read_text(encoding="utf-8"),
            (SQL / "impersonation_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "registry_changes.sql").read_text(encoding="utf-8"),
            (SQL / "registry_changes_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "identity_claims.sql").read_text(encoding="utf-8"),
            (SQL / "identity_claims_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
