"""PostgreSQL's extensions, and the function that compares words."""

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
        migrations.RunSQL(
            (SQL / "fold.sql").read_text(encoding="utf-8"), (SQL / "fold_reverse.sql").read_text(encoding="utf-8")
        ),
    ]
