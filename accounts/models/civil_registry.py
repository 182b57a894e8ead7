"""Who has which identity document, as the Registro civil says, and was it cancelled by death?"""

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models.people import NAMES, TODAY, IdentityFields, document_check
from mipres_admin.database.constraints import check, clean, unique


class CivilRegistryQuerySet(models.QuerySet["CivilRegistryEntry"]):
    def current(self) -> Self:
        """Documents in force: the registry still has them, and nobody's death cancelled them."""
        return self.filter(closed_on__isnull=True, state=CivilRegistryEntry.State.VIGENTE)


class CivilRegistryEntry(IdentityFields):
    """One identity document and its holder's names; closed when the registry no longer has it."""

    class State(models.TextChoices):
        VIGENTE = "vigente", "Vigente"
        CANCELADA = "cancelada", "Cancelada por muerte"

    issued_on = models.DateField("fecha de expedición")
    state = models.CharField("estado", max_length=9, choices=State)
    deceased_on = models.DateField("fecha de fallecimiento", null=True, blank=True)
    closed_on = models.DateField("retirado el", null=True, blank=True)

    objects = CivilRegistryQuerySet.as_manager()

    class Meta:
        verbose_name = "documento del Registro civil"
        verbose_name_plural = "documentos del Registro civil"
        constraints = (
            clean("civil_registry_names_clean", *NAMES),
            unique(
                "civil_registry_once_per_document",
                "document_type",
                "document_number",
                message="Ese documento ya está en el Registro civil.",
            ),
            document_check("civil_registry_document_well_formed"),
            check(
                "civil_registry_has_name_and_surname",
                ~Q(first_name="") & ~Q(first_surname=""),
                "Ingrese el primer nombre y el primer apellido.",
            ),
            check(
                "civil_registry_issued_by_today",
                Q(issued_on__lte=TODAY),
                "La fecha de expedición debe ser hoy o un día anterior.",
            ),
            check(
                "civil_registry_cancelled_with_its_day",
                Q(state="vigente", deceased_on__isnull=True)
                | Q(state="cancelada", deceased_on__isnull=False, deceased_on__lte=TODAY),
                "Un documento cancelado por muerte debe tener la fecha de fallecimiento, hoy o un día anterior; uno "
                "vigente no la tiene.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number}"
