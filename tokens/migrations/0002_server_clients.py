"""Other servers that may ask about tokens (RFC 7662) and end them (RFC 7009)."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tokens", "0001_tokens_and_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServerClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.CharField(max_length=20, unique=True, verbose_name="client_id")),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="huella SHA-256 del secreto")),
                ("name", models.CharField(max_length=60, verbose_name="nombre")),
                ("scope", models.CharField(max_length=60, verbose_name="alcance")),
                (
                    "request_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="solicitud"),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="creado el"
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="retirado el")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="motivo")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retirado por",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="creado por",
                    ),
                ),
            ],
            options={
                "verbose_name": "servidor cliente",
                "verbose_name_plural": "servidores clientes",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("client_id__regex", "^srv-[0-9a-f]{16}$"), ("digest__regex", "^[0-9a-f]{64}$")
                        ),
                        name="server_client_marks_well_formed",
                        violation_error_message="El client_id y la huella del secreto deben ser los que hace el portal.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="server_client_has_a_name",
                        violation_error_message="Ingrese el nombre del servidor.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scope__regex",
                                "^(prescripcion|suministros|facturacion)( (prescripcion|suministros|facturacion)){0,2}$",
                            )
                        ),
                        name="server_client_scope_known",
                        violation_error_message="El alcance debe ser prescripción, suministros o facturación.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True), ("reason", "")),
                            models.Q(
                                ("ended_at__gte", models.F("made_at")),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="server_client_ended_with_a_reason",
                        violation_error_message="Un servidor retirado debe decir cuándo, quién y por qué.",
                    ),
                ],
            },
        ),
    ]
