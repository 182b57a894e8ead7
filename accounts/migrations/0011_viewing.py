"""Who of the Ministry saw the portal as which delegate; a viewing names the entity of the account that it sees."""

import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

# Django has no composite foreign keys: this one makes a viewing in the name of another entity impossible.
ACCOUNT_OF_ITS_ENTITY = """
ALTER TABLE accounts_viewing ADD CONSTRAINT viewing_account_of_its_entity
    FOREIGN KEY (account_id, entity_id) REFERENCES accounts_account (id, entity_id);
"""
ACCOUNT_OF_ITS_ENTITY_REVERSE = "ALTER TABLE accounts_viewing DROP CONSTRAINT viewing_account_of_its_entity;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_registry_effects"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("entities", "0006_networks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Viewing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="motivo")),
                ("started_at", models.DateTimeField(verbose_name="inicio")),
                ("ends_at", models.DateTimeField(verbose_name="a más tardar")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fin")),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("stopped", "La terminó quien veía"),
                            ("time", "Se acabó el tiempo"),
                            ("session", "Terminó la sesión de quien veía"),
                            ("staff", "Quien veía dejó de tener permiso"),
                            ("account", "La cuenta que se veía dejó de poder ingresar"),
                        ],
                        max_length=7,
                        verbose_name="por qué terminó",
                    ),
                ),
            ],
            options={
                "verbose_name": "vista como delegado",
                "verbose_name_plural": "vistas como delegado",
                "ordering": ("-started_at", "-pk"),
            },
        ),
        migrations.AlterModelOptions(
            name="account",
            options={
                "permissions": (("view_as_delegate", "Ver el portal como un delegado"),),
                "verbose_name": "cuenta",
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(models.F("id"), models.F("entity"), name="account_with_its_entity"),
        ),
        migrations.AddField(
            model_name="viewing",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="viewed",
                to=settings.AUTH_USER_MODEL,
                verbose_name="delegado visto",
            ),
        ),
        migrations.AddField(
            model_name="viewing",
            name="entity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="entities.entity",
                verbose_name="entidad",
            ),
        ),
        migrations.AddField(
            model_name="viewing",
            name="session",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="viewings",
                to="accounts.accountsession",
                verbose_name="sesión",
            ),
        ),
        migrations.AddField(
            model_name="viewing",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="viewings",
                to=settings.AUTH_USER_MODEL,
                verbose_name="quién ve",
            ),
        ),
        migrations.AddIndex(
            model_name="viewing",
            index=models.Index(models.F("entity"), models.F("started_at"), name="viewing_of_the_entity"),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.CheckConstraint(
                condition=models.Q(("staff", models.F("account")), _negated=True),
                name="viewing_of_somebody_else",
                violation_error_message="Nadie ve el portal como su propia cuenta.",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="viewing_says_why",
                violation_error_message="Ingrese el motivo.",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("started_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("started_at"), "+", models.Value(datetime.timedelta(seconds=1800))
                        ),
                    ),
                ),
                name="viewing_half_an_hour_at_most",
                violation_error_message="La vista debe durar 30 minutos o menos.",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", ""), ("ended_at__isnull", True)),
                    models.Q(
                        ("end__in", ("stopped", "time", "session", "staff", "account")),
                        ("ended_at__gte", models.F("started_at")),
                        ("ended_at__isnull", False),
                        ("ended_at__lte", models.F("ends_at")),
                    ),
                    _connector="OR",
                ),
                name="viewing_ended_in_time_and_says_why",
                violation_error_message="Una vista que terminó debe decir por qué y no durar más de lo previsto.",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.UniqueConstraint(
                models.F("session"),
                condition=models.Q(("ended_at__isnull", True)),
                name="viewing_one_at_a_time_in_a_session",
                violation_error_message="En esa sesión ya se está viendo el portal como un delegado.",
            ),
        ),
        migrations.RunSQL(ACCOUNT_OF_ITS_ENTITY, ACCOUNT_OF_ITS_ENTITY_REVERSE),
    ]
