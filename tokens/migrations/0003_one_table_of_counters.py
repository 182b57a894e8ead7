"""Calls are counted in mipres_admin."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tokens", "0002_server_clients"), ("mipres_admin", "0006_rate_counters")]

    operations = [migrations.DeleteModel(name="CallCounter")]
