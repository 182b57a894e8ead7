"""Each assignment carries how its user is sorted and found, kept true by triggers, so that a page needs no sort."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# FOR SHARE: whoever is renaming the person at this moment is waited for, and whoever renames next sees this row.
LISTED_AS = """
CREATE FUNCTION assignment_is_listed_as_its_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT concat_ws(' ', '', person.sort_name, fold(person.document_type || person.document_number),
                     nullif(fold(registered.professional_registry), ''))
    INTO NEW.listed_as
    FROM accounts_registereduser AS registered JOIN accounts_person AS person ON person.id = registered.person_id
    WHERE registered.id = NEW.user_id
    FOR SHARE;
    -- a user that does not exist is refused by the foreign key, which says so better
    NEW.listed_as := coalesce(NEW.listed_as, '');
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_listed_as BEFORE INSERT OR UPDATE OF user_id, listed_as ON accounts_roleassignment
    FOR EACH ROW EXECUTE FUNCTION assignment_is_listed_as_its_user();

CREATE FUNCTION person_relists_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_roleassignment SET listed_as = ''
    WHERE user_id IN (SELECT id FROM accounts_registereduser WHERE person_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER person_relists_assignments AFTER UPDATE ON accounts_person FOR EACH ROW
    WHEN ((OLD.sort_name, OLD.document_type, OLD.document_number)
          IS DISTINCT FROM (NEW.sort_name, NEW.document_type, NEW.document_number))
    EXECUTE FUNCTION person_relists_assignments();

CREATE FUNCTION user_relists_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_roleassignment SET listed_as = '' WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER user_relists_assignments AFTER UPDATE ON accounts_registereduser FOR EACH ROW
    WHEN ((OLD.person_id, OLD.professional_registry) IS DISTINCT FROM (NEW.person_id, NEW.professional_registry))
    EXECUTE FUNCTION user_relists_assignments();

UPDATE accounts_roleassignment SET listed_as = '';
"""
LISTED_AS_REVERSE = """
DROP TRIGGER user_relists_assignments ON accounts_registereduser;
DROP TRIGGER person_relists_assignments ON accounts_person;
DROP TRIGGER assignment_listed_as ON accounts_roleassignment;
DROP FUNCTION user_relists_assignments();
DROP FUNCTION person_relists_assignments();
DROP FUNCTION assignment_is_listed_as_its_user();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sede_of_its_entity_and_professions"),
    ]

    operations = [
        # the list's own index begins with the entity; nobody asks for the assignments that an account made
        migrations.RemoveIndex(model_name="person", name="person_search_trgm"),
        migrations.RemoveIndex(model_name="registereduser", name="registered_user_registry"),
        migrations.RemoveIndex(model_name="roleassignment", name="assignment_entity_user"),
        migrations.AlterField(
            model_name="roleassignment",
            name="created_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments_made",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asignado por",
            ),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments_ended",
                to=settings.AUTH_USER_MODEL,
                verbose_name="terminado por",
            ),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="entity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="entities.entity",
                verbose_name="entidad",
            ),
        ),
        migrations.AddField(
            model_name="roleassignment",
            name="listed_as",
            field=models.TextField(db_collation="C", db_default="", editable=False),
        ),
        migrations.RunSQL(LISTED_AS, LISTED_AS_REVERSE),
        migrations.AddIndex(
            model_name="roleassignment",
            index=models.Index(models.F("entity"), models.F("listed_as"), models.F("id"), name="assignment_list"),
        ),
        migrations.AddIndex(
            model_name="roleassignment",
            index=models.Index(
                models.F("entity"),
                models.F("ends_at"),
                models.F("starts_at"),
                models.F("role"),
                name="assignment_count",
            ),
        ),
        migrations.AddIndex(
            model_name="roleassignment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("listed_as", name="gin_trgm_ops"),
                name="assignment_listed_as_trgm",
            ),
        ),
        migrations.RemoveField(model_name="person", name="search"),
    ]
