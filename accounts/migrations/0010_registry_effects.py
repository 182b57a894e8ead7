"""The list of deceased people, which persons follow by triggers, and the roles that loads of registries end."""

import zoneinfo

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# The lock is shared by whoever comes into the portal and alone for whoever changes the list, so that nobody comes in
# unseen by a load that has not committed. The users are locked before their persons, as whoever gives a role does.
DECEASED = """
CREATE FUNCTION persons_follow_the_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5311002);
    PERFORM FROM accounts_registereduser AS registered
        JOIN accounts_person AS person ON person.id = registered.person_id
        JOIN changed USING (document_type, document_number)
        ORDER BY registered.id FOR UPDATE OF registered;
    UPDATE accounts_person AS person SET deceased_on = entry.deceased_on
    FROM changed LEFT JOIN accounts_deceasedentry AS entry
        ON (entry.document_type, entry.document_number) = (changed.document_type, changed.document_number)
            AND entry.closed_on IS NULL
    WHERE (person.document_type, person.document_number) = (changed.document_type, changed.document_number)
        AND person.deceased_on IS DISTINCT FROM entry.deceased_on;
    RETURN NULL;
END $$;
CREATE TRIGGER deceased_inserted AFTER INSERT ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_updated AFTER UPDATE ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_deleted AFTER DELETE ON accounts_deceasedentry REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();

CREATE FUNCTION person_may_be_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(5311002);
    NEW.deceased_on := coalesce(
        (SELECT entry.deceased_on FROM accounts_deceasedentry AS entry
         WHERE (entry.document_type, entry.document_number) = (NEW.document_type, NEW.document_number)
             AND entry.closed_on IS NULL),
        CASE WHEN TG_OP = 'INSERT' THEN NEW.deceased_on END
    );
    RETURN NEW;
END $$;
CREATE TRIGGER person_comes BEFORE INSERT ON accounts_person
    FOR EACH ROW EXECUTE FUNCTION person_may_be_deceased();
CREATE TRIGGER person_gets_another_document BEFORE UPDATE ON accounts_person FOR EACH ROW
    WHEN ((OLD.document_type, OLD.document_number) IS DISTINCT FROM (NEW.document_type, NEW.document_number))
    EXECUTE FUNCTION person_may_be_deceased();
"""
DECEASED_REVERSE = """
DROP TRIGGER person_gets_another_document ON accounts_person;
DROP TRIGGER person_comes ON accounts_person;
DROP FUNCTION person_may_be_deceased();
DROP TRIGGER deceased_deleted ON accounts_deceasedentry;
DROP TRIGGER deceased_updated ON accounts_deceasedentry;
DROP TRIGGER deceased_inserted ON accounts_deceasedentry;
DROP FUNCTION persons_follow_the_deceased();
"""

ENTITY = """
CREATE FUNCTION role_ending_is_of_the_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT entity_id INTO NEW.entity_id FROM accounts_roleassignment WHERE id = NEW.assignment_id;
    RETURN NEW;
END $$;
CREATE TRIGGER role_ending_entity BEFORE INSERT OR UPDATE ON accounts_roleending
    FOR EACH ROW EXECUTE FUNCTION role_ending_is_of_the_entity();
"""
ENTITY_REVERSE = """
DROP TRIGGER role_ending_entity ON accounts_roleending;
DROP FUNCTION role_ending_is_of_the_entity();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_second_factor_and_sessions"),
        ("entities", "0007_deceased_list"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeceasedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document_type",
                    models.CharField(
                        choices=[
                            ("CC", "Cédula de ciudadanía"),
                            ("CE", "Cédula de extranjería"),
                            ("PA", "Pasaporte"),
                            ("CD", "Carné diplomático"),
                            ("SC", "Salvoconducto de permanencia"),
                            ("PE", "Permiso especial de permanencia"),
                            ("PT", "Permiso por protección temporal"),
                            ("PR", "Pasaporte de la ONU"),
                        ],
                        max_length=2,
                        verbose_name="tipo de documento",
                    ),
                ),
                ("document_number", models.CharField(max_length=20, verbose_name="número de documento")),
                ("deceased_on", models.DateField(verbose_name="fecha de fallecimiento")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="corregido el")),
            ],
            options={
                "verbose_name": "fallecido",
            },
        ),
        migrations.CreateModel(
            name="RoleEnding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("deceased", "Persona fallecida"),
                            ("rethus", "Profesional retirado de ReTHUS"),
                            ("sede", "Sede cerrada en el REPS"),
                            ("independent", "Profesional independiente sin sede en el REPS"),
                            ("plaza", "Plaza de SSO terminada o cambiada"),
                        ],
                        max_length=11,
                        verbose_name="causa",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="fecha")),
                ("ends_at", models.DateTimeField(verbose_name="hasta")),
                ("started_at", models.DateTimeField(verbose_name="desde, antes")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="hasta, antes")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="devuelto el")),
            ],
            options={
                "verbose_name": "rol terminado por un registro",
                "verbose_name_plural": "roles terminados por un registro",
                "ordering": ("-id",),
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                models.F("id"), condition=models.Q(("deceased_on__isnull", False)), name="person_deceased"
            ),
        ),
        migrations.AddConstraint(
            model_name="deceasedentry",
            constraint=models.UniqueConstraint(
                models.F("document_type"),
                models.F("document_number"),
                name="deceased_once_per_document",
                violation_error_message="Esa persona ya está en la lista de fallecidos.",
            ),
        ),
        migrations.AddConstraint(
            model_name="deceasedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_number__regex", "^[A-Z0-9]{3,20}$"),
                    ("document_type__in", ["CC", "CE", "PA", "CD", "SC", "PE", "PT", "PR"]),
                ),
                name="deceased_document_well_formed",
                violation_error_message="El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111.",
            ),
        ),
        migrations.AddConstraint(
            model_name="deceasedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "deceased_on__lte",
                        django.db.models.functions.datetime.TruncDate(
                            django.db.models.functions.datetime.Now(), tzinfo=zoneinfo.ZoneInfo(key="America/Bogota")
                        ),
                    )
                ),
                name="deceased_not_in_the_future",
                violation_error_message="La fecha de fallecimiento debe ser hoy o un día anterior.",
            ),
        ),
        migrations.AddField(
            model_name="roleending",
            name="assignment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="endings",
                to="accounts.roleassignment",
                verbose_name="rol asignado",
            ),
        ),
        migrations.AddField(
            model_name="roleending",
            name="entity",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="entities.entity",
                verbose_name="entidad",
            ),
        ),
        migrations.AddField(
            model_name="roleending",
            name="load",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="entities.registryload",
                verbose_name="carga",
            ),
        ),
        migrations.AddIndex(
            model_name="roleending",
            index=models.Index(models.F("entity"), models.F("id"), name="role_ending_entity"),
        ),
        migrations.AddConstraint(
            model_name="roleending",
            constraint=models.UniqueConstraint(
                models.F("load"),
                models.F("assignment"),
                name="role_ending_once_per_load",
                violation_error_message="Una carga termina un rol una sola vez.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleending",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["deceased", "rethus", "sede", "independent", "plaza"])),
                name="role_ending_cause_known",
                violation_error_message="La causa debe ser una de la lista.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gte", models.F("at")),
                    models.Q(("ended_at__isnull", True), ("ended_at__gt", models.F("ends_at")), _connector="OR"),
                ),
                name="role_ending_earlier_and_not_in_the_past",
                violation_error_message="Un registro termina un rol ahora o después, y antes de cuando iba a terminar.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleending",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at__isnull", True), ("undone_at__gte", models.F("at")), _connector="OR"),
                name="role_ending_undone_afterwards",
                violation_error_message="Un rol se devuelve después de terminar.",
            ),
        ),
        migrations.RunSQL(DECEASED, DECEASED_REVERSE),
        migrations.RunSQL(ENTITY, ENTITY_REVERSE),
    ]
