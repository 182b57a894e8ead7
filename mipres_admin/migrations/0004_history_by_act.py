"""Acts counted by kind and day in an index; built while the portal works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mipres_admin", "0003_chain_of_history")]

    operations = [
        AddIndexConcurrently("historyentry", models.Index("act", "at", "id", name="history_act")),
    ]
