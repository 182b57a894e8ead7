"""Which entities exist, of which kinds, and what can never be false of them?"""

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat

from mipres_admin.database.constraints import check, clean, filled, known, unique
from mipres_admin.database.text import CheckDigit, Joined, SearchKey, key_words


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
REGIMENES: dict[str, str] = {EntityKind.EPS_C: "régimen contributivo", EntityKind.EPS_S: "régimen subsidiado"}
ADAPTADA_CODE = "EAS"
"""How the codes of entidades adaptadas begin, in the Ministry's list of EPS."""


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


# These are SQL because the ORM takes longer to write them than PostgreSQL to answer (bench.search_entities).
# A union and not an OR, so that each side has its own index.
OWN_OR_OF_A_SEDE = """(
    SELECT id FROM entities_entity WHERE search LIKE '%%' || %s || '%%'
    UNION SELECT entity_id FROM entities_sede WHERE search LIKE '%%' || %s || '%%'
    UNION SELECT provider.id FROM entities_entity AS provider
        JOIN sede_owners AS own ON own.entity_id = provider.id
        JOIN entities_sede AS sede ON sede.entity_id = own.owner_id
        WHERE provider.kind = 'PROV' AND sede.search LIKE '%%' || %s || '%%'
)"""
# An EPS is known by its own code, others by that of the main sede: the open one with the lowest code (REPS numbers
# the main one 01), a closed one where none is open. A Proveedor has PROV codes of its own, besides those of its IPS.
CODE = """coalesce(
    (SELECT eps_code FROM entities_entity AS known WHERE known.id = {entity}),
    (SELECT code FROM entities_sede WHERE entity_id = {entity} ORDER BY closed_on IS NOT NULL, code LIMIT 1), ''
)"""
PLACE = """coalesce((
    SELECT municipality.name FROM entities_sede AS sede
    LEFT JOIN entities_municipality AS municipality ON municipality.code = sede.municipality_id
    WHERE sede.entity_id = entities_entity.id ORDER BY sede.closed_on IS NOT NULL, sede.code LIMIT 1
), '')"""
OPEN_SEDES = """(
    SELECT count(*) FROM entities_sede AS sede JOIN sede_owners AS own ON own.owner_id = sede.entity_id
    WHERE own.entity_id = entities_entity.id AND sede.closed_on IS NULL
)"""


class EntityQuerySet(models.QuerySet["Entity"]):
    def having_sedes_of(self, entity: "Entity") -> Self:
        """Those whose sedes an entity has: itself, and for a Proveedor the IPS with its NIT."""
        ips = Q(kind=EntityKind.IPS, identification_type=entity.identification_type, nit=entity.nit)
        return self.filter(Q(pk=entity.pk) | ips if entity.kind == EntityKind.PROVEEDOR else Q(pk=entity.pk))

    def matching(self, words: str) -> Self:
        """Entities that every word matches, in any order, without accents, case or signs.

        A word is part of the name, of the identification (with its check digit or without) or of the EPS code, or of
        the code or name of one of its sedes.
        """
        found = self
        for word in map(connection.ops.prep_for_like_query, key_words(words)):
            found = found.filter(pk__in=RawSQL(OWN_OR_OF_A_SEDE, [word] * 3))
        return found

    def with_main_sede(self) -> Self:
        """Each with its `code`, the `place` (municipality) of its main sede, and the number of its `open_sedes`.

        A Proveedor has the open sedes of the IPS with its NIT too.
        """
        return self.annotate(
            code=RawSQL(CODE.format(entity="entities_entity.id"), [], models.TextField()),
            place=RawSQL(PLACE, [], models.TextField()),
            open_sedes=RawSQL(OPEN_SEDES, [], models.IntegerField()),
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
        expression=Joined(
            SearchKey("name"),
            SearchKey(Concat("identification_type", "nit", CheckDigit("nit"))),
            SearchKey(Coalesce("eps_code", Value(""))),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = "entidad"
        verbose_name_plural = "entidades"
        permissions = (("suspend_entity", "Puede suspender y reactivar entidades"),)
        ordering = ("name",)
        constraints = (
            clean("entity_name_clean", "name"),
            unique(
                "entity_once_per_kind_and_nit",
                "kind",
                "identification_type",
                "nit",
                message="Ya existe una entidad de este tipo con esa identificación.",
            ),
            known("entity_kind_known", "kind", EntityKind, "El tipo de entidad debe ser uno de la lista."),
            check(
                "entity_nit_well_formed",
                Q(identification_type="NI", nit__regex=r"^[0-9]{6,10}$")
                | Q(identification_type__in=("CC", "CE", "PA", "PE", "PT"), nit__regex=r"^[A-Z0-9]{3,20}$"),
                "El NIT debe tener de 6 a 10 dígitos, sin dígito de verificación, por ejemplo 900123456.",
            ),
            # a portal token of an EPS names all services: with a longer number it would reach 400 characters
            check(
                "entity_eps_has_a_nit",
                Q(identification_type="NI") | ~Q(kind__in=EPS_KINDS),
                "Una EPS debe identificarse con su NIT.",
            ),
            check(
                "entity_eps_code_only_for_eps",
                Q(kind__in=EPS_KINDS, eps_code__regex=r"^[A-Z0-9]{6}$", eps_code__isnull=False)
                | (~Q(kind__in=EPS_KINDS) & Q(eps_code__isnull=True)),
                "Solo una EPS lleva código, de seis caracteres, por ejemplo EPS008.",
            ),
            filled("entity_has_a_name", "name", "Ingrese la razón social de la entidad."),
            # null until the territorial entity registers
            check(
                "entity_et_model_only_for_et",
                Q(et_model__isnull=True) | Q(kind=EntityKind.ET, et_model__in=EtModel.values),
                "Solo una Entidad Territorial lleva modelo, 1 o 2.",
            ),
            # target of the composite keys by which an association knows the kinds of its two entities
            models.UniqueConstraint("id", "kind", name="entity_with_its_kind"),
        )
        indexes = (GinIndex(OpClass("search", name="gin_trgm_ops"), name="entity_search_trgm"),)

    def __str__(self) -> str:
        """Its name, and what tells it from one of the same name and NIT: the régimen of an EPS, or "Proveedor"."""
        told_apart = self.regimen or (EntityKind.PROVEEDOR.label if self.kind == EntityKind.PROVEEDOR else "")
        return f"{self.name} ({told_apart})" if told_apart else self.name

    @property
    def regimen(self) -> str:
        """The régimen of an EPS, and whether it is an entidad adaptada; "" for other entities."""
        is_adaptada = (self.eps_code or "").startswith(ADAPTADA_CODE)
        return REGIMENES.get(self.kind, "") + (", entidad adaptada" if is_adaptada else "")

    @property
    def et_model_meaning(self) -> str:
        """What the modelo of a territorial entity means for the EPS-Subsidiado that it associates."""
        if self.et_model is None:
            return "La Entidad Territorial todavía no ha registrado su modelo: pregúntele cuál aplica."
        return EtModel(self.et_model).meaning

    def has_sedes_of(self, other: "Entity") -> bool:
        """Whether the sedes of `other` are also this one's, a Proveedor's: those of the IPS with its NIT."""
        are_of_reps = (self.kind, other.kind) == (EntityKind.PROVEEDOR, EntityKind.IPS)
        return are_of_reps and self.identification == other.identification

    @property
    def identification(self) -> str:
        """Type and number, for example NI 900123456."""
        return f"{self.identification_type} {self.nit}"
