"""Provider codes, the kinds of associations, sedes of their entities, and what loads keep of all three."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("entities", "0001_initial"), ("registries", "0002_sql")]
    operations = [
        migrations.RunSQL(
            (SQL / "provider_codes.sql").read_text(encoding="utf-8"),
            (SQL / "provider_codes_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "association_kinds.sql").read_text(encoding="utf-8"),
            (SQL / "association_kinds_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "sedes_of_entities.sql").read_text(encoding="utf-8"),
            (SQL / "sedes_of_entities_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "registry_changes.sql").read_text(encoding="utf-8"),
            (SQL / "registry_changes_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
