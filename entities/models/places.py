"""Which departments and municipalities exist (DIVIPOLA)?"""

from django.db import models
from django.db.models import F, Q

from mipres_admin.database.constraints import check, clean, matches


class Department(models.Model):
    """A department of DIVIPOLA (DANE): two digits."""

    code = models.CharField("código", max_length=2, primary_key=True)
    name = models.CharField("nombre", max_length=80)

    class Meta:
        verbose_name = "departamento"
        ordering = ("name",)
        constraints = (
            clean("department_name_clean", "name"),
            matches(
                "department_code_two_digits",
                "El código del departamento debe tener dos dígitos, por ejemplo 05.",
                code=r"^[0-9]{2}$",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality of DIVIPOLA (DANE): five digits, the first two its department's."""

    code = models.CharField("código", max_length=5, primary_key=True)
    name = models.CharField("nombre", max_length=80)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="departamento")

    class Meta:
        verbose_name = "municipio"
        ordering = ("name",)
        constraints = (
            clean("municipality_name_clean", "name"),
            check(
                "municipality_code_in_department",
                Q(code__regex=r"^[0-9]{5}$") & Q(code__startswith=F("department_id")),
                "El código del municipio debe tener cinco dígitos y empezar por el de su departamento, "
                "por ejemplo 05001.",
            ),
        )

    def __str__(self) -> str:
        return self.name
