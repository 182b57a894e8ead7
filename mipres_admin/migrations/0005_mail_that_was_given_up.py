"""Mail that was given up is counted without reading the whole table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mipres_admin", "0004_history_for_its_readers")]

    operations = [
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                models.F("given_up_at"), condition=models.Q(("state", "failed")), name="outgoing_mail_failed"
            ),
        ),
    ]
