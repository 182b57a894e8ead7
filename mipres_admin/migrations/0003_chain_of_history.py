"""Each act is a link of a chain of its day, joined at commit, so that nothing can be slipped in, taken out or changed."""

from django.db import migrations, models

# The content of an act, the same text whoever reads it: no time zone, no format of the session takes part.
CHAIN = """
CREATE FUNCTION history_content(entry mipres_admin_historyentry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.act, entry.actor_id, entry.entity_id, entry.object_type,
        entry.object_id, entry.before, entry.after, host(entry.address), entry.request_id
    )::text, 'UTF8')
$$;

-- Runs as the transaction commits. The lock makes commits that write history one after the other, for as long as a
-- commit takes and not for as long as the act took.
CREATE FUNCTION history_joins_the_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'America/Bogota')::date;
    last mipres_admin_historylink;
BEGIN
    PERFORM pg_advisory_xact_lock(7215120561);
    SELECT * INTO last FROM mipres_admin_historylink ORDER BY id DESC LIMIT 1;
    -- a clock that goes back does not open a day twice
    today := greatest(today, last.day);
    INSERT INTO mipres_admin_historylink (id, entry_id, day, position, sha256) VALUES (
        coalesce(last.id, 0) + 1, NEW.id, today, CASE WHEN last.day = today THEN last.position ELSE 0 END + 1,
        encode(sha256(convert_to(coalesce(last.sha256, ''), 'UTF8') || history_content(NEW)), 'hex')
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER history_joins_the_chain AFTER INSERT ON mipres_admin_historyentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION history_joins_the_chain();
ALTER TABLE mipres_admin_historyentry ENABLE ALWAYS TRIGGER history_joins_the_chain;

CREATE TRIGGER history_link_no_update_or_delete BEFORE UPDATE OR DELETE ON mipres_admin_historylink
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_link_no_truncate BEFORE TRUNCATE ON mipres_admin_historylink
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE mipres_admin_historylink ENABLE ALWAYS TRIGGER history_link_no_update_or_delete;
ALTER TABLE mipres_admin_historylink ENABLE ALWAYS TRIGGER history_link_no_truncate;

CREATE TRIGGER history_seal_no_update_or_delete BEFORE UPDATE OR DELETE ON mipres_admin_historyseal
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_seal_no_truncate BEFORE TRUNCATE ON mipres_admin_historyseal
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE mipres_admin_historyseal ENABLE ALWAYS TRIGGER history_seal_no_update_or_delete;
ALTER TABLE mipres_admin_historyseal ENABLE ALWAYS TRIGGER history_seal_no_truncate;

-- what was written before there was a chain joins it in its order
DO $$
DECLARE
    entry mipres_admin_historyentry;
    previous text := '';
    number bigint := 0;
    spot bigint := 0;
    today date := (clock_timestamp() AT TIME ZONE 'America/Bogota')::date;
BEGIN
    FOR entry IN SELECT * FROM mipres_admin_historyentry ORDER BY id LOOP
        number := number + 1;
        spot := spot + 1;
        previous := encode(sha256(convert_to(previous, 'UTF8') || history_content(entry)), 'hex');
        INSERT INTO mipres_admin_historylink (id, entry_id, day, position, sha256)
            VALUES (number, entry.id, today, spot, previous);
    END LOOP;
END $$;
"""
CHAIN_REVERSE = """
DROP TRIGGER history_joins_the_chain ON mipres_admin_historyentry;
DROP FUNCTION history_joins_the_chain();
DROP FUNCTION history_content(mipres_admin_historyentry);
"""


class Migration(migrations.Migration):
    dependencies = [("mipres_admin", "0002_outbox")]
    operations = [
        migrations.CreateModel(
            name="HistoryLink",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True, verbose_name="acto")),
                ("day", models.DateField(verbose_name="día")),
                ("position", models.BigIntegerField(verbose_name="posición")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ],
            options={
                "verbose_name": "eslabón de la historia",
                "verbose_name_plural": "eslabones de la historia",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("day"),
                        models.F("position"),
                        name="history_link_one_position_a_day",
                        violation_error_message="Ese lugar de la historia del día ya está ocupado.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                        name="history_link_well_formed",
                        violation_error_message="El eslabón debe tener una posición y un SHA-256.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistorySeal",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="día")),
                ("links", models.BigIntegerField(verbose_name="actos")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 del último eslabón")),
                ("mac", models.CharField(max_length=64, verbose_name="sello")),
            ],
            options={
                "verbose_name": "sello de un día de historia",
                "verbose_name_plural": "sellos de la historia",
                "ordering": ("-day",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("links__gt", 0), ("mac__regex", "^[0-9a-f]{64}$"), ("sha256__regex", "^[0-9a-f]{64}$")
                        ),
                        name="history_seal_well_formed",
                        violation_error_message="El sello debe tener los actos del día y dos SHA-256.",
                    )
                ],
            },
        ),
        migrations.RunSQL(CHAIN, CHAIN_REVERSE),
    ]
