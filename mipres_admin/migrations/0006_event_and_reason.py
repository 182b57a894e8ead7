"""An event has a reason of its own, which its chain covers; before and after are always objects.

Rows that exist would no longer fit their links: nothing is released, a database with a history is made anew.
"""

from pathlib import Path

import django.db.models.lookups
from django.db import migrations, models

CONTENT = (Path(__file__).parents[1] / "history_content.sql").read_text(encoding="utf-8")
CONTENT_REVERSE = """
CREATE OR REPLACE FUNCTION history_content(entry mipres_admin_historyentry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.act, entry.actor_id, entry.entity_id, entry.object_type,
        entry.object_id, entry.before, entry.after, host(entry.address), entry.request_id
    )::text, 'UTF8')
$$;
"""


def _is_object(name: str) -> django.db.models.lookups.Exact:
    function = models.Func(models.F(name), function="jsonb_typeof", output_field=models.TextField())
    return django.db.models.lookups.Exact(function, "object")


class Migration(migrations.Migration):
    dependencies = [("mipres_admin", "0005_mail_that_was_given_up")]

    operations = [
        # a function of the language SQL is checked as it is made: going back, the column comes first
        migrations.RunSQL(migrations.RunSQL.noop, CONTENT_REVERSE),
        migrations.RenameField("historyentry", "act", "event"),
        migrations.RenameIndex("historyentry", "history_event", old_name="history_act"),
        migrations.AddField("historyentry", "reason", models.TextField("motivo", blank=True, default=""), False),
        migrations.RunSQL(CONTENT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "historyentry",
            models.CheckConstraint(
                condition=models.Q(_is_object("before"), _is_object("after")),
                name="history_before_and_after_are_objects",
                violation_error_message="«Antes» y «Después» deben ser objetos JSON.",
            ),
        ),
    ]
