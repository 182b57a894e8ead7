"""A delegate may be suspended, people are found by name in the whole country, and the Ministry's acts have permissions."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_registry_changes_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "since",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="desde"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="motivo")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="levantada el")),
                ("lifted_because", models.CharField(blank=True, max_length=200, verbose_name="por qué se levantó")),
            ],
            options={
                "verbose_name": "suspensión",
                "verbose_name_plural": "suspensiones",
                "ordering": ("-id",),
            },
        ),
        migrations.AlterModelOptions(
            name="account",
            options={
                "permissions": (
                    ("suspend_account", "Puede suspender y reactivar delegados"),
                    ("unlock_account", "Puede desbloquear el ingreso de una cuenta"),
                    ("end_sessions", "Puede cerrar las sesiones de una cuenta"),
                    ("reset_second_factor", "Puede retirar los segundos factores de una cuenta"),
                    ("view_as_delegate", "Puede ver el portal como un delegado"),
                    ("manage_staff", "Puede administrar las cuentas del Ministerio"),
                ),
                "verbose_name": "cuenta",
            },
        ),
        migrations.AlterModelOptions(
            name="roleassignment",
            options={
                "permissions": (("end_roleassignment", "Puede terminar un rol asignado"),),
                "verbose_name": "rol asignado",
                "verbose_name_plural": "roles asignados",
            },
        ),
        migrations.AlterField(
            model_name="loginthrottle",
            name="failures",
            field=models.PositiveIntegerField(verbose_name="intentos fallidos"),
        ),
        migrations.AlterField(
            model_name="loginthrottle",
            name="key",
            field=models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="huella"),
        ),
        migrations.AlterField(
            model_name="loginthrottle",
            name="last_failure_at",
            field=models.DateTimeField(verbose_name="último intento"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("sort_name", name="gin_trgm_ops"), name="person_search_trgm"
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspensions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cuenta",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="levantada por",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="suspended_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="suspendida por",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                models.F("account"),
                condition=models.Q(("lifted_at__isnull", True)),
                name="suspension_one_open_per_account",
                violation_error_message="Esa cuenta ya está suspendida.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="suspension_says_why",
                violation_error_message="Ingrese el motivo de la suspensión.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at__isnull", True), ("lifted_because", ""), ("lifted_by__isnull", True)),
                    models.Q(
                        ("lifted_at__isnull", False),
                        ("lifted_by__isnull", False),
                        models.Q(("lifted_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="suspension_lifted_by_someone_for_a_reason",
                violation_error_message="Una suspensión levantada debe decir cuándo, quién y por qué.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("lifted_at__isnull", True), ("lifted_at__gte", models.F("since")), _connector="OR"),
                name="suspension_lifted_after_it_starts",
                violation_error_message="Una suspensión debe levantarse después de empezar.",
            ),
        ),
    ]
