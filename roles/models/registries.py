"""What do the official registries say of professions (ReTHUS), of plazas of SSO and of deaths?"""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import DocumentFields, Person, document_check
from entities.models import Sede
from mipres_admin.database.constraints import check, clean, filled, matches, unique
from mipres_admin.database.ranges import DateRange


def death_of(path: str = "") -> Func:
    """When the person died who is the entity at `path` (a PPN, an independent professional), as the registries say.

    Null for the living and for organisations.
    """
    document = F(f"{path}identification_type"), F(f"{path}nit")
    return Func(*document, function="death_in_the_registries", output_field=models.DateField())


class Profession(models.Model):
    """A profession of ReTHUS; the fourteen of the Junta come with the first migration, others with the registry."""

    code = models.CharField("código", max_length=3, primary_key=True)
    name = models.CharField("nombre", max_length=80)

    class Meta:
        verbose_name = "profesión"
        verbose_name_plural = "profesiones"
        ordering = ("name",)
        constraints = (
            clean("profession_name_clean", "name"),
            matches(
                "profession_code_well_formed",
                "El código de la profesión debe ser P y dos dígitos, por ejemplo P07.",
                code=r"^P[0-9]{2}$",
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


class RethusEntry(DocumentFields):
    """One profession of one person in ReTHUS, as the Ministry loads it."""

    profession = models.ForeignKey(Profession, on_delete=models.PROTECT, verbose_name="profesión")
    registry_number = models.CharField("registro profesional", max_length=30)
    closed_on = models.DateField("retirado el", null=True, blank=True)

    objects = RethusEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "registro de ReTHUS"
        verbose_name_plural = "registros de ReTHUS"
        constraints = (
            clean("rethus_registry_number_clean", "registry_number"),
            unique(
                "rethus_once_per_profession",
                "document_type",
                "document_number",
                "profession",
                message="Esa persona ya tiene esa profesión en ReTHUS.",
            ),
            document_check("rethus_document_well_formed"),
            filled("rethus_has_registry_number", "registry_number", "Ingrese el número de registro profesional."),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number}, {self.profession}"


class SsoPostQuerySet(models.QuerySet["SsoPost"]):
    def of(self, person: Person) -> Self:
        """The posts that the Ministry has assigned to this person."""
        return self.filter(document_type=person.document_type, document_number=person.document_number)


class SsoPost(DocumentFields):
    """A plaza of Servicio Social Obligatorio: one person at one sede, both days included."""

    sede = models.ForeignKey(Sede, on_delete=models.PROTECT, related_name="+", verbose_name="plaza")
    starts_on = models.DateField("desde")
    ends_on = models.DateField("hasta")

    objects = SsoPostQuerySet.as_manager()

    class Meta:
        verbose_name = "plaza de SSO"
        verbose_name_plural = "plazas de SSO"
        constraints = (
            document_check("sso_document_well_formed"),
            check(
                "sso_ends_after_it_starts",
                Q(ends_on__gte=F("starts_on")),
                "La plaza debe terminar el día en que empieza o después.",
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
        return f"{self.document_type}{self.document_number}, {self.sede}, de {self.starts_on} a {self.ends_on}"
