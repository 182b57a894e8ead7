"""The history table, and the trigger that lets nobody rewrite it."""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_no_update_or_delete BEFORE UPDATE OR DELETE ON mipres_admin_historyentry
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON mipres_admin_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE mipres_admin_historyentry ENABLE ALWAYS TRIGGER history_no_update_or_delete;
ALTER TABLE mipres_admin_historyentry ENABLE ALWAYS TRIGGER history_no_truncate;
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER history_no_truncate ON mipres_admin_historyentry;
DROP TRIGGER history_no_update_or_delete ON mipres_admin_historyentry;
DROP FUNCTION history_is_append_only();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("entities", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="fecha"
                    ),
                ),
                ("act", models.CharField(max_length=60, verbose_name="acto")),
                ("object_type", models.CharField(max_length=40, verbose_name="objeto")),
                ("object_id", models.CharField(max_length=60, verbose_name="identificador")),
                (
                    "before",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="antes"),
                ),
                (
                    "after",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="después"),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="dirección")),
                ("request_id", models.CharField(blank=True, max_length=32, verbose_name="petición")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="quién",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
            ],
            options={
                "verbose_name": "acto",
                "verbose_name_plural": "historia",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(models.F("object_type"), models.F("object_id"), models.F("id"), name="history_object"),
                    models.Index(models.F("entity"), models.F("id"), name="history_entity"),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
    ]
