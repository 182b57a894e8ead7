"""How often has something been tried, and until when does it count?"""

from django.db import models
from django.db.models import Q

from mipres_admin.database.constraints import check


class RateCounter(models.Model):
    """How often something was tried, for one login, address or entity, until `expires_at` (`limiter.py`)."""

    key = models.CharField("huella", max_length=40, primary_key=True)
    count = models.IntegerField("intentos")
    expires_at = models.DateTimeField("cuenta hasta")

    class Meta:
        verbose_name = "contador de intentos"
        verbose_name_plural = "contadores de intentos"
        constraints = (check("rate_counter_not_negative", Q(count__gte=0), "El contador debe ser cero o mayor."),)

    def __str__(self) -> str:
        return f"{self.count}"
