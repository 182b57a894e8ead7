"""Which organisations and sites exist, and what can never be false of them?"""

import re
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Now, Replace
from django.utils import timezone

from mipres_admin.database.ranges import TsTzRange
from mipres_admin.database.text import Fold
from registries import models as registry_models  # noqa: F401  Django finds models here


class Department(models.Model):
    """A department of DIVIPOLA (DANE): two digits."""

    code = models.CharField("código", max_length=2, primary_key=True)
    name = models.CharField("nombre", max_length=80)

    class Meta:
        verbose_name = "departamento"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}$"),
                name="department_code_two_digits",
                violation_error_message="El código del departamento debe tener dos dígitos, por ejemplo 05.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality of DIVIPOLA (DANE): five digits, the first two its department's."""

    code = models.CharField("código", max_length=5, primary_key=True)
    name = models.CharField("nombre", max_length=80)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="municipalities", verbose_name="departamento"
    )

    class Meta:
        verbose_name = "municipio"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{5}$") & Q(code__startswith=F("department_id")),
                name="municipality_code_in_department",
                violation_error_message=(
                    "El código del municipio debe tener cinco dígitos y empezar por el de su departamento, "
                    "por ejemplo 05001."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


class EntityKind(models.TextChoices):
    """Kinds of entity (manual v4.1 §7; domain nouns stay in Spanish)."""

    IPS = "IPS", "Institución Prestadora de Servicios de Salud - IPS"
    EPS_C = "EPS_C", "Entidad Promotora de Salud - EPS - Contributivo"
    EPS_S = "EPS_S", "Entidad Promotora de Salud - EPS - Subsidiado"
    ET = "ET", "Entidad Territorial Departamental - Distrital"
    PROVEEDOR = "PROV", "Proveedor"
    PPN = "PPN", "Proveedor Persona Natural"
    PROFESIONAL_INDEPENDIENTE = "PI", "Profesional Independiente"


EPS_KINDS = (EntityKind.EPS_C, EntityKind.EPS_S)
NATURAL_PERSON_KINDS = (EntityKind.PPN, EntityKind.PROFESIONAL_INDEPENDIENTE)


class IdentificationType(models.TextChoices):
    """How an entity is identified: NI for organisations, the person's document for natural persons."""

    NI = "NI", "NIT"
    CC = "CC", "Cédula de ciudadanía"
    CE = "CE", "Cédula de extranjería"
    PA = "PA", "Pasaporte"
    PE = "PE", "Permiso especial de permanencia"
    PT = "PT", "Permiso por protección temporal"


class EtModel(models.IntegerChoices):
    """Whether a territorial entity runs the network of providers itself (registration guide for delegates)."""

    ASUME = 1, "Modelo 1 - Entidad Territorial Asume Red de Proveedores NO PBSUPC"
    NO_ASUME = 2, "Modelo 2 - Entidad Territorial NO Asume Red de Proveedores NO PBSUPC"

    @property
    def meaning(self) -> str:
        """What it means for an EPS-Subsidiado that such a territorial entity associates."""
        if self == EtModel.ASUME:
            return (
                "La Entidad Territorial asume la red de proveedores en su territorio: acuerde con ella qué Proveedores "
                "asocia su EPS. Las IPS y los Profesionales Independientes los asocia su EPS."
            )
        return (
            "La Entidad Territorial no asume la red de proveedores: su EPS asocia los Proveedores, además de las IPS "
            "y los Profesionales Independientes."
        )


NIT_AS_WRITTEN = re.compile(r"([0-9]{1,3}(?:\.?[0-9]{3}){1,3})(?:-[0-9])?")
SHORTEST_CODE = 3
# These are SQL because the ORM takes longer to write them than PostgreSQL to answer (bench.search_entities).
# A union and not an OR, so that each side has its own index.
NAMED_OR_CODED = """(
    SELECT id FROM entities_entity WHERE search LIKE '%%' || fold(%s) || '%%' OR eps_code LIKE %s || '%%'
    UNION SELECT entity_id FROM entities_sede WHERE code LIKE %s || '%%'
)"""
# An EPS is known by its own code, others by that of the main sede: the open one with the lowest code (REPS numbers
# the main one 01), a closed one where none is open.
CODE = """coalesce(
    (SELECT eps_code FROM entities_entity AS known WHERE known.id = {entity}),
    (SELECT code FROM entities_sede WHERE entity_id = {entity} ORDER BY closed_on IS NOT NULL, code LIMIT 1), ''
)"""
PLACE = """coalesce((
    SELECT municipality.name FROM entities_sede AS sede
    LEFT JOIN entities_municipality AS municipality ON municipality.code = sede.municipality_id
    WHERE sede.entity_id = entities_entity.id ORDER BY sede.closed_on IS NOT NULL, sede.code LIMIT 1
), '')"""
OPEN_SEDES = "(SELECT count(*) FROM entities_sede WHERE entity_id = entities_entity.id AND closed_on IS NULL)"


class EntityQuerySet(models.QuerySet["Entity"]):
    def matching(self, words: str) -> Self:
        """Entities to which every word belongs, in any order, without accents or case.

        A word is part of the name or the NIT; one with digits may also begin the code of one of its sedes (código de
        habilitación, código de proveedor, EPS code). A NIT may be written with points and check digit.
        """
        found = self
        for word in words.split():
            written = NIT_AS_WRITTEN.fullmatch(word)
            found = found._holding(written[1].replace(".", "") if written else word)
        return found

    def _holding(self, word: str) -> Self:
        if len(word) < SHORTEST_CODE or not any(letter.isdigit() for letter in word):
            return self.filter(search__contains=Fold(Value(word)))
        text = connection.ops.prep_for_like_query(word)
        return self.filter(pk__in=RawSQL(NAMED_OR_CODED, [text, text.upper(), text.upper()]))  # noqa: S611  parameters

    def with_main_sede(self) -> Self:
        """Each with its `code`, the `place` (municipality) of its main sede, and how many `open_sedes` it has."""
        return self.annotate(
            code=RawSQL(CODE.format(entity="entities_entity.id"), [], models.TextField()),  # noqa: S611  constants
            place=RawSQL(PLACE, [], models.TextField()),  # noqa: S611
            open_sedes=RawSQL(OPEN_SEDES, [], models.IntegerField()),  # noqa: S611
        )


class Entity(models.Model):
    """An organisation, or a natural person who acts as one; one row per NIT and kind.

    An EPS with both régimenes is two entities with the same NIT (registration guide for delegates, 2023).
    `nit` has no check digit; for PPN and independent professionals it is the person's document number.
    """

    kind = models.CharField("tipo de entidad", max_length=5, choices=EntityKind)
    identification_type = models.CharField(
        "tipo de identificación", max_length=2, choices=IdentificationType, default=IdentificationType.NI
    )
    nit = models.CharField("NIT o documento", max_length=20)
    name = models.CharField("razón social", max_length=300)
    eps_code = models.CharField("código de EPS", max_length=6, null=True, blank=True, unique=True)
    et_model = models.PositiveSmallIntegerField("modelo", choices=EtModel, null=True, blank=True)
    is_active = models.BooleanField("activa", default=True)
    search = models.GeneratedField(
        expression=Fold(Concat("name", Value(" "), "nit")), output_field=models.TextField(), db_persist=True
    )

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = "entidad"
        verbose_name_plural = "entidades"
        permissions = (("suspend_entity", "Puede suspender y reactivar entidades"),)
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "kind",
                "identification_type",
                "nit",
                name="entity_once_per_kind_and_nit",
                violation_error_message="Ya existe una entidad de este tipo con esa identificación.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EntityKind.values),
                name="entity_kind_known",
                violation_error_message="El tipo de entidad debe ser uno de la lista.",
            ),
            models.CheckConstraint(
                condition=Q(identification_type="NI", nit__regex=r"^[0-9]{6,10}$")
                | Q(identification_type__in=("CC", "CE", "PA", "PE", "PT"), nit__regex=r"^[A-Z0-9]{3,20}$"),
                name="entity_nit_well_formed",
                violation_error_message=(
                    "El NIT debe tener de 6 a 10 dígitos, sin dígito de verificación, por ejemplo 900123456."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EPS_KINDS, eps_code__regex=r"^[A-Z0-9]{6}$", eps_code__isnull=False)
                | (~Q(kind__in=EPS_KINDS) & Q(eps_code__isnull=True)),
                name="entity_eps_code_only_for_eps",
                violation_error_message="Solo una EPS lleva código, de seis caracteres, por ejemplo EPS008.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="entity_has_a_name",
                violation_error_message="Ingrese la razón social de la entidad.",
            ),
            # null until the territorial entity registers
            models.CheckConstraint(
                condition=Q(et_model__isnull=True) | Q(kind=EntityKind.ET, et_model__in=EtModel.values),
                name="entity_et_model_only_for_et",
                violation_error_message="Solo una Entidad Territorial lleva modelo, 1 o 2.",
            ),
            # target of the composite keys by which an association knows the kinds of its two entities
            models.UniqueConstraint("id", "kind", name="entity_with_its_kind"),
        )
        indexes = (GinIndex(OpClass("search", name="gin_trgm_ops"), name="entity_search_trgm"),)

    def __str__(self) -> str:
        return self.name

    @property
    def et_model_meaning(self) -> str:
        """What the modelo of a territorial entity means for the EPS-Subsidiado that it associates."""
        if self.et_model is None:
            return "La Entidad Territorial todavía no ha registrado su modelo: pregúntele cuál aplica."
        return EtModel(self.et_model).meaning

    @property
    def numbered(self) -> str:
        """How it is identified, with the type, for example NI 900123456."""
        return f"{self.identification_type} {self.nit}"


class SedeQuerySet(models.QuerySet["Sede"]):
    def visible_to(self, entity: Entity) -> Self:
        """The sedes of one entity: the only ones its delegate may see or touch."""
        return self.filter(entity=entity)

    def open(self) -> Self:
        """Sedes that have not been closed."""
        return self.filter(closed_on__isnull=True)

    def closed(self) -> Self:
        """Sedes that REPS closed or their provider disabled: they receive no users."""
        return self.filter(closed_on__isnull=False)

    def matching(self, words: str) -> Self:
        """Sedes whose code or name holds every word, in any order, without accents or case."""
        found = self
        for word in words.split():
            found = found.filter(search__contains=Fold(Value(word)))
        return found

    def like(self, *, name: str, address: str, municipality_id: str) -> Self:
        """Sedes of this name, or at this address of this municipality: accents, case and spaces do not matter.

        An empty name or address is not looked for.
        """
        same = Q(pk__in=())
        if name:
            same |= Q(bare_name=bare(Value(name)))
        if address:
            same |= Q(bare_address=bare(Value(address)), municipality=municipality_id)
        return self.alias(bare_name=bare(F("name")), bare_address=bare(F("address"))).filter(same)

    def hold_states(self) -> None:
        """As `Sede.hold_state` for all of these: none is closed or opened until the transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM entities_sede WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                [list(self.values_list("pk", flat=True))],
            )


def bare(text: F | Value) -> Replace:
    """A text as it is compared with another that people may have typed differently."""
    return Replace(Fold(text), Value(" "), Value(""), output_field=models.TextField())


PROVIDER_CODE = r"^PROV[0-9]{6}$"


class Sede(models.Model):
    """A site of an entity, where roles are held.

    `code` is the REPS *código de habilitación* (12 digits: 5 DIVIPOLA + 5 prestador + 2 sede), `PROV` + 6 digits
    for a Proveedor, and the EPS code for the only sede of an EPS.
    """

    class ProviderClass(models.TextChoices):
        """`claseprestador` of REPS."""

        IPS = "IPS", "Instituciones Prestadoras de Servicios de Salud - IPS"
        INDEPENDIENTE = "PI", "Profesional Independiente"
        OBJETO_DIFERENTE = "OD", "Objeto Social Diferente a la Prestación de Servicios de Salud"
        TRANSPORTE = "TE", "Transporte Especial de Pacientes"

    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="sedes", db_index=False, verbose_name="entidad"
    )
    code = models.CharField("código", max_length=12, unique=True)
    name = models.CharField("nombre", max_length=300)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="sedes", verbose_name="municipio"
    )
    address = models.CharField("dirección", max_length=300, blank=True)
    phone = models.CharField("teléfono", max_length=100, blank=True)
    email = models.CharField("correo electrónico", max_length=254, blank=True)
    provider_class = models.CharField("clase de prestador", max_length=3, choices=ProviderClass, blank=True)
    reps_snapshot_date = models.DateField("fecha de corte del REPS", null=True, blank=True)
    # REPS closed it, or its provider disabled it
    closed_on = models.DateField("cerrada el", null=True, blank=True)
    # the record that a provider gets with its registration, before any that it creates itself
    is_main = models.BooleanField("registro inicial", default=False, db_default=False)
    # of the form that created it: the same form never creates two
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("creada el", db_default=Now(), editable=False)
    search = models.GeneratedField(
        expression=Fold(Concat("code", Value(" "), "name")), output_field=models.TextField(), db_persist=True
    )

    objects = SedeQuerySet.as_manager()

    class Meta:
        verbose_name = "sede"
        permissions = (("disable_sede", "Puede deshabilitar y habilitar sedes de proveedor"),)
        ordering = ("name", "code")
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{12}|PROV[0-9]{6}|[A-Z0-9]{6})$"),
                name="sede_code_well_formed",
                violation_error_message=(
                    "El código de la sede debe tener 12 dígitos (habilitación), PROV y 6 dígitos (proveedor) "
                    "o 6 caracteres (EPS)."
                ),
            ),
            models.CheckConstraint(
                condition=Q(municipality__isnull=False) | Q(code__regex=r"^[A-Z0-9]{6}$"),
                name="sede_has_municipality_unless_eps",
                violation_error_message="Ingrese el municipio de la sede.",
            ),
            models.CheckConstraint(
                condition=Q(provider_class="") | Q(provider_class__in=("IPS", "PI", "OD", "TE")),
                name="sede_provider_class_known",
                violation_error_message="La clase de prestador debe ser una de las cuatro del REPS.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="sede_has_a_name", violation_error_message="Ingrese el nombre de la sede."
            ),
            # target of the composite key by which an assignment can never name a sede of another entity
            models.UniqueConstraint("id", "entity", name="sede_with_its_entity"),
            models.UniqueConstraint(
                "entity",
                condition=Q(is_main=True),
                name="sede_one_main_per_entity",
                violation_error_message="La entidad ya tiene su registro inicial.",
            ),
            models.CheckConstraint(
                condition=Q(is_main=False) | Q(code__regex=PROVIDER_CODE),
                name="sede_main_has_provider_code",
                violation_error_message="El código del registro inicial debe ser PROV y 6 dígitos.",
            ),
            models.UniqueConstraint(
                "entity",
                "form_key",
                name="sede_once_per_form",
                violation_error_message="Ese formulario ya creó una sede.",
            ),
        )
        indexes = (
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="sede_search_trgm"),
            models.Index("entity", "code", "id", name="sede_list"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_of_provider(self) -> bool:
        """Whether its provider keeps it here (`PROV` code); the others come from the official registries."""
        return self.code.startswith("PROV") and len(self.code) == 10

    @property
    def listed_kind(self) -> str:
        """Its "Tipo Entidad" in Consultar Sedes Proveedor."""
        return "Proveedor" if self.is_main else "Sede Proveedor"

    @property
    def created_on(self) -> date:
        """The day of its creation, in Colombia."""
        return timezone.localdate(self.created_at)

    @property
    def state(self) -> str:
        """Whether it can receive users, in the words of the lists."""
        if self.closed_on is None:
            return "Habilitada"
        return "Deshabilitada" if self.is_of_provider else "Cerrada"

    def hold_state(self) -> None:
        """Read again whether it is closed, and keep that so until the transaction ends.

        Shared: any number may hold it at once; whoever wants to disable it waits.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT closed_on FROM entities_sede WHERE id = %s FOR SHARE", [self.pk])
            ((self.closed_on,),) = cursor.fetchall()


NETWORK_MEMBERS: dict[str, tuple[str, ...]] = {
    EntityKind.EPS_C: (EntityKind.IPS, EntityKind.PROVEEDOR, EntityKind.PROFESIONAL_INDEPENDIENTE),
    EntityKind.EPS_S: (EntityKind.IPS, EntityKind.PROVEEDOR, EntityKind.PROFESIONAL_INDEPENDIENTE),
    EntityKind.ET: (EntityKind.EPS_S,),
}
"""Which kinds of entity each kind may have in its network (manual v4.1 §11.4, guide of step 2 for delegates)."""

RELATIONS: dict[str, str] = {
    EntityKind.IPS: "EPS_IPS",
    EntityKind.PROFESIONAL_INDEPENDIENTE: "EPS_IPS",
    EntityKind.PROVEEDOR: "EPS_PROV",
    EntityKind.EPS_S: "ET_EPS",
}
"""Tipo Relación by the kind of the member (manual v4.1 §11.5)."""


class AssociationQuerySet(models.QuerySet["Association"]):
    def of(self, entity: Entity) -> Self:
        """The network of one entity."""
        return self.filter(owner=entity)

    def with_member(self, entity: Entity) -> Self:
        """The networks to which one entity belongs or belonged."""
        return self.filter(member=entity)

    def current(self, at: datetime | None = None) -> Self:
        """Associations in force at a moment (now by default)."""
        moment = at or Now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)

    def ended(self, at: datetime | None = None) -> Self:
        """Associations that are over at a moment (now by default)."""
        return self.filter(ends_at__lte=at or Now())

    def not_closed(self) -> Self:
        """Associations whose member is not one of which REPS has closed every sede."""
        sedes = Sede.objects.filter(entity=OuterRef("member"))
        return self.filter(Exists(sedes.open()) | ~Exists(sedes.closed()))

    def independents(self, identification_type: str, number: str) -> Self:
        """Associations with the independent professional of this document."""
        return self.filter(
            member__kind=EntityKind.PROFESIONAL_INDEPENDIENTE,
            member__identification_type=identification_type,
            member__nit=number,
        )

    def matching(self, words: str) -> Self:
        """Associations whose member answers to every word (`EntityQuerySet.matching`)."""
        return self.filter(member__in=Entity.objects.matching(words).values("pk")) if words.split() else self

    def listed(self) -> Self:
        """Each with its member and the member's `code`, in the order of the list: name, NIT."""
        code = RawSQL(CODE.format(entity="entities_association.member_id"), [], models.TextField())  # noqa: S611
        return self.select_related("member").annotate(code=code).order_by("member__search", "pk")


class Association(models.Model):
    """A member of the network of an EPS (one per régimen) or of a territorial entity, over a range of moments."""

    owner = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="network", verbose_name="entidad")
    member = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="memberships", verbose_name="entidad asociada"
    )
    # copied from the two entities by a trigger and held to them by composite keys (migration 0005), so that a CHECK
    # can say which kinds go together
    owner_kind = models.CharField(max_length=5, editable=False, db_default="")
    member_kind = models.CharField("tipo de la entidad asociada", max_length=5, editable=False, db_default="")
    starts_at = models.DateTimeField("desde", db_default=Now())
    ends_at = models.DateTimeField("hasta", null=True, blank=True)
    # null: a command of the Ministry
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asociada por",
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="desasociada por",
    )

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = "asociación"
        verbose_name_plural = "asociaciones"
        constraints = (
            models.CheckConstraint(
                condition=~Q(owner=F("member")),
                name="association_of_two_entities",
                violation_error_message="Una entidad no puede asociarse a sí misma.",
            ),
            models.CheckConstraint(
                condition=reduce(
                    or_, (Q(owner_kind=kind, member_kind__in=members) for kind, members in NETWORK_MEMBERS.items())
                ),
                name="association_owner_takes_such_members",
                violation_error_message=(
                    "Una EPS asocia IPS, Proveedores y Profesionales Independientes; una Entidad Territorial asocia "
                    "EPS - Subsidiado."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="association_ends_after_it_starts",
                violation_error_message="La asociación debe terminar después de empezar.",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ends_at__isnull=False),
                name="association_ended_by_only_when_ended",
                violation_error_message="Quien termina una asociación debe dejar la fecha en que termina.",
            ),
            ExclusionConstraint(
                name="association_no_overlap",
                expressions=(
                    ("owner", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ),
                violation_error_message="Esa entidad ya está asociada.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner_id} {self.member_id}"

    @property
    def relation(self) -> str:
        """Tipo Relación: EPS_IPS, EPS_PROV or ET_EPS (manual v4.1 §11.5)."""
        return RELATIONS[self.member_kind]

    @property
    def first_day(self) -> date:
        """The day on which it begins, in Colombia."""
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self) -> date | None:
        """The day on which it ended, in Colombia, or None."""
        return timezone.localdate(self.ends_at) if self.ends_at else None
