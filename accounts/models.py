"""Which people, accounts, registrations and role assignments exist, and what can never be false of them?"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Now, TruncDate
from django.utils import timezone

from accounts.endings import Cause
from accounts.roles import Role, UserKind, roles_of_the_network
from accounts.security import models as security_models  # noqa: F401  Django finds models here
from accounts.validity import midnight
from accounts.viewing import models as viewing_models  # noqa: F401  and here
from entities.models import Entity, EntityKind, RegistryLoad, Sede
from mipres_admin.digests import SHA256
from mipres_admin.ranges import DateRange, TsTzRange
from mipres_admin.text import Fold


class DocumentType(models.TextChoices):
    """Document types that people may have in the portal (TI, RC, NV, AS and MS only exist for patients)."""

    CC = "CC", "Cédula de ciudadanía"
    CE = "CE", "Cédula de extranjería"
    PA = "PA", "Pasaporte"
    CD = "CD", "Carné diplomático"
    SC = "SC", "Salvoconducto de permanencia"
    PE = "PE", "Permiso especial de permanencia"
    PT = "PT", "Permiso por protección temporal"
    PR = "PR", "Pasaporte de la ONU"


class Sex(models.TextChoices):
    """Sexo, as identity documents have it (Decreto 1227 de 2015; cédula with M, F, NB and T)."""

    F = "F", "Femenino"
    M = "M", "Masculino"
    NB = "NB", "No binario"
    T = "T", "Trans"


DOCUMENT_NUMBER = r"^[A-Z0-9]{3,20}$"


def document_check(name: str) -> models.CheckConstraint:
    """The one rule for documents of people, for every table that holds one."""
    return models.CheckConstraint(
        condition=Q(document_type__in=DocumentType.values, document_number__regex=DOCUMENT_NUMBER),
        name=name,
        violation_error_message=(
            "El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111."
        ),
    )


# ---------------------------------------------------------------- people


def of_document(words: str, path: str = "") -> Q:
    """The condition that a document at `path` is the one that is written, with its type or without: CC1025000111.

    The type is always asked for too, so that the unique indexes of documents, which begin with it, serve.
    """
    bare, kinds = "".join(filter(str.isalnum, words.upper())), DocumentType.values
    numbers = {bare, *(bare.removeprefix(kind) for kind in kinds)}
    return Q(**{f"{path}document_type__in": kinds, f"{path}document_number__in": sorted(numbers)})


class PersonQuerySet(models.QuerySet["Person"]):
    def matching(self, words: str) -> Self:
        """Persons of this document, or whose names hold every word, without accents or case."""
        if any(letter.isdigit() for letter in words):
            return self.filter(of_document(words))
        found = self
        for word in words.split():
            found = found.filter(sort_name__contains=Fold(Value(word)))
        return found


class Person(models.Model):
    """A natural person, known once by document type and number."""

    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    first_name = models.CharField("primer nombre", max_length=60)
    second_name = models.CharField("segundo nombre", max_length=60, blank=True)
    first_surname = models.CharField("primer apellido", max_length=60)
    second_surname = models.CharField("segundo apellido", max_length=60, blank=True)
    sex = models.CharField("sexo", max_length=2, choices=Sex, blank=True, db_default="")
    email = models.EmailField("correo electrónico", blank=True)
    # kept true from `DeceasedEntry` by triggers (migration 0010), also for people who come to the portal later
    deceased_on = models.DateField("fecha de fallecimiento", null=True, blank=True)
    sort_name = models.GeneratedField(
        expression=Fold(
            Concat("first_surname", Value(" "), "second_surname", Value(" "), "first_name", Value(" "), "second_name")
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "persona"
        ordering = ("sort_name",)
        constraints = (
            models.UniqueConstraint(
                "document_type",
                "document_number",
                name="person_once_per_document",
                violation_error_message="Ya existe una persona con ese documento.",
            ),
            document_check("person_document_well_formed"),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(first_surname=""),
                name="person_has_name_and_surname",
                violation_error_message="Ingrese el primer nombre y el primer apellido.",
            ),
            models.CheckConstraint(
                condition=Q(sex="") | Q(sex__in=Sex.values),
                name="person_sex_known",
                violation_error_message="El sexo debe ser uno de la lista.",
            ),
        )
        indexes = (
            models.Index("sort_name", "id", name="person_sort_name"),
            models.Index("id", condition=Q(deceased_on__isnull=False), name="person_deceased"),
            # the Ministry looks for people by name in the whole country
            GinIndex(OpClass("sort_name", name="gin_trgm_ops"), name="person_search_trgm"),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The four names as they are spoken."""
        names = (self.first_name, self.second_name, self.first_surname, self.second_surname)
        return " ".join(name for name in names if name)


class Profession(models.Model):
    """A profession of ReTHUS; the fourteen of the Junta come with the first migration, others with the registry."""

    code = models.CharField("código", max_length=3, primary_key=True)
    name = models.CharField("nombre", max_length=80)

    class Meta:
        verbose_name = "profesión"
        verbose_name_plural = "profesiones"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^P[0-9]{2}$"),
                name="profession_code_well_formed",
                violation_error_message="El código de la profesión debe ser P y dos dígitos, por ejemplo P07.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class RethusEntryQuerySet(models.QuerySet["RethusEntry"]):
    def of(self, person: Person) -> Self:
        """What ReTHUS has of this person, open or closed."""
        return self.filter(document_type=person.document_type, document_number=person.document_number)

    def closed(self) -> Self:
        """Entries that ReTHUS no longer has."""
        return self.filter(closed_on__isnull=False)


class RethusEntry(models.Model):
    """One profession of one person in ReTHUS, as the Ministry loads it."""

    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    profession = models.ForeignKey(Profession, on_delete=models.PROTECT, verbose_name="profesión")
    registry_number = models.CharField("registro profesional", max_length=30)
    closed_on = models.DateField("retirado el", null=True, blank=True)

    objects = RethusEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "registro de ReTHUS"
        verbose_name_plural = "registros de ReTHUS"
        constraints = (
            models.UniqueConstraint(
                "document_type",
                "document_number",
                "profession",
                name="rethus_once_per_profession",
                violation_error_message="Esa persona ya tiene esa profesión en ReTHUS.",
            ),
            document_check("rethus_document_well_formed"),
            models.CheckConstraint(
                condition=~Q(registry_number=""),
                name="rethus_has_registry_number",
                violation_error_message="Ingrese el número de registro profesional.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number} {self.profession_id}"


class SsoPostQuerySet(models.QuerySet["SsoPost"]):
    def of(self, person: Person) -> Self:
        """The posts that the Ministry has assigned to this person."""
        return self.filter(document_type=person.document_type, document_number=person.document_number)


class SsoPost(models.Model):
    """A plaza of Servicio Social Obligatorio: one person at one sede, both days included."""

    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    sede = models.ForeignKey(Sede, on_delete=models.PROTECT, related_name="sso_posts", verbose_name="plaza")
    starts_on = models.DateField("desde")
    ends_on = models.DateField("hasta")

    objects = SsoPostQuerySet.as_manager()

    class Meta:
        verbose_name = "plaza de SSO"
        verbose_name_plural = "plazas de SSO"
        constraints = (
            document_check("sso_document_well_formed"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="sso_ends_after_it_starts",
                violation_error_message="La plaza debe terminar el día en que empieza o después.",
            ),
            ExclusionConstraint(
                name="sso_one_post_at_a_time",
                expressions=(
                    ("document_type", RangeOperators.EQUAL),
                    ("document_number", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ),
                violation_error_message="Esa persona ya tiene una plaza en esas fechas.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number} {self.sede_id} {self.starts_on}/{self.ends_on}"


class DeceasedEntry(models.Model):
    """A person who died, as the Ministry's list says; closed when the list no longer does: a correction."""

    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    deceased_on = models.DateField("fecha de fallecimiento")
    closed_on = models.DateField("corregido el", null=True, blank=True)

    class Meta:
        verbose_name = "fallecido"
        constraints = (
            models.UniqueConstraint(
                "document_type",
                "document_number",
                name="deceased_once_per_document",
                violation_error_message="Esa persona ya está en la lista de fallecidos.",
            ),
            document_check("deceased_document_well_formed"),
            models.CheckConstraint(
                condition=Q(deceased_on__lte=TruncDate(Now(), tzinfo=ZoneInfo("America/Bogota"))),
                name="deceased_not_in_the_future",
                violation_error_message="La fecha de fallecimiento debe ser hoy o un día anterior.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number} {self.deceased_on}"


# ---------------------------------------------------------------- registered users and their roles


class RegisteredUser(models.Model):
    """A person registered for MIPRES (Módulo Registro de Usuarios), whom delegates activate."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="registration", verbose_name="persona")
    kind = models.CharField("tipo de usuario", max_length=4, choices=UserKind)
    profession = models.ForeignKey(
        Profession, on_delete=models.PROTECT, null=True, blank=True, verbose_name="profesión"
    )
    professional_registry = models.CharField("registro profesional", max_length=30, blank=True)
    registered_at = models.DateTimeField("registrado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "usuario registrado"
        verbose_name_plural = "usuarios registrados"
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(kind__in=(UserKind.PROFESIONAL, UserKind.SSO), profession__isnull=False)
                    & ~Q(professional_registry="")
                )
                | Q(kind=UserKind.OTRO, profession__isnull=True, professional_registry=""),
                name="registered_user_profession_fits_kind",
                violation_error_message=(
                    "Un profesional o SSO debe tener profesión y registro profesional; Otro Usuario, ninguno."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.login

    @property
    def login(self) -> str:
        """The user's name in MIPRES: document type and number, for example CC1025000111."""
        return f"{self.person.document_type}{self.person.document_number}"


def independents_among(members: Iterable[Entity], person: str) -> Q:
    """The condition that the person at the path `person` is one of the independent professionals among `members`."""
    documents = (
        Q(**{f"{person}document_type": member.identification_type, f"{person}document_number": member.nit})
        for member in members
        if member.kind == EntityKind.PROFESIONAL_INDEPENDIENTE
    )
    return reduce(or_, documents, Q(pk__in=()))


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def visible_to(self, entity: Entity) -> Self:
        """The assignments of one entity: the only ones its delegate may see or touch."""
        # psycopg writes small numbers as integer, and the GIN index compares bigint with bigint alone
        return self.filter(entity=Cast(Value(entity.pk), models.BigIntegerField()))

    def current(self, at: datetime | None = None) -> Self:
        """Assignments in force at a moment (now by default); no job ever has to end one."""
        moment = at or Now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)

    def not_ended(self, at: datetime | None = None) -> Self:
        """Assignments in force or still to come at a moment (now by default)."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at or Now()))

    def to_come(self) -> Self:
        """Assignments that have not begun."""
        return self.not_ended().filter(starts_at__gt=Now())

    def ending_within(self, days: int) -> Self:
        """Assignments in force that end within so many days."""
        return self.current().filter(ends_at__lte=Now() + timedelta(days=days))

    def ended(self, at: datetime | None = None) -> Self:
        """Assignments that are over at a moment (now by default)."""
        return self.filter(ends_at__lte=at or Now())

    def depending_on(self, owner: Entity, members: Iterable[Entity]) -> Self:
        """Those that `owner` gave to independent professionals because they are these members of its network."""
        people = independents_among(members, "user__person__")
        return self.visible_to(owner).filter(people, role__in=roles_of_the_network(owner.kind))

    def matching(self, words: str) -> Self:
        """Assignments whose user's names, document, login or professional registry hold every word.

        A word of one or two letters must begin one of them: no index finds so little in the middle of words.
        """
        found = self
        for word in words.split():
            folded = Fold(Value(word if len(word) > 2 else f" {word}"))
            found = found.filter(listed_as__contains=folded)
        return found

    def listed(self) -> Self:
        """In the order of the list: surnames, names, document."""
        return self.order_by("listed_as", "pk")

    def at_sede(self, words: str) -> Self:
        """Assignments at sedes whose code or name holds every word."""
        found = self
        for word in words.split():
            found = found.filter(sede__search__contains=Fold(Value(word)))
        return found


class RoleAssignment(models.Model):
    """One role of one user at one sede, from `starts_at` up to but not including `ends_at` (null: no end)."""

    user = models.ForeignKey(
        RegisteredUser, on_delete=models.PROTECT, related_name="assignments", verbose_name="usuario"
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="assignments", db_index=False, verbose_name="entidad"
    )
    sede = models.ForeignKey(Sede, on_delete=models.PROTECT, related_name="assignments", verbose_name="sede")
    role = models.CharField("rol", max_length=30, choices=Role)
    starts_at = models.DateTimeField("desde", db_default=Now())
    ends_at = models.DateTimeField("hasta", null=True, blank=True)
    created_by = models.ForeignKey(
        "Account",
        on_delete=models.PROTECT,
        related_name="assignments_made",
        db_index=False,
        verbose_name="asignado por",
    )
    ended_by = models.ForeignKey(
        "Account",
        on_delete=models.PROTECT,
        related_name="assignments_ended",
        null=True,
        blank=True,
        db_index=False,
        verbose_name="terminado por",
    )
    # how its user is sorted and found: folded surnames, names, login and registry, each after a space; kept true by
    # triggers of PostgreSQL (migration 0003), so that a list of half a million rows needs neither join nor sort
    listed_as = models.TextField(editable=False, db_default="", db_collation="C")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "rol asignado"
        verbose_name_plural = "roles asignados"
        permissions = (("end_roleassignment", "Puede terminar un rol asignado"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="assignment_role_known",
                violation_error_message="El rol debe ser uno de los de MIPRES.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="assignment_ends_after_it_starts",
                violation_error_message="El rol debe terminar después de empezar.",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ends_at__isnull=False),
                name="assignment_ended_by_only_when_ended",
                violation_error_message="Quien termina un rol debe dejar la fecha en que termina.",
            ),
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=(
                    ("user", RangeOperators.EQUAL),
                    ("sede", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ),
                violation_error_message="El usuario ya tiene ese rol en esa sede en esas fechas.",
            ),
        )
        indexes = (
            models.Index("entity", "listed_as", "id", name="assignment_list"),
            # "Registros encontrados" is exact: counted in this index alone, a third of the time of reading the table
            models.Index("entity", "ends_at", "starts_at", "role", include=("sede",), name="assignment_counts"),
            # words are looked for among the entity's own, not in the country's; see `visible_to`
            GinIndex("entity", OpClass("listed_as", name="gin_trgm_ops"), name="assignment_search"),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} {self.sede_id}"

    @property
    def first_day(self) -> date:
        """The day on which it begins, in Colombia."""
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self) -> date | None:
        """The last day on which it is held, in Colombia, or None."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1)) if self.ends_at else None

    @property
    def ended_because(self) -> str:
        """What an official registry said that gave it its last day, or "" (`prefetch_related("endings")` in lists)."""
        mine = (ending for ending in self.endings.all() if ending.undone_at is None and ending.ends_at == self.ends_at)
        return next((ending.get_cause_display() for ending in mine), "")

    @property
    def state(self) -> str:
        """In force, over or still to come, in the words of the list."""
        now = timezone.now()
        if self.ends_at is not None and self.ends_at <= now:
            return "Terminado"
        return "Activo" if self.starts_at <= now else "Por empezar"


class RoleEndingQuerySet(models.QuerySet["RoleEnding"]):
    def visible_to(self, entity: Entity) -> Self:
        """What ended in one entity: all that its delegate may see."""
        return self.filter(entity=entity)

    def standing(self) -> Self:
        """What was not given back by undoing the load."""
        return self.filter(undone_at__isnull=True)

    def since(self, days: int) -> Self:
        """What ended today and in so many days before it."""
        return self.filter(at__gte=midnight(timezone.localdate() - timedelta(days=days)))

    def on(self, day: date) -> Self:
        """What ended on a day, in Colombia."""
        return self.filter(at__date=day)


class RoleEnding(models.Model):
    """A role that a load of an official registry ended or shortened, why, and what it was before."""

    load = models.ForeignKey(RegistryLoad, on_delete=models.PROTECT, related_name="+", verbose_name="carga")
    assignment = models.ForeignKey(
        RoleAssignment, on_delete=models.PROTECT, related_name="endings", verbose_name="rol asignado"
    )
    # copied from the assignment by a trigger (migration 0010), so that a delegate's list begins at his entity
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name="entidad"
    )
    cause = models.CharField("causa", max_length=11, choices=Cause)
    at = models.DateTimeField("fecha")
    ends_at = models.DateTimeField("hasta")
    started_at = models.DateTimeField("desde, antes")
    ended_at = models.DateTimeField("hasta, antes", null=True, blank=True)
    undone_at = models.DateTimeField("devuelto el", null=True, blank=True)

    objects = RoleEndingQuerySet.as_manager()

    class Meta:
        verbose_name = "rol terminado por un registro"
        verbose_name_plural = "roles terminados por un registro"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                "load",
                "assignment",
                name="role_ending_once_per_load",
                violation_error_message="Una carga termina un rol una sola vez.",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=Cause.values),
                name="role_ending_cause_known",
                violation_error_message="La causa debe ser una de la lista.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("at")) & (Q(ended_at__isnull=True) | Q(ended_at__gt=F("ends_at"))),
                name="role_ending_earlier_and_not_in_the_past",
                violation_error_message="Un registro termina un rol ahora o después, y antes de cuando iba a terminar.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("at")),
                name="role_ending_undone_afterwards",
                violation_error_message="Un rol se devuelve después de terminar.",
            ),
        )
        indexes = (models.Index("entity", "id", name="role_ending_entity"),)

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.cause}"

    @property
    def remedy(self) -> str:
        """What the delegate can do about it now."""
        return Cause(self.cause).remedy

    @property
    def last_day(self) -> date:
        """The last day on which the role is held, in Colombia."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))


class RoleUpload(models.Model):
    """A workbook of Consultar Usuarios that came back: its rows, what each would do, and whether it was applied.

    `rows` hold personal data: they are kept for a few days only (`accounts.actions.uploads`).
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", "Vista previa"
        APPLIED = "applied", "Aplicado"

    class Mode(models.TextChoices):
        ALL = "todo", "Todo o nada"
        GOOD = "correctas", "Solo las filas correctas"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="role_uploads", verbose_name="entidad")
    file_name = models.CharField("archivo", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.JSONField("filas")
    made_by = models.ForeignKey("Account", on_delete=models.PROTECT, related_name="+", verbose_name="cargado por")
    made_at = models.DateTimeField("cargado el", db_default=Now(), editable=False)
    state = models.CharField("estado", max_length=9, choices=State, default=State.PREVIEWED)
    mode = models.CharField("modo", max_length=9, choices=Mode, blank=True)
    applied_by = models.ForeignKey(
        "Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="aplicado por"
    )
    applied_at = models.DateTimeField("aplicado el", null=True, blank=True)

    class Meta:
        verbose_name = "carga de roles"
        verbose_name_plural = "cargas de roles"
        constraints = (
            models.CheckConstraint(
                condition=Q(state="previewed", mode="", applied_by__isnull=True, applied_at__isnull=True)
                | Q(
                    state="applied", mode__in=("todo", "correctas"), applied_by__isnull=False, applied_at__isnull=False
                ),
                name="role_upload_applied_by_someone_at_some_time",
                violation_error_message="Una carga aplicada debe decir quién la aplicó, cuándo y cómo.",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=SHA256),
                name="role_upload_sha256_well_formed",
                violation_error_message="El SHA-256 debe tener 64 dígitos hexadecimales.",
            ),
            models.CheckConstraint(
                condition=~Q(file_name=""),
                name="role_upload_names_its_file",
                violation_error_message="Ingrese el nombre del archivo.",
            ),
        )
        indexes = (models.Index("made_at", name="role_upload_made_at"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


# ---------------------------------------------------------------- accounts that log in


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, login: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account; `login` is stored in upper case. Without password nobody can log in with it."""
        account = self.model(login=login.upper(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, login: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account of Ministry staff with every permission."""
        return self.create_user(login, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find by login; case does not matter to the person who types it."""
        return self.get(login=(username or "").upper())


class Account(AbstractBaseUser, PermissionsMixin):
    """A log-in: a delegate's (with its entity), a natural person's, or the Ministry's staff (both without)."""

    login = models.CharField("usuario (login)", max_length=40, unique=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="persona"
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="entidad"
    )
    email = models.EmailField("correo electrónico")
    is_staff = models.BooleanField("personal del Ministerio", default=False)
    is_active = models.BooleanField("activa", default=True)
    created_at = models.DateTimeField("creada el", db_default=Now(), editable=False)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects = AccountManager()

    class Meta:
        verbose_name = "cuenta"
        permissions = (
            ("suspend_account", "Puede suspender y reactivar delegados"),
            ("unlock_account", "Puede desbloquear el ingreso de una cuenta"),
            ("end_sessions", "Puede cerrar las sesiones de una cuenta"),
            ("reset_second_factor", "Puede retirar los segundos factores de una cuenta"),
            ("view_as_delegate", "Puede ver el portal como un delegado"),
            ("manage_staff", "Puede administrar las cuentas del Ministerio"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(login__regex=r"^[A-Z0-9_.-]{3,40}$"),
                name="account_login_well_formed",
                violation_error_message="El usuario debe tener de 3 a 40 letras mayúsculas o dígitos.",
            ),
            models.CheckConstraint(
                condition=Q(entity__isnull=True) | Q(person__isnull=False, is_staff=False, is_superuser=False),
                name="account_delegate_is_a_person_and_not_staff",
                violation_error_message="La cuenta de una entidad debe ser de una persona que no sea del Ministerio.",
            ),
            # target of the composite key by which a viewing can never name another entity than the delegate's
            models.UniqueConstraint("id", "entity", name="account_with_its_entity"),
            models.UniqueConstraint(
                "person",
                "entity",
                condition=Q(is_active=True),
                name="account_one_active_per_person_and_entity",
                violation_error_message="Esa persona ya tiene una cuenta activa en esa entidad.",
            ),
            models.UniqueConstraint(
                "person",
                condition=Q(entity__isnull=True, is_staff=False),
                name="account_one_natural_person",
                violation_error_message="Esa persona ya tiene una cuenta de Mi Seguridad Social.",
            ),
        )

    @property
    def entity_kind(self) -> str | None:
        """The kind of the entity this account acts for; None for staff."""
        return EntityKind(self.entity.kind) if self.entity else None

    @property
    def is_natural_person(self) -> bool:
        """Whether this is a person's own account of Mi Seguridad Social: of no entity and not the Ministry's."""
        return self.person_id is not None and self.entity_id is None and not self.is_staff

    @property
    def may_enter(self) -> bool:
        """Whether this account may log in at all: active, not suspended, of somebody alive and of an active entity."""
        alive = self.person is None or self.person.deceased_on is None
        return alive and self.is_active and (self.entity is None or self.entity.is_active) and not self.is_suspended

    @property
    def is_suspended(self) -> bool:
        """Whether the Ministry has suspended this delegate; nobody else's account can be suspended."""
        return self.entity_id is not None and Suspension.objects.open().filter(account=self.pk).exists()

    @property
    def display_name(self) -> str:
        """The person's name, or the login where there is no person."""
        return str(self.person or self.login)

    def __str__(self) -> str:
        return self.login


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def open(self) -> Self:
        """Suspensions that nobody has lifted."""
        return self.filter(lifted_at__isnull=True)

    def of(self, person: Person, entity: Entity) -> Self:
        """Those of any account that this person has, or had, in this entity."""
        return self.filter(account__person=person, account__entity=entity)


class Suspension(models.Model):
    """That the Ministry keeps a delegate out: since when, why and by whom, and who let him in again.

    Apart from `Account.is_active`, which ends and comes back with the appointments of the entity: nothing that the
    entity or the delegate does lifts a suspension.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="suspensions", verbose_name="cuenta")
    since = models.DateTimeField("desde", db_default=Now())
    suspended_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="suspendida por"
    )
    reason = models.CharField("motivo", max_length=200)
    lifted_at = models.DateTimeField("levantada el", null=True, blank=True)
    lifted_by = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="levantada por",
    )
    lifted_because = models.CharField("por qué se levantó", max_length=200, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = "suspensión"
        verbose_name_plural = "suspensiones"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                "account",
                condition=Q(lifted_at__isnull=True),
                name="suspension_one_open_per_account",
                violation_error_message="Esa cuenta ya está suspendida.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="suspension_says_why",
                violation_error_message="Ingrese el motivo de la suspensión.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_because="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because=""),
                name="suspension_lifted_by_someone_for_a_reason",
                violation_error_message="Una suspensión levantada debe decir cuándo, quién y por qué.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since")),
                name="suspension_lifted_after_it_starts",
                violation_error_message="Una suspensión debe levantarse después de empezar.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.since}"


def may_enter_at(path: str = "") -> Q:
    """`Account.may_enter` as a condition on the account at `path` ("" on accounts themselves, else for example
    "account__").
    """
    entity = Q(**{f"{path}entity__isnull": True}) | Q(**{f"{path}entity__is_active": True})
    suspended = Exists(Suspension.objects.open().filter(account=OuterRef(f"{path}pk")))
    alive = Q(**{f"{path}person__deceased_on__isnull": True})
    return Q(**{f"{path}is_active": True}) & alive & entity & ~Q(suspended)


class StaffAccountManager(AccountManager):
    def get_queryset(self) -> models.QuerySet[Account]:
        """The Ministry's accounts alone."""
        return super().get_queryset().filter(is_staff=True)


class StaffAccount(Account):
    """An account of the Ministry, for the admin's list of its people; everything else knows it as `Account`."""

    objects: ClassVar[StaffAccountManager] = StaffAccountManager()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = "persona del Ministerio"
        verbose_name_plural = "personal del Ministerio"


class PasswordRecord(models.Model):
    """A password the account has had, as its hash, so that the last three cannot come back."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="password_records")
    encoded = models.CharField(max_length=200)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "contraseña anterior"
        verbose_name_plural = "contraseñas anteriores"
        ordering = ("-set_at", "-id")

    def __str__(self) -> str:
        return f"{self.account_id} {self.set_at}"


class LoginThrottle(models.Model):
    """Failed log-ins of one name or one address, whether or not such an account exists."""

    key = models.CharField("huella", max_length=64, primary_key=True)
    failures = models.PositiveIntegerField("intentos fallidos")
    last_failure_at = models.DateTimeField("último intento")

    class Meta:
        verbose_name = "intentos de ingreso"
        verbose_name_plural = "intentos de ingreso"

    def __str__(self) -> str:
        return f"{self.failures}"


class PasswordLinkQuerySet(models.QuerySet["PasswordLink"]):
    def live(self) -> Self:
        """Links that still open: not expired, of an account that may enter."""
        return self.filter(may_enter_at("account__"), expires_at__gt=Now())


class PasswordLink(models.Model):
    """The one link by which an account may be given a password; a newer one takes its place and using it deletes it.

    The secret itself is only in the mail: it has 256 random bits, so its plain SHA-256 can not be guessed back.
    """

    class Reason(models.TextChoices):
        ASSIGN = "assign", "Asignar la primera contraseña"
        RECOVER = "recover", "Recordar contraseña"

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="password_link", verbose_name="cuenta"
    )
    secret_hash = models.CharField("huella del secreto", max_length=64, unique=True)
    reason = models.CharField("motivo", max_length=7, choices=Reason)
    made_at = models.DateTimeField("hecho el", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("vence el")

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "enlace de contraseña"
        verbose_name_plural = "enlaces de contraseña"
        constraints = (
            models.CheckConstraint(
                condition=Q(secret_hash__regex=SHA256),
                name="password_link_hash_well_formed",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=("assign", "recover")),
                name="password_link_reason_known",
                violation_error_message="El enlace debe ser para asignar o para recordar la contraseña.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")),
                name="password_link_expires_after_it_is_made",
                violation_error_message="El enlace debe vencer después de hacerse.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.reason}"


# ---------------------------------------------------------------- papers

CERTIFICATE_CODE = r"^[0-9A-HJKMNP-TV-Z]{16}$"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, entity: Entity) -> Self:
        """The papers that one entity has issued: the only ones its delegate may download."""
        return self.filter(entity=entity)


class Certificate(models.Model):
    """A paper that an entity has issued about one user, or (user null) about all of its users.

    `content` is what the paper says, as it was issued; a trigger refuses UPDATE and DELETE.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("código de verificación", max_length=16, unique=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="certificates", verbose_name="entidad")
    user = models.ForeignKey(
        RegisteredUser,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name="usuario",
    )
    as_of = models.DateField("a la fecha")
    issued_at = models.DateTimeField("expedida el")
    issued_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="certificates", verbose_name="expedida por"
    )
    content = models.JSONField("contenido")
    content_sha256 = models.CharField("huella del contenido", max_length=64)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "constancia"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=CERTIFICATE_CODE),
                name="certificate_code_well_formed",
                violation_error_message="El código debe tener 16 letras y dígitos, por ejemplo 7K3M9Q2XV5RT8WBD.",
            ),
            models.CheckConstraint(
                condition=Q(as_of__lte=TruncDate("issued_at", tzinfo=ZoneInfo("America/Bogota"))),
                name="certificate_not_of_the_future",
                violation_error_message="La fecha de la constancia debe ser el día en que se expide o uno anterior.",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=SHA256),
                name="certificate_fingerprint_well_formed",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
        )
        indexes = (models.Index("entity", "user", "id", name="certificate_entity_user"),)

    def __str__(self) -> str:
        return self.code

    @property
    def grouped_code(self) -> str:
        """The code as it is printed and read aloud, for example 7K3M-9Q2X-V5RT-8WBD."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))
