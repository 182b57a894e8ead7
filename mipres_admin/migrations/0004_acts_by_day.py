"""Acts counted by kind and day, and mail that was given up, without reading the whole table."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0006_networks"),
        ("mipres_admin", "0003_chain_of_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="historyentry",
            index=models.Index(models.F("act"), models.F("at"), name="history_act"),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                models.F("given_up_at"), condition=models.Q(("state", "failed")), name="outgoing_mail_failed"
            ),
        ),
    ]
