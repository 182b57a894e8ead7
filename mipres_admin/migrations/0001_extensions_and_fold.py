"""PostgreSQL's extensions, and the functions that compare and clean texts."""

from pathlib import Path

from django.contrib.postgres.operations import BtreeGinExtension, BtreeGistExtension, TrigramExtension
from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        BtreeGinExtension(),
        BtreeGistExtension(),
        TrigramExtension(),
        *(
            migrations.RunSQL(
                (SQL / f"{name}.sql").read_text(encoding="utf-8"),
                (SQL / f"{name}_reverse.sql").read_text(encoding="utf-8"),
            )
            for name in ("fold", "clean_text", "is_clean", "search")
        ),
    ]
