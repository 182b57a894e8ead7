"""The history is read by date, by act, by who and by entity; and joins its chain for a role that may not touch links.

The indexes are made while the portal writes. The function that joins the chain runs as its owner, so that the role of
the portal needs no right on the links; nobody else may hang it on a table of his own.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

GUARDED = """
ALTER FUNCTION history_joins_the_chain() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;
REVOKE ALL ON FUNCTION history_joins_the_chain(), history_is_append_only() FROM PUBLIC;
"""
GUARDED_REVERSE = """
ALTER FUNCTION history_joins_the_chain() SECURITY INVOKER RESET search_path;
GRANT EXECUTE ON FUNCTION history_joins_the_chain(), history_is_append_only() TO PUBLIC;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("mipres_admin", "0003_chain_of_history")]

    operations = [
        AddIndexConcurrently("historyentry", models.Index("at", "id", name="history_at")),
        AddIndexConcurrently("historyentry", models.Index("act", "at", "id", name="history_act")),
        AddIndexConcurrently("historyentry", models.Index("actor", "at", "id", name="history_actor")),
        AddIndexConcurrently("historyentry", models.Index("entity", "at", "id", name="history_of_entity")),
        RemoveIndexConcurrently("historyentry", "history_entity"),
        # the indexes above begin with these columns
        migrations.AlterField(
            "historyentry",
            "actor",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="quién",
            ),
        ),
        migrations.AlterField(
            "historyentry",
            "entity",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="entities.entity",
                verbose_name="entidad",
            ),
        ),
        migrations.AlterModelOptions(
            "historyentry",
            options={
                "ordering": ("-id",),
                "permissions": (("export_history", "Puede descargar la historia"),),
                "verbose_name": "acto",
                "verbose_name_plural": "historia",
            },
        ),
        migrations.RunSQL(GUARDED, GUARDED_REVERSE),
    ]
