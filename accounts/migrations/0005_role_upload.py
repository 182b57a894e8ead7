"""Workbooks that came back: their rows, verdicts, and whether they were applied."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_certificate"),
        ("entities", "0004_network"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file_name", models.CharField(max_length=255, verbose_name="archivo")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("rows", models.JSONField(verbose_name="filas")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="cargado el"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("previewed", "Vista previa"), ("applied", "Aplicado")],
                        default="previewed",
                        max_length=9,
                        verbose_name="estado",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        blank=True,
                        choices=[("todo", "Todo o nada"), ("correctas", "Solo las filas correctas")],
                        max_length=9,
                        verbose_name="modo",
                    ),
                ),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="aplicado el")),
                (
                    "applied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="aplicado por",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_uploads",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cargado por",
                    ),
                ),
            ],
            options={
                "verbose_name": "carga de roles",
                "verbose_name_plural": "cargas de roles",
                "indexes": [models.Index(models.F("made_at"), name="role_upload_made_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("applied_at__isnull", True),
                                ("applied_by__isnull", True),
                                ("mode", ""),
                                ("state", "previewed"),
                            ),
                            models.Q(
                                ("applied_at__isnull", False),
                                ("applied_by__isnull", False),
                                ("mode__in", ("todo", "correctas")),
                                ("state", "applied"),
                            ),
                            _connector="OR",
                        ),
                        name="role_upload_applied_by_someone_at_some_time",
                        violation_error_message="Una carga aplicada debe decir quién la aplicó, cuándo y cómo.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="role_upload_sha256_well_formed",
                        violation_error_message="El SHA-256 debe tener 64 dígitos hexadecimales.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_name", ""), _negated=True),
                        name="role_upload_names_its_file",
                        violation_error_message="Ingrese el nombre del archivo.",
                    ),
                ],
            },
        ),
    ]
