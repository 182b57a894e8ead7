"""People, accounts, registrations, roles and their assignment."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import mipres_admin.ranges
import mipres_admin.text


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("entities", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginThrottle",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField()),
                ("last_failure_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "intentos de ingreso",
                "verbose_name_plural": "intentos de ingreso",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("login", models.CharField(max_length=40, unique=True, verbose_name="usuario (login)")),
                ("email", models.EmailField(max_length=254, verbose_name="correo electrónico")),
                ("is_staff", models.BooleanField(default=False, verbose_name="personal del Ministerio")),
                ("is_active", models.BooleanField(default=True, verbose_name="activa")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="creada el"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "cuenta",
            },
        ),
        migrations.CreateModel(
            name="PasswordRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("encoded", models.CharField(max_length=200)),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "contraseña anterior",
                "verbose_name_plural": "contraseñas anteriores",
                "ordering": ("-set_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Person",
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
                ("first_name", models.CharField(max_length=60, verbose_name="primer nombre")),
                ("second_name", models.CharField(blank=True, max_length=60, verbose_name="segundo nombre")),
                ("first_surname", models.CharField(max_length=60, verbose_name="primer apellido")),
                ("second_surname", models.CharField(blank=True, max_length=60, verbose_name="segundo apellido")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="correo electrónico")),
                ("deceased_on", models.DateField(blank=True, null=True, verbose_name="fecha de fallecimiento")),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=mipres_admin.text.Fold(
                            django.db.models.functions.text.Concat(
                                "first_surname",
                                models.Value(" "),
                                "second_surname",
                                models.Value(" "),
                                "first_name",
                                models.Value(" "),
                                "second_name",
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=mipres_admin.text.Fold(
                            django.db.models.functions.text.Concat(
                                "first_name",
                                models.Value(" "),
                                "second_name",
                                models.Value(" "),
                                "first_surname",
                                models.Value(" "),
                                "second_surname",
                                models.Value(" "),
                                "document_type",
                                "document_number",
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "persona",
                "ordering": ("sort_name",),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search", name="gin_trgm_ops"),
                        name="person_search_trgm",
                    ),
                    models.Index(models.F("sort_name"), models.F("id"), name="person_sort_name"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("document_type"),
                        models.F("document_number"),
                        name="person_once_per_document",
                        violation_error_message="Ya existe una persona con ese documento.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("document_number__regex", "^[A-Z0-9]{3,20}$"),
                            ("document_type__in", ["CC", "CE", "PA", "CD", "SC", "PE", "PT", "PR"]),
                        ),
                        name="person_document_well_formed",
                        violation_error_message="El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_name", ""), _negated=True), models.Q(("first_surname", ""), _negated=True)
                        ),
                        name="person_has_name_and_surname",
                        violation_error_message="Ingrese el primer nombre y el primer apellido.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.person",
                verbose_name="persona",
            ),
        ),
        migrations.CreateModel(
            name="Profession",
            fields=[
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name="código")),
                ("name", models.CharField(max_length=80, verbose_name="nombre")),
            ],
            options={
                "verbose_name": "profesión",
                "verbose_name_plural": "profesiones",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^P[0-9]{2}$")),
                        name="profession_code_well_formed",
                        violation_error_message="El código de la profesión debe ser P y dos dígitos, por ejemplo P07.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisteredUser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PROF", "Profesional de la salud"),
                            ("SSO", "Servicio Social Obligatorio (SSO)"),
                            ("OTRO", "Otro Usuario"),
                        ],
                        max_length=4,
                        verbose_name="tipo de usuario",
                    ),
                ),
                (
                    "professional_registry",
                    models.CharField(blank=True, max_length=30, verbose_name="registro profesional"),
                ),
                (
                    "registered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="registrado el",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registration",
                        to="accounts.person",
                        verbose_name="persona",
                    ),
                ),
                (
                    "profession",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.profession",
                        verbose_name="profesión",
                    ),
                ),
            ],
            options={
                "verbose_name": "usuario registrado",
                "verbose_name_plural": "usuarios registrados",
            },
        ),
        migrations.CreateModel(
            name="RethusEntry",
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
                ("registry_number", models.CharField(max_length=30, verbose_name="registro profesional")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="retirado el")),
                (
                    "profession",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="accounts.profession", verbose_name="profesión"
                    ),
                ),
            ],
            options={
                "verbose_name": "registro de ReTHUS",
                "verbose_name_plural": "registros de ReTHUS",
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("Rol_Prescriptor", "Prescriptor"),
                            ("Rol_Ordenador", "Ordenador"),
                            ("Rol_OrdenadorEnfermeria", "Ordenador de enfermería"),
                            ("Rol_JuntaMedicaIPS", "Junta de profesionales en IPS"),
                            ("Rol_Anulador", "Anulador IPS"),
                            ("Rol_Admision", "Admisión"),
                            ("Rol_TranscriptorIPS", "Transcriptor IPS"),
                            ("Rol_Dispensador", "Dispensador"),
                            ("Rol_JuntaMedicaEPS", "Junta de profesionales en EPS"),
                            ("Rol_AnuladorEPS", "Anulador EPS"),
                            ("Rol_Recobrante", "Recobrante"),
                            ("Rol_Transcriptor", "Transcriptor EPS"),
                            ("Rol_ServicioComplementario", "Servicio complementario"),
                        ],
                        max_length=30,
                        verbose_name="rol",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="desde"),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="hasta")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments_made",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asignado por",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments_ended",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="terminado por",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="entities.entity",
                        verbose_name="entidad",
                    ),
                ),
                (
                    "sede",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="entities.sede",
                        verbose_name="sede",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="accounts.registereduser",
                        verbose_name="usuario",
                    ),
                ),
            ],
            options={
                "verbose_name": "rol asignado",
                "verbose_name_plural": "roles asignados",
            },
        ),
        migrations.CreateModel(
            name="SsoPost",
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
                ("starts_on", models.DateField(verbose_name="desde")),
                ("ends_on", models.DateField(verbose_name="hasta")),
                (
                    "sede",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sso_posts",
                        to="entities.sede",
                        verbose_name="plaza",
                    ),
                ),
            ],
            options={
                "verbose_name": "plaza de SSO",
                "verbose_name_plural": "plazas de SSO",
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("login__regex", "^[A-Z0-9_.-]{3,40}$")),
                name="account_login_well_formed",
                violation_error_message="El usuario debe tener de 3 a 40 letras mayúsculas o dígitos.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entity__isnull", True),
                    models.Q(("is_staff", False), ("is_superuser", False), ("person__isnull", False)),
                    _connector="OR",
                ),
                name="account_delegate_is_a_person_and_not_staff",
                violation_error_message="La cuenta de una entidad debe ser de una persona que no sea del Ministerio.",
            ),
        ),
        migrations.AddIndex(
            model_name="registereduser",
            index=models.Index(models.F("professional_registry"), name="registered_user_registry"),
        ),
        migrations.AddConstraint(
            model_name="registereduser",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("PROF", "SSO")),
                        ("profession__isnull", False),
                        models.Q(("professional_registry", ""), _negated=True),
                    ),
                    models.Q(("kind", "OTRO"), ("profession__isnull", True), ("professional_registry", "")),
                    _connector="OR",
                ),
                name="registered_user_profession_fits_kind",
                violation_error_message="Un profesional o SSO debe tener profesión y registro profesional; Otro Usuario, ninguno.",
            ),
        ),
        migrations.AddConstraint(
            model_name="rethusentry",
            constraint=models.UniqueConstraint(
                models.F("document_type"),
                models.F("document_number"),
                models.F("profession"),
                name="rethus_once_per_profession",
                violation_error_message="Esa persona ya tiene esa profesión en ReTHUS.",
            ),
        ),
        migrations.AddConstraint(
            model_name="rethusentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_number__regex", "^[A-Z0-9]{3,20}$"),
                    ("document_type__in", ["CC", "CE", "PA", "CD", "SC", "PE", "PT", "PR"]),
                ),
                name="rethus_document_well_formed",
                violation_error_message="El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111.",
            ),
        ),
        migrations.AddConstraint(
            model_name="rethusentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("registry_number", ""), _negated=True),
                name="rethus_has_registry_number",
                violation_error_message="Ingrese el número de registro profesional.",
            ),
        ),
        migrations.AddIndex(
            model_name="roleassignment",
            index=models.Index(models.F("entity"), models.F("user"), name="assignment_entity_user"),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "Rol_Prescriptor",
                            "Rol_Ordenador",
                            "Rol_OrdenadorEnfermeria",
                            "Rol_JuntaMedicaIPS",
                            "Rol_Anulador",
                            "Rol_Admision",
                            "Rol_TranscriptorIPS",
                            "Rol_Dispensador",
                            "Rol_JuntaMedicaEPS",
                            "Rol_AnuladorEPS",
                            "Rol_Recobrante",
                            "Rol_Transcriptor",
                            "Rol_ServicioComplementario",
                        ],
                    )
                ),
                name="assignment_role_known",
                violation_error_message="El rol debe ser uno de los de MIPRES.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                name="assignment_ends_after_it_starts",
                violation_error_message="El rol debe terminar después de empezar.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_by__isnull", True), ("ends_at__isnull", False), _connector="OR"),
                name="assignment_ended_by_only_when_ended",
                violation_error_message="Quien termina un rol debe dejar la fecha en que termina.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=(
                    ("user", "="),
                    ("sede", "="),
                    ("role", "="),
                    (mipres_admin.ranges.TsTzRange("starts_at", "ends_at"), "&&"),
                ),
                name="assignment_no_overlap",
                violation_error_message="El usuario ya tiene ese rol en esa sede en esas fechas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssopost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_number__regex", "^[A-Z0-9]{3,20}$"),
                    ("document_type__in", ["CC", "CE", "PA", "CD", "SC", "PE", "PT", "PR"]),
                ),
                name="sso_document_well_formed",
                violation_error_message="El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssopost",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="sso_ends_after_it_starts",
                violation_error_message="La plaza debe terminar el día en que empieza o después.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssopost",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=(
                    ("document_type", "="),
                    ("document_number", "="),
                    (mipres_admin.ranges.DateRange("starts_on", "ends_on"), "&&"),
                ),
                name="sso_one_post_at_a_time",
                violation_error_message="Esa persona ya tiene una plaza en esas fechas.",
            ),
        ),
    ]
