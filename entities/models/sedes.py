"""Which sedes does an entity have, and what can never be false of them?"""

from datetime import date
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Now, Replace
from django.utils import timezone

from entities.models.entities import Entity, EntityKind
from entities.models.places import Municipality
from mipres_admin.database.constraints import check, clean, filled, matches, unique
from mipres_admin.database.text import Fold, Joined, SearchKey, key_words, with_words

PROVIDER_CODE = r"^PROV[0-9]{6}$"


class SedeQuerySet(models.QuerySet["Sede"]):
    def visible_to(self, entity: Entity) -> Self:
        """The sedes of one entity: the only ones its delegate may see or touch.

        A Proveedor has those that REPS has of the IPS with its NIT too, and changes its own alone.
        """
        if entity.kind != EntityKind.PROVEEDOR:
            return self.filter(entity=entity)
        return self.filter(entity__in=Entity.objects.having_sedes_of(entity))

    def open(self) -> Self:
        """Sedes that have not been closed."""
        return self.filter(closed_on__isnull=True)

    def closed(self) -> Self:
        """Sedes that REPS closed or their provider disabled: they receive no users."""
        return self.filter(closed_on__isnull=False)

    def of_kind(self, kind: str) -> Self:
        """Those of a "Tipo Entidad" of Consultar Sedes Proveedor: proveedor (the initial record), sede or reps."""
        if kind == "reps":
            return self.exclude(code__regex=PROVIDER_CODE)
        return self.filter(code__regex=PROVIDER_CODE, is_main=kind == "proveedor")

    def matching(self, words: str) -> Self:
        """Sedes whose code or name contains every word, in any order, without accents, case or signs."""
        return self.filter(with_words("search", key_words(words)))

    def similar_to(self, *, name: str, address: str, municipality_id: str) -> Self:
        """Sedes of this name, or at this address of this municipality: accents, case and spaces do not matter.

        An empty name or address is not compared.
        """
        same = Q(pk__in=())
        if name:
            same |= Q(plain_name=without_spaces(Value(name)))
        if address:
            same |= Q(plain_address=without_spaces(Value(address)), municipality=municipality_id)
        return self.alias(plain_name=without_spaces(F("name")), plain_address=without_spaces(F("address"))).filter(same)

    def lock_states(self) -> None:
        """Lock them all as `Sede.lock_state` does: none is closed or opened until the transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM entities_sede WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                [list(self.values_list("pk", flat=True))],
            )


def without_spaces(text: F | Value) -> Replace:
    """SQL of a text without accents, case and spaces, to compare what people may type differently."""
    return Replace(Fold(text), Value(" "), Value(""), output_field=models.TextField())


class Sede(models.Model):
    """A site of an entity, where users have roles.

    `code` is the REPS *código de habilitación* (12 digits: 5 DIVIPOLA + 5 prestador + 2 sede), `PROV` + 6 digits
    for a Proveedor, and the EPS code for the only sede of an EPS.
    """

    class ProviderClass(models.TextChoices):
        """`claseprestador` of REPS."""

        IPS = "IPS", "Instituciones Prestadoras de Servicios de Salud - IPS"
        INDEPENDIENTE = "PI", "Profesional Independiente"
        OBJETO_DIFERENTE = "OD", "Objeto Social Diferente a la Prestación de Servicios de Salud"
        TRANSPORTE = "TE", "Transporte Especial de Pacientes"

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="sedes", db_index=False, verbose_name="entidad")
    code = models.CharField("código", max_length=12, unique=True)
    name = models.CharField("nombre", max_length=300)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="sedes", verbose_name="municipio"
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
        expression=Joined(SearchKey("code"), SearchKey("name")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = SedeQuerySet.as_manager()

    class Meta:
        verbose_name = "sede"
        permissions = (("disable_sede", "Puede deshabilitar y habilitar sedes de proveedor"),)
        ordering = ("name", "code")
        constraints = (
            clean("sede_texts_clean", "name", "address", "phone", "email"),
            matches(
                "sede_code_well_formed",
                "El código de la sede debe tener 12 dígitos (habilitación), PROV y 6 dígitos (proveedor) "
                "o 6 caracteres (EPS).",
                code=r"^([0-9]{12}|PROV[0-9]{6}|[A-Z0-9]{6})$",
            ),
            check(
                "sede_has_municipality_unless_eps",
                Q(municipality__isnull=False) | Q(code__regex=r"^[A-Z0-9]{6}$"),
                "Ingrese el municipio de la sede.",
            ),
            check(
                "sede_provider_class_known",
                Q(provider_class="") | Q(provider_class__in=("IPS", "PI", "OD", "TE")),
                "La clase de prestador debe ser una de las cuatro del REPS.",
            ),
            filled("sede_has_a_name", "name", "Ingrese el nombre de la sede."),
            # a key: what names a sede with its entity locks both against a move (sql/sedes_of_entities.sql)
            models.UniqueConstraint("id", "entity", name="sede_with_its_entity"),
            unique(
                "sede_one_main_per_entity",
                "entity",
                where=Q(is_main=True),
                message="La entidad ya tiene su registro inicial.",
            ),
            check(
                "sede_main_has_provider_code",
                Q(is_main=False) | Q(code__regex=PROVIDER_CODE),
                "El código del registro inicial debe ser PROV y 6 dígitos.",
            ),
            unique("sede_once_per_form", "entity", "form_key", message="Ese formulario ya creó una sede."),
        )
        indexes = (
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="sede_search_trgm"),
            models.Index("entity", "code", "id", name="sede_list"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def is_of(self, entity: Entity) -> bool:
        """Whether an entity has it, as in `visible_to`."""
        return self.entity_id == entity.pk or entity.has_sedes_of(self.entity)

    @property
    def is_of_provider(self) -> bool:
        """Whether its provider edits it here (`PROV` code); the others come from the official registries."""
        return self.code.startswith("PROV") and len(self.code) == 10

    @property
    def listed_kind(self) -> str:
        """Its "Tipo Entidad" in Consultar Sedes Proveedor."""
        if not self.is_of_provider:
            return "Sede del REPS"
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

    def lock_state(self) -> None:
        """Read again whether it is closed and whose it is, and lock that until the transaction ends.

        The lock is shared: any number of transactions may have it, and one that disables the sede waits for them.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT closed_on, entity_id FROM entities_sede WHERE id = %s FOR SHARE", [self.pk])
            ((self.closed_on, self.entity_id),) = cursor.fetchall()
