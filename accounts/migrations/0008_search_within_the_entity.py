"""Words are looked for among the assignments of one entity, and a sede is counted in the index of the count."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_password_link"),
        ("entities", "0004_network"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.RemoveIndex(model_name="roleassignment", name="assignment_count"),
        migrations.RemoveIndex(model_name="roleassignment", name="assignment_listed_as_trgm"),
        migrations.AddIndex(
            model_name="roleassignment",
            index=models.Index(
                models.F("entity"),
                models.F("ends_at"),
                models.F("starts_at"),
                models.F("role"),
                name="assignment_counts",
                include=("sede",),
            ),
        ),
        migrations.AddIndex(
            model_name="roleassignment",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("entity"),
                django.contrib.postgres.indexes.OpClass("listed_as", name="gin_trgm_ops"),
                name="assignment_search",
            ),
        ),
    ]
