"""Which entities are in the network of which, since when and until when?"""

from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from entities.models.entities import CODE, Entity, EntityKind
from entities.models.sedes import Sede
from mipres_admin.database.constraints import check
from mipres_admin.database.ranges import TsTzRange
from mipres_admin.database.validity import Validity

_OF_EPS = (EntityKind.IPS, EntityKind.PROVEEDOR, EntityKind.PPN, EntityKind.PROFESIONAL_INDEPENDIENTE)
NETWORK_MEMBERS: dict[str, tuple[str, ...]] = {
    EntityKind.EPS_C: _OF_EPS,
    EntityKind.EPS_S: _OF_EPS,
    EntityKind.ET: (EntityKind.EPS_S,),
}
"""Which kinds of entity each kind may have in its network (manual v4.1 §11.4, guide of step 2 for delegates)."""

RELATIONS: dict[str, str] = {
    EntityKind.IPS: "EPS_IPS",
    EntityKind.PROFESIONAL_INDEPENDIENTE: "EPS_IPS",
    EntityKind.PROVEEDOR: "EPS_PROV",
    EntityKind.PPN: "EPS_PROV",
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
        """Associations except those whose member has only closed sedes."""
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
        """Associations whose member matches every word (`EntityQuerySet.matching`)."""
        return self.filter(member__in=Entity.objects.matching(words).values("pk")) if words.split() else self

    def listed(self) -> Self:
        """Each with its member and the member's `code`, in the order of the list: name, NIT."""
        code = RawSQL(CODE.format(entity="entities_association.member_id"), [], models.TextField())
        return self.select_related("member").annotate(code=code).order_by("member__search", "pk")


class Association(models.Model):
    """A member of the network of an EPS (one per régimen) or of a territorial entity, over a range of moments."""

    owner = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="network", verbose_name="entidad")
    member = models.ForeignKey(Entity, models.PROTECT, related_name="memberships", verbose_name="entidad asociada")
    # copied from the two entities by a trigger and tied to them by composite keys (sql/association_kinds.sql), so that
    # a CHECK can say which kinds go together
    owner_kind = models.CharField(max_length=5, editable=False, db_default="")
    member_kind = models.CharField("tipo de la entidad asociada", max_length=5, editable=False, db_default="")
    starts_at = models.DateTimeField("desde", db_default=Now())
    ends_at = models.DateTimeField("hasta", null=True, blank=True)
    # null: a command
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asociada por",
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
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
            check("association_of_two_entities", ~Q(owner=F("member")), "Una entidad no puede asociarse a sí misma."),
            check(
                "association_owner_takes_such_members",
                reduce(or_, (Q(owner_kind=kind, member_kind__in=members) for kind, members in NETWORK_MEMBERS.items())),
                "Una EPS asocia IPS, Proveedores, también Persona Natural, y Profesionales Independientes; una Entidad "
                "Territorial asocia EPS - Subsidiado.",
            ),
            check(
                "association_ends_after_it_starts",
                Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                "La asociación debe terminar después de empezar.",
            ),
            check(
                "association_ended_by_only_when_ended",
                Q(ended_by__isnull=True) | Q(ends_at__isnull=False),
                "Quien termina una asociación debe dejar la fecha en que termina.",
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
        return f"{self.owner} y {self.member}"

    @property
    def relation(self) -> str:
        """Tipo Relación: EPS_IPS, EPS_PROV or ET_EPS (manual v4.1 §11.5)."""
        return RELATIONS[self.member_kind]

    @property
    def validity(self) -> Validity:
        """The days on which it is in force, in Colombia: the only dates of it that people read."""
        return Validity.between(self.starts_at, self.ends_at)

    @property
    def first_day(self) -> date:
        """The day on which it begins, in Colombia."""
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self) -> date | None:
        """The day on which it ended, in Colombia, or None."""
        return self.validity.last
