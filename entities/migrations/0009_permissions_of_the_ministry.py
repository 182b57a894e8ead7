"""Who of the Ministry may suspend an entity or disable a sede."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0008_registry_loads_from_the_admin"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="entity",
            options={
                "ordering": ("name",),
                "permissions": (("suspend_entity", "Puede suspender y reactivar entidades"),),
                "verbose_name": "entidad",
                "verbose_name_plural": "entidades",
            },
        ),
        migrations.AlterModelOptions(
            name="sede",
            options={
                "ordering": ("name", "code"),
                "permissions": (("disable_sede", "Puede deshabilitar y habilitar sedes de proveedor"),),
                "verbose_name": "sede",
            },
        ),
    ]
