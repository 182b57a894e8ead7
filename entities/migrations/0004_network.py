"""The networks: which entity is associated with which, and since when."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import mipres_admin.ranges


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0003_registry_load"),
    ]

    operations = [
        migrations.CreateModel(
            name="Association",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "starts_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="desde"),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="hasta")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="entities.entity",
                        verbose_name="entidad asociada",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="network",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
            ],
            options={
                "verbose_name": "asociación",
                "verbose_name_plural": "asociaciones",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("owner", models.F("member")), _negated=True),
                        name="association_of_two_entities",
                        violation_error_message="Una entidad no puede asociarse a sí misma.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gte", models.F("starts_at")), _connector="OR"
                        ),
                        name="association_ends_after_it_starts",
                        violation_error_message="La asociación debe terminar después de empezar.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=(
                            ("owner", "="),
                            ("member", "="),
                            (mipres_admin.ranges.TsTzRange("starts_at", "ends_at"), "&&"),
                        ),
                        name="association_no_overlap",
                        violation_error_message="Esa entidad ya está asociada.",
                    ),
                ],
            },
        ),
    ]
