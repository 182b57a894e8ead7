"""The list of deceased people is one of the registries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0006_networks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="registryload",
            name="registry_load_kind_known",
        ),
        migrations.AlterField(
            model_name="registryload",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reps", "REPS"),
                    ("eps", "EPS"),
                    ("rethus", "ReTHUS"),
                    ("sso", "Plazas de SSO"),
                    ("deceased", "Fallecidos"),
                ],
                max_length=8,
                verbose_name="registro",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("reps", "eps", "rethus", "sso", "deceased"))),
                name="registry_load_kind_known",
                violation_error_message="El registro debe ser REPS, EPS, ReTHUS, plazas de SSO o fallecidos.",
            ),
        ),
    ]
