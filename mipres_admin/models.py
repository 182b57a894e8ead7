"""Who did what, when and from where? One table for the whole portal, which PostgreSQL lets nobody rewrite."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class HistoryEntry(models.Model):
    """One act, written in the same transaction as the act itself.

    A trigger refuses UPDATE, DELETE and TRUNCATE. `actor` is null for what the portal does by command.
    """

    at = models.DateTimeField("fecha", db_default=Now(), editable=False)
    act = models.CharField("acto", max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="quién"
    )
    entity = models.ForeignKey(
        "entities.Entity", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="entidad"
    )
    object_type = models.CharField("objeto", max_length=40)
    object_id = models.CharField("identificador", max_length=60)
    before = models.JSONField("antes", encoder=DjangoJSONEncoder)
    after = models.JSONField("después", encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField("dirección", null=True)
    request_id = models.CharField("petición", max_length=32, blank=True)

    class Meta:
        verbose_name = "acto"
        verbose_name_plural = "historia"
        ordering = ("-id",)
        indexes = (
            models.Index("object_type", "object_id", "id", name="history_object"),
            models.Index("entity", "id", name="history_entity"),
        )

    def __str__(self) -> str:
        return f"{self.at} {self.act} {self.object_type} {self.object_id}"
