"""Registry loads are asked for in the admin, done by the worker, and keep how the rows were before."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from entities.registry import changes
from entities.registry.changes import keep_changes

FUNCTION = Path(changes.__file__).with_suffix(".sql")

# what is not applied has no place in the tables as they were
REVERSE = """
TRUNCATE entities_registryaddition, entities_registrychange, entities_registryfile, entities_registryprogress,
    entities_registryreport;
DELETE FROM entities_registryload WHERE loaded_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0007_deceased_list"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryAddition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63, verbose_name="tabla")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), verbose_name="llaves"
                    ),
                ),
                (
                    "hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), verbose_name="huellas"
                    ),
                ),
            ],
            options={
                "verbose_name": "filas nuevas de una carga",
                "verbose_name_plural": "filas nuevas de cargas",
            },
        ),
        migrations.CreateModel(
            name="RegistryChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63, verbose_name="tabla")),
                ("key", models.CharField(max_length=20, verbose_name="llave")),
                ("before", models.JSONField(verbose_name="antes")),
                ("after", models.BigIntegerField(null=True, verbose_name="huella")),
            ],
            options={
                "verbose_name": "fila cambiada por una carga",
                "verbose_name_plural": "filas cambiadas por cargas",
            },
        ),
        migrations.CreateModel(
            name="RegistryFile",
            fields=[
                (
                    "load",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="entities.registryload",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="contenido")),
                ("size", models.PositiveIntegerField(verbose_name="tamaño en bytes")),
            ],
            options={
                "verbose_name": "archivo de un registro",
                "verbose_name_plural": "archivos de registros",
            },
        ),
        migrations.CreateModel(
            name="RegistryProgress",
            fields=[
                (
                    "load",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="entities.registryload",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="intentos")),
                ("done", models.FloatField(default=0, verbose_name="parte hecha")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="filas leídas")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="visto el"),
                ),
            ],
            options={
                "verbose_name": "avance de una carga",
                "verbose_name_plural": "avances de cargas",
            },
        ),
        migrations.CreateModel(
            name="RegistryReport",
            fields=[
                (
                    "load",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="report",
                        serialize=False,
                        to="entities.registryload",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="hecho el"),
                ),
                ("obstacles", models.JSONField(default=list, verbose_name="por qué no se puede aplicar")),
                ("samples", models.JSONField(default=dict, verbose_name="primeras filas")),
                ("closed", models.JSONField(default=list, verbose_name="cerradas")),
                ("rejections", models.JSONField(default=list, verbose_name="rechazadas")),
                ("undone", models.JSONField(default=dict, verbose_name="al deshacer")),
            ],
            options={
                "verbose_name": "informe de una carga",
                "verbose_name_plural": "informes de cargas",
            },
        ),
        migrations.AlterModelOptions(
            name="registryload",
            options={
                "ordering": ("-id",),
                "permissions": (
                    ("load_registry", "Puede cargar registros oficiales"),
                    ("undo_load", "Puede deshacer la última carga de un registro"),
                ),
                "verbose_name": "carga de un registro",
                "verbose_name_plural": "cargas de registros",
            },
        ),
        migrations.AddField(
            model_name="registryload",
            name="allow_closing",
            field=models.BooleanField(db_default=False, default=False, verbose_name="aceptar que cierre más del 20 %"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pedida el"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="pedida por",
            ),
        ),
        migrations.AddField(
            model_name="registryload",
            name="error",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="por qué no"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="force",
            field=models.BooleanField(db_default=False, default=False, verbose_name="aceptar un corte anterior"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="is_undoable",
            field=models.BooleanField(db_default=False, default=False, verbose_name="se puede deshacer"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="reason",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="motivo"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "En revisión"),
                    ("previewed", "Lista para aplicar"),
                    ("queued", "Por aplicar"),
                    ("applied", "Aplicada"),
                    ("undo_queued", "Por deshacer"),
                    ("undone", "Deshecha"),
                    ("refused", "No se puede cargar"),
                    ("cancelled", "Cancelada"),
                ],
                default="applied",
                max_length=11,
                verbose_name="estado",
            ),
        ),
        migrations.AddField(
            model_name="registryload",
            name="strict",
            field=models.BooleanField(db_default=False, default=False, verbose_name="solo si no hay filas rechazadas"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deshecha el"),
        ),
        migrations.AddField(
            model_name="registryload",
            name="uploaded_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="subida el"
            ),
        ),
        migrations.AddField(
            model_name="registryload",
            name="uploaded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="subida por",
            ),
        ),
        migrations.AlterField(
            model_name="registryload",
            name="counts",
            field=models.JSONField(default=dict, verbose_name="resultado"),
        ),
        migrations.AlterField(
            model_name="registryload",
            name="loaded_at",
            field=models.DateTimeField(
                blank=True,
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                null=True,
                verbose_name="cargado el",
            ),
        ),
        migrations.AddIndex(
            model_name="registryload",
            index=models.Index(
                models.F("asked_at"),
                models.F("id"),
                condition=models.Q(("state__in", ("uploaded", "queued", "undo_queued"))),
                name="registry_load_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("loaded_at__isnull", True),
                        ("state__in", ("uploaded", "previewed", "queued", "refused", "cancelled")),
                    ),
                    models.Q(("loaded_at__isnull", False), ("state__in", ("applied", "undo_queued", "undone"))),
                    _connector="OR",
                ),
                name="registry_load_applied_says_when",
                violation_error_message="Una carga aplicada debe decir cuándo; una que no lo está, no.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "undone"), ("undone_at__isnull", False)),
                    models.Q(models.Q(("state", "undone"), _negated=True), ("undone_at__isnull", True)),
                    _connector="OR",
                ),
                name="registry_load_undone_says_when",
                violation_error_message="Una carga deshecha debe decir cuándo; una que no lo está, no.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("queued", "undo_queued")), _negated=True),
                    models.Q(
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="registry_load_queued_says_who_and_why",
                violation_error_message="Lo que se pide al portal debe decir quién lo pide, cuándo y por qué.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("error", ""), _negated=True),
                    _connector="OR",
                ),
                name="registry_load_refused_says_why",
                violation_error_message="Una carga que no se puede hacer debe decir por qué.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_undoable", False), ("state__in", ("applied", "undo_queued")), _connector="OR"),
                name="registry_load_undoable_is_applied",
                violation_error_message="Solo se puede deshacer una carga aplicada.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.UniqueConstraint(
                models.F("kind"),
                condition=models.Q(("is_undoable", True)),
                name="registry_load_one_undoable",
                violation_error_message="Solo se puede deshacer la última carga de un registro.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryload",
            constraint=models.UniqueConstraint(
                models.F("kind"),
                models.F("sha256"),
                condition=models.Q(("state__in", ("uploaded", "previewed", "queued"))),
                name="registry_load_one_open_per_file",
                violation_error_message="Ese archivo ya está subido y sin aplicar.",
            ),
        ),
        migrations.AddField(
            model_name="registryaddition",
            name="load",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="additions", to="entities.registryload"
            ),
        ),
        migrations.AddField(
            model_name="registrychange",
            name="load",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="entities.registryload",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)),
                name="registry_file_is_not_empty",
                violation_error_message="El archivo está vacío.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registryprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(("done__gte", 0), ("done__lte", 1)),
                name="registry_progress_is_a_part",
                violation_error_message="La parte hecha debe estar entre 0 y 1.",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.UniqueConstraint(
                models.F("load"),
                models.F("table"),
                models.F("key"),
                name="registry_change_once_a_row",
                violation_error_message="De cada fila se guarda una vez cómo estaba antes de la carga.",
            ),
        ),
        migrations.RunSQL("UPDATE entities_registryload SET uploaded_at = loaded_at", REVERSE),
        migrations.RunSQL(FUNCTION.read_text(), "DROP FUNCTION keep_registry_changes();"),
        keep_changes("entities_entity", ("name",)),
        keep_changes(
            "entities_sede",
            (
                "entity_id",
                "name",
                "municipality_id",
                "address",
                "phone",
                "email",
                "provider_class",
                "reps_cut_on",
                "closed_on",
            ),
        ),
    ]
