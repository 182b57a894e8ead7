"""Portal tokens, the keys that sign them, and what the web services keep."""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("entities", "0004_network"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallCounter",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("window", models.BigIntegerField()),
                ("taken", models.IntegerField()),
            ],
            options={
                "verbose_name": "cuenta de llamadas",
                "verbose_name_plural": "cuentas de llamadas",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("taken__gt", 0)),
                        name="call_counter_counts",
                        violation_error_message="La cuenta debe ser mayor que cero.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kid", models.CharField(max_length=8, unique=True, verbose_name="identificador")),
                ("algorithm", models.CharField(default="ES256", max_length=5, verbose_name="algoritmo")),
                ("public_jwk", models.JSONField(verbose_name="llave pública")),
                ("private_key", models.TextField(blank=True, verbose_name="llave privada cifrada")),
                (
                    "state",
                    models.CharField(
                        choices=[("next", "Siguiente"), ("current", "Actual"), ("retired", "Retirada")],
                        default="next",
                        max_length=7,
                        verbose_name="estado",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="creada el"
                    ),
                ),
                ("current_at", models.DateTimeField(blank=True, null=True, verbose_name="en uso desde")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retirada el")),
                ("verifies_until", models.DateTimeField(blank=True, null=True, verbose_name="verifica hasta")),
            ],
            options={
                "verbose_name": "llave de firma",
                "verbose_name_plural": "llaves de firma",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kid__regex", "^[A-Za-z0-9_-]{8}$")),
                        name="signing_key_kid_well_formed",
                        violation_error_message="El identificador de la llave debe tener 8 caracteres de base64url.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm", "ES256")),
                        name="signing_key_algorithm_known",
                        violation_error_message="El algoritmo debe ser ES256.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("current_at__isnull", True),
                                ("retired_at__isnull", True),
                                ("state", "next"),
                                ("verifies_until__isnull", True),
                                models.Q(("private_key", ""), _negated=True),
                            ),
                            models.Q(
                                ("current_at__isnull", False),
                                ("retired_at__isnull", True),
                                ("state", "current"),
                                ("verifies_until__isnull", True),
                                models.Q(("private_key", ""), _negated=True),
                            ),
                            models.Q(
                                ("current_at__isnull", False),
                                ("private_key", ""),
                                ("retired_at__isnull", False),
                                ("state", "retired"),
                                ("verifies_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="signing_key_dates_fit_state",
                        violation_error_message="Una llave retirada debe tener sus fechas y ninguna llave privada; las demás, su llave privada.",
                    ),
                    models.UniqueConstraint(
                        models.F("state"),
                        condition=models.Q(("state", "current")),
                        name="signing_key_one_current",
                        violation_error_message="Solo una llave puede ser la actual.",
                    ),
                    models.UniqueConstraint(
                        models.F("state"),
                        condition=models.Q(("state", "next")),
                        name="signing_key_one_next",
                        violation_error_message="Solo una llave puede ser la siguiente.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="nombre")),
                ("jti", models.CharField(max_length=16, unique=True)),
                ("fingerprint", models.CharField(max_length=64, unique=True, verbose_name="huella SHA-256")),
                ("last_characters", models.CharField(max_length=6, verbose_name="últimos caracteres")),
                ("scope", models.CharField(max_length=60, verbose_name="alcance")),
                (
                    "request_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="solicitud"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="generado el")),
                ("expires_at", models.DateTimeField(verbose_name="vence el")),
                ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="reemplazado el")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="vale hasta")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revocado el")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="motivo")),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens_made",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="generado por",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens_revoked",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revocado por",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="tokens.signingkey",
                        verbose_name="llave",
                    ),
                ),
            ],
            options={
                "verbose_name": "token del portal",
                "verbose_name_plural": "tokens del portal",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="TemporaryToken",
            fields=[
                (
                    "digest",
                    models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="huella SHA-256"),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("WSMIPRESNOPBS", "Prescripción"),
                            ("WSSUMMIPRESNOPBS", "Suministros"),
                            ("WSFACMIPRESNOPBS", "Facturación"),
                        ],
                        max_length=16,
                        verbose_name="servicio",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="generado el")),
                ("expires_at", models.DateTimeField(verbose_name="vence el")),
                (
                    "token",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="temporary",
                        to="tokens.portaltoken",
                        verbose_name="token",
                    ),
                ),
            ],
            options={
                "verbose_name": "token temporal",
                "verbose_name_plural": "tokens temporales",
            },
        ),
        migrations.CreateModel(
            name="TokenReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField(verbose_name="días antes")),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="enviado el"
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="tokens.portaltoken",
                        verbose_name="token",
                    ),
                ),
            ],
            options={
                "verbose_name": "aviso de vencimiento",
                "verbose_name_plural": "avisos de vencimiento",
            },
        ),
        migrations.CreateModel(
            name="TokenUse",
            fields=[
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_use",
                        serialize=False,
                        to="tokens.portaltoken",
                        verbose_name="token",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="último uso")),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("WSMIPRESNOPBS", "Prescripción"),
                            ("WSSUMMIPRESNOPBS", "Suministros"),
                            ("WSFACMIPRESNOPBS", "Facturación"),
                        ],
                        max_length=16,
                        verbose_name="servicio",
                    ),
                ),
                ("address", models.GenericIPAddressField(blank=True, null=True, verbose_name="dirección")),
            ],
            options={
                "verbose_name": "último uso",
                "verbose_name_plural": "últimos usos",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["WSMIPRESNOPBS", "WSSUMMIPRESNOPBS", "WSFACMIPRESNOPBS"])),
                        name="token_use_service_known",
                        violation_error_message="El servicio debe ser uno de los de MIPRES.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="portaltoken",
            index=models.Index(models.F("entity"), models.F("id"), name="token_entity"),
        ),
        migrations.AddIndex(
            model_name="portaltoken",
            index=models.Index(models.F("expires_at"), name="token_expires_at"),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fingerprint__regex", "^[0-9a-f]{64}$"),
                    ("jti__regex", "^[A-Za-z0-9_-]{16}$"),
                    ("last_characters__regex", "^[A-Za-z0-9_-]{6}$"),
                ),
                name="token_marks_well_formed",
                violation_error_message="El identificador, la huella y los últimos caracteres deben ser los del token.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="token_has_a_name",
                violation_error_message="Ingrese el nombre del token.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "scope__regex",
                        "^(prescripcion|suministros|facturacion)( (prescripcion|suministros|facturacion)){0,2}$",
                    )
                ),
                name="token_scope_known",
                violation_error_message="El alcance debe ser prescripción, suministros o facturación.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("issued_at")),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("issued_at"), "+", models.Value(datetime.timedelta(days=366))
                        ),
                    ),
                ),
                name="token_expires_within_366_days",
                violation_error_message="El token debe vencer después de generarse y a más tardar en 366 días.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at__isnull", True), ("superseded_at__isnull", True)),
                    models.Q(
                        ("ends_at__gte", models.F("issued_at")),
                        ("ends_at__isnull", False),
                        ("ends_at__lte", models.F("expires_at")),
                        ("superseded_at__gte", models.F("issued_at")),
                        ("superseded_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="token_superseded_and_ends",
                violation_error_message="Un token reemplazado debe decir cuándo lo fue y hasta cuándo vale.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__isnull", True),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("superseded_at"), "+", models.Value(datetime.timedelta(days=7))
                        ),
                    ),
                    _connector="OR",
                ),
                name="token_overlaps_a_week_at_most",
                violation_error_message="Un token reemplazado debe terminar a más tardar en siete días.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(
                        ("revoked_at__gte", models.F("issued_at")),
                        ("revoked_at__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="token_revoked_with_a_reason",
                violation_error_message="Un token revocado debe decir cuándo y por qué.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltoken",
            constraint=models.UniqueConstraint(
                models.F("entity"),
                condition=models.Q(("revoked_at__isnull", True), ("superseded_at__isnull", True)),
                name="token_one_newest_per_entity",
                violation_error_message="La entidad ya tiene un token; el nuevo debe reemplazarlo.",
            ),
        ),
        migrations.AddIndex(
            model_name="temporarytoken",
            index=models.Index(models.F("expires_at"), name="temporary_token_expires_at"),
        ),
        migrations.AddConstraint(
            model_name="temporarytoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                name="temporary_token_digest_well_formed",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
        ),
        migrations.AddConstraint(
            model_name="temporarytoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("service__in", ("WSSUMMIPRESNOPBS", "WSFACMIPRESNOPBS"))),
                name="temporary_token_service_known",
                violation_error_message="Solo Suministros y Facturación dan tokens temporales.",
            ),
        ),
        migrations.AddConstraint(
            model_name="temporarytoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "expires_at",
                        django.db.models.expressions.CombinedExpression(
                            models.F("issued_at"), "+", models.Value(datetime.timedelta(days=1))
                        ),
                    )
                ),
                name="temporary_token_lives_a_day",
                violation_error_message="Un token temporal debe durar 24 horas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenreminder",
            constraint=models.UniqueConstraint(
                models.F("token"),
                models.F("days"),
                name="token_reminder_once",
                violation_error_message="Ese aviso ya se envió.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__in", (30, 14, 7, 1))),
                name="token_reminder_days_known",
                violation_error_message="El aviso debe ser de 30, 14, 7 o 1 días antes.",
            ),
        ),
        migrations.RunSQL("ALTER TABLE tokens_callcounter SET UNLOGGED", "ALTER TABLE tokens_callcounter SET LOGGED"),
    ]
