"""How often has something been tried, and until when does it count?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mipres_admin.database.constraints import check


class RateCounter(models.Model):
    """How often something was tried, for one login, address or entity, until `expires_at` (`limiter.py`)."""

    key = models.CharField("huella", max_length=40, primary_key=True)
    # the key that several counters have in common, for example those of one login
    subject = models.CharField("huella común", max_length=40, blank=True)
    count = models.IntegerField("intentos")
    last_at = models.DateTimeField("último intento", db_default=Now())
    # when a full counter takes the next attempt; empty if it takes none until `expires_at`
    free_at = models.DateTimeField("libre desde", null=True, blank=True)
    expires_at = models.DateTimeField("cuenta hasta")

    class Meta:
        verbose_name = "contador de intentos"
        verbose_name_plural = "contadores de intentos"
        constraints = (check("rate_counter_not_negative", Q(count__gte=0), "El contador debe ser cero o mayor."),)
        indexes = (models.Index("subject", condition=~Q(subject=""), name="rate_counter_of_subject"),)

    def __str__(self) -> str:
        return f"{self.count}"
