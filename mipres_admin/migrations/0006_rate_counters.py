"""One table counts how often something is tried."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mipres_admin", "0005_mail_that_was_given_up")]

    operations = [
        migrations.CreateModel(
            name="RateCounter",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="huella")),
                ("count", models.IntegerField(verbose_name="intentos")),
                ("expires_at", models.DateTimeField(verbose_name="cuenta hasta")),
            ],
            options={
                "verbose_name": "contador de intentos",
                "verbose_name_plural": "contadores de intentos",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 0)),
                        name="rate_counter_not_negative",
                        violation_error_message="El contador debe ser cero o mayor.",
                    )
                ],
            },
        ),
    ]
