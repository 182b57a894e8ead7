"""Sedes that a provider keeps itself: their codes, the initial record, and one sede per form."""

import django.db.models.deletion
from django.db import migrations, models

# Not owned by the table: emptying it must not give a code twice. `nextval` is never rolled back, so neither is a code.
CODES = """
CREATE SEQUENCE entities_prov_code AS integer MINVALUE 1 MAXVALUE 999999 NO CYCLE;
SELECT setval('entities_prov_code', greatest(highest, 1), highest > 0)
FROM (SELECT coalesce(max(right(code, 6)::integer), 0) AS highest FROM entities_sede WHERE code ~ '^PROV[0-9]{6}$') AS x;

CREATE FUNCTION next_prov_code() RETURNS text LANGUAGE plpgsql AS $$
DECLARE next_code text;
BEGIN
    LOOP
        next_code := 'PROV' || lpad(nextval('entities_prov_code')::text, 6, '0');
        -- a code that did not come from the sequence is passed over
        EXIT WHEN NOT EXISTS (SELECT FROM entities_sede WHERE code = next_code);
    END LOOP;
    RETURN next_code;
END $$;
"""
CODES_REVERSE = "DROP FUNCTION next_prov_code(); DROP SEQUENCE entities_prov_code;"

INITIAL_RECORDS = """
UPDATE entities_sede SET is_main = true WHERE id IN (
    SELECT DISTINCT ON (entity_id) id FROM entities_sede WHERE code ~ '^PROV[0-9]{6}$' ORDER BY entity_id, code
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0004_network"),
    ]

    operations = [
        migrations.RunSQL(CODES, CODES_REVERSE),
        migrations.AddField(
            model_name="sede",
            name="form_key",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="sede",
            name="is_main",
            field=models.BooleanField(db_default=False, default=False, verbose_name="registro inicial"),
        ),
        migrations.RunSQL(INITIAL_RECORDS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="sede",
            name="entity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sedes",
                to="entities.entity",
                verbose_name="entidad",
            ),
        ),
        migrations.AddIndex(
            model_name="sede",
            index=models.Index(models.F("entity"), models.F("code"), models.F("id"), name="sede_list"),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.UniqueConstraint(
                models.F("entity"),
                condition=models.Q(("is_main", True)),
                name="sede_one_main_per_entity",
                violation_error_message="La entidad ya tiene su registro inicial.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_main", False), ("code__regex", "^PROV[0-9]{6}$"), _connector="OR"),
                name="sede_main_has_provider_code",
                violation_error_message="El código del registro inicial debe ser PROV y 6 dígitos.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.UniqueConstraint(
                models.F("entity"),
                models.F("form_key"),
                name="sede_once_per_form",
                violation_error_message="Ese formulario ya creó una sede.",
            ),
        ),
    ]
