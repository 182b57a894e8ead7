"""Which people have died, as the Ministry's list says?"""

from django.db import models
from django.db.models import Q

from accounts.models.people import TODAY, DocumentFields, document_check


class DeceasedEntry(DocumentFields):
    """A person who died, as the Ministry's list says; closed when the list no longer does: a correction."""

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
                condition=Q(deceased_on__lte=TODAY),
                name="deceased_not_in_the_future",
                violation_error_message="La fecha de fallecimiento debe ser hoy o un día anterior.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_type}{self.document_number} {self.deceased_on}"
