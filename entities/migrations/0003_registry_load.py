"""The history of the loads of official registries."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0002_divipola"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryLoad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reps", "REPS"), ("eps", "EPS"), ("rethus", "ReTHUS"), ("sso", "Plazas de SSO")],
                        max_length=6,
                        verbose_name="registro",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="archivo")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("cut_on", models.DateField(blank=True, null=True, verbose_name="fecha de corte")),
                ("counts", models.JSONField(verbose_name="resultado")),
                (
                    "loaded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="cargado el"
                    ),
                ),
            ],
            options={
                "verbose_name": "carga de un registro",
                "verbose_name_plural": "cargas de registros",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("reps", "eps", "rethus", "sso"))),
                        name="registry_load_kind_known",
                        violation_error_message="El registro debe ser REPS, EPS, ReTHUS o plazas de SSO.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_name", ""), _negated=True),
                        name="registry_load_names_its_file",
                        violation_error_message="Ingrese el nombre del archivo.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="registry_load_sha256_well_formed",
                        violation_error_message="El SHA-256 debe tener 64 dígitos hexadecimales.",
                    ),
                ],
            },
        ),
    ]
