"""An association knows who made and ended it, and that its two entities are of kinds that go together."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# the kinds are the entities', whatever a statement says; that of an entity that does not exist is refused by the CHECK
KINDS = """
CREATE FUNCTION association_knows_its_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.owner_kind := coalesce((SELECT kind FROM entities_entity WHERE id = NEW.owner_id), '');
    NEW.member_kind := coalesce((SELECT kind FROM entities_entity WHERE id = NEW.member_id), '');
    RETURN NEW;
END $$;
CREATE TRIGGER association_kinds BEFORE INSERT OR UPDATE OF owner_id, member_id, owner_kind, member_kind
    ON entities_association FOR EACH ROW EXECUTE FUNCTION association_knows_its_kinds();
UPDATE entities_association SET owner_kind = '';
"""
KINDS_REVERSE = """
DROP TRIGGER association_kinds ON entities_association;
DROP FUNCTION association_knows_its_kinds();
"""

# Django has no composite foreign keys: with these an entity that is in a network can not change its kind
KINDS_OF_THE_ENTITIES = """
ALTER TABLE entities_association
    ADD CONSTRAINT association_owner_of_its_kind
        FOREIGN KEY (owner_id, owner_kind) REFERENCES entities_entity (id, kind),
    ADD CONSTRAINT association_member_of_its_kind
        FOREIGN KEY (member_id, member_kind) REFERENCES entities_entity (id, kind);
"""
KINDS_OF_THE_ENTITIES_REVERSE = """
ALTER TABLE entities_association
    DROP CONSTRAINT association_owner_of_its_kind,
    DROP CONSTRAINT association_member_of_its_kind;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0005_provider_sedes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="association",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asociada por",
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="desasociada por",
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="member_kind",
            field=models.CharField(
                db_default="", editable=False, max_length=5, verbose_name="tipo de la entidad asociada"
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="owner_kind",
            field=models.CharField(db_default="", editable=False, max_length=5),
        ),
        migrations.AddField(
            model_name="entity",
            name="et_model",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Modelo 1 - Entidad Territorial Asume Red de Proveedores NO PBSUPC"),
                    (2, "Modelo 2 - Entidad Territorial NO Asume Red de Proveedores NO PBSUPC"),
                ],
                null=True,
                verbose_name="modelo",
            ),
        ),
        migrations.RunSQL(KINDS, KINDS_REVERSE),
        migrations.AddConstraint(
            model_name="association",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("member_kind__in", ("IPS", "PROV", "PI")), ("owner_kind", "EPS_C")),
                    models.Q(("member_kind__in", ("IPS", "PROV", "PI")), ("owner_kind", "EPS_S")),
                    models.Q(("member_kind__in", ("EPS_S",)), ("owner_kind", "ET")),
                    _connector="OR",
                ),
                name="association_owner_takes_such_members",
                violation_error_message="Una EPS asocia IPS, Proveedores y Profesionales Independientes; una Entidad Territorial asocia EPS - Subsidiado.",
            ),
        ),
        migrations.AddConstraint(
            model_name="association",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_by__isnull", True), ("ends_at__isnull", False), _connector="OR"),
                name="association_ended_by_only_when_ended",
                violation_error_message="Quien termina una asociación debe dejar la fecha en que termina.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("et_model__isnull", True), models.Q(("et_model__in", [1, 2]), ("kind", "ET")), _connector="OR"
                ),
                name="entity_et_model_only_for_et",
                violation_error_message="Solo una Entidad Territorial lleva modelo, 1 o 2.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entity",
            constraint=models.UniqueConstraint(models.F("id"), models.F("kind"), name="entity_with_its_kind"),
        ),
        migrations.RunSQL(KINDS_OF_THE_ENTITIES, KINDS_OF_THE_ENTITIES_REVERSE),
    ]
