"""Which roles does each user have at which sede, and which did a registry end?"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Now
from django.utils import timezone

from accounts.models import Account
from entities.models import Entity, Sede
from mipres_admin.database.constraints import check, known, unique
from mipres_admin.database.ranges import TsTzRange
from mipres_admin.database.text import key_words, search_words, with_words
from registries.models import RegistryLoad
from roles.end_reasons import EndReason
from roles.matrix import Role, network_roles
from roles.models.registered_users import RegisteredUser, independents_among
from roles.validity import Validity, midnight


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
        return self.visible_to(owner).filter(people, role__in=network_roles(owner.kind))

    def matching(self, words: str) -> Self:
        """Assignments whose user's names, document, login or professional registry hold every word.

        A word of one or two letters must begin one of them: no index finds so few letters in the middle of words.
        """
        parts = (word if len(word) > 2 else f" {word}" for word in search_words(words))
        return self.filter(with_words("listed_as", parts))

    def listed(self) -> Self:
        """In the order of the list: surnames, names, document."""
        return self.order_by("listed_as", "pk")

    def at_sede(self, words: str) -> Self:
        """Assignments at sedes whose code or name holds every word."""
        return self.filter(with_words("sede__search", key_words(words)))


class RoleAssignment(models.Model):
    """One role of one user at one sede, from `starts_at` up to but not including `ends_at` (null: no end)."""

    user = models.ForeignKey(RegisteredUser, models.PROTECT, related_name="assignments", verbose_name="usuario")
    entity = models.ForeignKey(
        Entity, models.PROTECT, related_name="assignments", db_index=False, verbose_name="entidad"
    )
    sede = models.ForeignKey(Sede, on_delete=models.PROTECT, related_name="assignments", verbose_name="sede")
    role = models.CharField("rol", max_length=30, choices=Role)
    starts_at = models.DateTimeField("desde", db_default=Now())
    ends_at = models.DateTimeField("hasta", null=True, blank=True)
    created_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, verbose_name="asignado por"
    )
    ended_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", null=True, blank=True, db_index=False, verbose_name="terminado por"
    )
    # how its user is sorted and found: folded surnames, names, login and registry, each after a space; kept up to date
    # by triggers (`sql/assignments.sql`), so that a list of half a million rows needs neither join nor sort
    listed_as = models.TextField(editable=False, db_default="", db_collation="C")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "rol asignado"
        verbose_name_plural = "roles asignados"
        permissions = (("end_roleassignment", "Puede terminar un rol asignado"),)
        constraints = (
            known("assignment_role_known", "role", Role, "El rol debe ser uno de los de MIPRES."),
            check(
                "assignment_ends_after_it_starts",
                Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                "El rol debe terminar después de empezar.",
            ),
            check(
                "assignment_ended_by_only_when_ended",
                Q(ended_by__isnull=True) | Q(ends_at__isnull=False),
                "Quien termina un rol debe dejar la fecha en que termina.",
            ),
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=(
                    ("user", RangeOperators.EQUAL),
                    # an IPS and the Proveedor with its NIT give their roles at one sede, and end their own alone
                    ("entity", RangeOperators.EQUAL),
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
        return f"{self.role}, {self.sede}"

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
        """The last day on which it is in force, in Colombia, or None."""
        return self.validity.last

    @property
    def ended_because(self) -> str:
        """Why an official registry gave it its last day, or "" (`prefetch_related("endings")` in lists)."""
        for ending in self.endings.all():
            if ending.undone_at is None and ending.ends_at == self.ends_at:
                return ending.get_cause_display()
        return ""

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

    def not_undone(self) -> Self:
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
    assignment = models.ForeignKey(RoleAssignment, models.PROTECT, related_name="endings", verbose_name="rol asignado")
    # copied from the assignment by a trigger (`sql/assignments.sql`), so that a delegate's list begins at their entity
    entity = models.ForeignKey(
        Entity, models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name="entidad"
    )
    cause = models.CharField("causa", max_length=11, choices=EndReason)
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
            unique("role_ending_once_per_load", "load", "assignment", message="Una carga termina un rol una sola vez."),
            known("role_ending_cause_known", "cause", EndReason, "La causa debe ser una de la lista."),
            check(
                "role_ending_earlier_and_not_in_the_past",
                Q(ends_at__gte=F("at")) & (Q(ended_at__isnull=True) | Q(ended_at__gt=F("ends_at"))),
                "Un registro termina un rol ahora o después, y antes de cuando iba a terminar.",
            ),
            check(
                "role_ending_undone_afterwards",
                Q(undone_at__isnull=True) | Q(undone_at__gte=F("at")),
                "Un rol se devuelve después de terminar.",
            ),
        )
        indexes = (models.Index("entity", "id", name="role_ending_entity"),)

    def __str__(self) -> str:
        return f"{self.assignment}: {self.get_cause_display()}"

    @property
    def remedy(self) -> str:
        """What the delegate can do about it now."""
        return EndReason(self.cause).remedy

    @property
    def last_day(self) -> date | None:
        """The last day on which the role is in force, in Colombia."""
        return Validity.between(self.started_at, self.ends_at).last

    @property
    def before(self) -> Validity:
        """The days on which it would have been in force."""
        return Validity.between(self.started_at, self.ended_at)
