"""Attempts are counted in mipres_admin."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_staff_account"), ("mipres_admin", "0006_rate_counters")]

    operations = [migrations.DeleteModel(name="LoginThrottle")]
