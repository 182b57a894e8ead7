"""The day on which a loaded registry was taken has another name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("entities", "0009_permissions_of_the_ministry")]

    operations = [migrations.RenameField("registryload", "cut_on", "snapshot_date")]
