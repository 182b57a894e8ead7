"""Mail that was given up, found without reading what was sent; built while the portal works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mipres_admin", "0004_history_by_act")]

    operations = [
        AddIndexConcurrently(
            "outgoingmail",
            models.Index("given_up_at", condition=models.Q(state="failed"), name="outgoing_mail_failed"),
        ),
    ]
