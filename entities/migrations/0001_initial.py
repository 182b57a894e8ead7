"""Entities, sedes and DIVIPOLA; the extensions and the function that fold words for searching."""

from pathlib import Path

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

import mipres_admin.text

FOLD = Path(mipres_admin.text.__file__).with_name("fold.sql")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(FOLD.read_text(), "DROP FUNCTION fold(text);"),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("code", models.CharField(max_length=2, primary_key=True, serialize=False, verbose_name="código")),
                ("name", models.CharField(max_length=80, verbose_name="nombre")),
            ],
            options={
                "verbose_name": "departamento",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{2}$")),
                        name="department_code_two_digits",
                        violation_error_message="El código del departamento debe tener dos dígitos, por ejemplo 05.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("IPS", "Institución Prestadora de Servicios de Salud - IPS"),
                            ("EPS_C", "Entidad Promotora de Salud - EPS - Contributivo"),
                            ("EPS_S", "Entidad Promotora de Salud - EPS - Subsidiado"),
                            ("ET", "Entidad Territorial Departamental - Distrital"),
                            ("PROV", "Proveedor"),
                            ("PPN", "Proveedor Persona Natural"),
                            ("PI", "Profesional Independiente"),
                        ],
                        max_length=5,
                        verbose_name="tipo de entidad",
                    ),
                ),
                (
                    "identification_type",
                    models.CharField(
                        choices=[
                            ("NI", "NIT"),
                            ("CC", "Cédula de ciudadanía"),
                            ("CE", "Cédula de extranjería"),
                            ("PA", "Pasaporte"),
                            ("PE", "Permiso especial de permanencia"),
                            ("PT", "Permiso por protección temporal"),
                        ],
                        default="NI",
                        max_length=2,
                        verbose_name="tipo de identificación",
                    ),
                ),
                ("nit", models.CharField(max_length=20, verbose_name="NIT o documento")),
                ("name", models.CharField(max_length=300, verbose_name="razón social")),
                (
                    "eps_code",
                    models.CharField(blank=True, max_length=6, null=True, unique=True, verbose_name="código de EPS"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="activa")),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=mipres_admin.text.Fold(
                            django.db.models.functions.text.Concat("name", models.Value(" "), "nit")
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "entidad",
                "verbose_name_plural": "entidades",
                "ordering": ("name",),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search", name="gin_trgm_ops"),
                        name="entity_search_trgm",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("kind"),
                        models.F("identification_type"),
                        models.F("nit"),
                        name="entity_once_per_kind_and_nit",
                        violation_error_message="Ya existe una entidad de este tipo con esa identificación.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["IPS", "EPS_C", "EPS_S", "ET", "PROV", "PPN", "PI"])),
                        name="entity_kind_known",
                        violation_error_message="El tipo de entidad debe ser uno de la lista.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("identification_type", "NI"), ("nit__regex", "^[0-9]{6,10}$")),
                            models.Q(
                                ("identification_type__in", ("CC", "CE", "PA", "PE", "PT")),
                                ("nit__regex", "^[A-Z0-9]{3,20}$"),
                            ),
                            _connector="OR",
                        ),
                        name="entity_nit_well_formed",
                        violation_error_message="El NIT debe tener de 6 a 10 dígitos, sin dígito de verificación, por ejemplo 900123456.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("eps_code__isnull", False),
                                ("eps_code__regex", "^[A-Z0-9]{6}$"),
                                ("kind__in", ("EPS_C", "EPS_S")),
                            ),
                            models.Q(
                                models.Q(("kind__in", ("EPS_C", "EPS_S")), _negated=True), ("eps_code__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="entity_eps_code_only_for_eps",
                        violation_error_message="Solo una EPS lleva código, de seis caracteres, por ejemplo EPS008.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="entity_has_a_name",
                        violation_error_message="Ingrese la razón social de la entidad.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                ("code", models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name="código")),
                ("name", models.CharField(max_length=80, verbose_name="nombre")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="municipalities",
                        to="entities.department",
                        verbose_name="departamento",
                    ),
                ),
            ],
            options={
                "verbose_name": "municipio",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Sede",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="código")),
                ("name", models.CharField(max_length=300, verbose_name="nombre")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="dirección")),
                ("phone", models.CharField(blank=True, max_length=100, verbose_name="teléfono")),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="correo electrónico")),
                (
                    "provider_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("IPS", "Instituciones Prestadoras de Servicios de Salud - IPS"),
                            ("PI", "Profesional Independiente"),
                            ("OD", "Objeto Social Diferente a la Prestación de Servicios de Salud"),
                            ("TE", "Transporte Especial de Pacientes"),
                        ],
                        max_length=3,
                        verbose_name="clase de prestador",
                    ),
                ),
                ("reps_cut_on", models.DateField(blank=True, null=True, verbose_name="fecha de corte del REPS")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="cerrada el")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="creada el"
                    ),
                ),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=mipres_admin.text.Fold(
                            django.db.models.functions.text.Concat("code", models.Value(" "), "name")
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sedes",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sedes",
                        to="entities.municipality",
                        verbose_name="municipio",
                    ),
                ),
            ],
            options={
                "verbose_name": "sede",
                "ordering": ("name", "code"),
            },
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9]{5}$"), ("code__startswith", models.F("department_id"))),
                name="municipality_code_in_department",
                violation_error_message="El código del municipio debe tener cinco dígitos y empezar por el de su departamento, por ejemplo 05001.",
            ),
        ),
        migrations.AddIndex(
            model_name="sede",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search", name="gin_trgm_ops"), name="sede_search_trgm"
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^([0-9]{12}|PROV[0-9]{6}|[A-Z0-9]{6})$")),
                name="sede_code_well_formed",
                violation_error_message="El código de la sede debe tener 12 dígitos (habilitación), PROV y 6 dígitos (proveedor) o 6 caracteres (EPS).",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.CheckConstraint(
                condition=models.Q(("municipality__isnull", False), ("code__regex", "^[A-Z0-9]{6}$"), _connector="OR"),
                name="sede_has_municipality_unless_eps",
                violation_error_message="Ingrese el municipio de la sede.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("provider_class", ""), ("provider_class__in", ("IPS", "PI", "OD", "TE")), _connector="OR"
                ),
                name="sede_provider_class_known",
                violation_error_message="La clase de prestador debe ser una de las cuatro del REPS.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="sede_has_a_name",
                violation_error_message="Ingrese el nombre de la sede.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sede",
            constraint=models.UniqueConstraint(models.F("id"), models.F("entity"), name="sede_with_its_entity"),
        ),
    ]
