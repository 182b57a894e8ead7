"""The papers that entities issue, and the trigger that lets nobody rewrite one."""

import uuid
import zoneinfo

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

IMMUTABLE = """
CREATE FUNCTION certificate_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued certificate is immutable: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER certificate_no_update_or_delete BEFORE UPDATE OR DELETE ON accounts_certificate
    FOR EACH ROW EXECUTE FUNCTION certificate_is_immutable();
ALTER TABLE accounts_certificate ENABLE ALWAYS TRIGGER certificate_no_update_or_delete;
"""
IMMUTABLE_REVERSE = """
DROP TRIGGER certificate_no_update_or_delete ON accounts_certificate;
DROP FUNCTION certificate_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_list_at_scale"),
        ("entities", "0004_network"),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="código de verificación")),
                ("as_of", models.DateField(verbose_name="a la fecha")),
                ("issued_at", models.DateTimeField(verbose_name="expedida el")),
                ("content", models.JSONField(verbose_name="contenido")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="huella del contenido")),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="expedida por",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="accounts.registereduser",
                        verbose_name="usuario",
                    ),
                ),
            ],
            options={
                "verbose_name": "constancia",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(models.F("entity"), models.F("user"), models.F("id"), name="certificate_entity_user")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9A-HJKMNP-TV-Z]{16}$")),
                        name="certificate_code_well_formed",
                        violation_error_message="El código debe tener 16 letras y dígitos, por ejemplo 7K3M9Q2XV5RT8WBD.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "as_of__lte",
                                django.db.models.functions.datetime.TruncDate(
                                    "issued_at", tzinfo=zoneinfo.ZoneInfo(key="America/Bogota")
                                ),
                            )
                        ),
                        name="certificate_not_of_the_future",
                        violation_error_message="La fecha de la constancia debe ser el día en que se expide o uno anterior.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_sha256__regex", "^[0-9a-f]{64}$")),
                        name="certificate_fingerprint_well_formed",
                        violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(IMMUTABLE, IMMUTABLE_REVERSE),
    ]
