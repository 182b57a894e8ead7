"""The history is append-only, and each event joins the chain of its day as it commits."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "append_only.sql").read_text(encoding="utf-8"),
            (SQL / "append_only_reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "content.sql").read_text(encoding="utf-8"), (SQL / "content_reverse.sql").read_text(encoding="utf-8")
        ),
        migrations.RunSQL(
            (SQL / "chain.sql").read_text(encoding="utf-8"), (SQL / "chain_reverse.sql").read_text(encoding="utf-8")
        ),
    ]
