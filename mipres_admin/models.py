"""Who did what, when and from where? One table for the whole portal, which PostgreSQL lets nobody rewrite."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

# every kind of act, as people read it
ACTS = {
    "roles.given": "Roles asignados",
    "roles.changed": "Roles actualizados",
    "roles.ended": "Usuario desactivado",
    "roles.last_day_changed": "Fecha final cambiada",
    "user.looked_up": "Búsqueda por documento",
    "user.not_found": "Búsqueda de un documento no registrado",
    "users.downloaded": "Descarga de la lista de usuarios",
    "reps.loaded": "Carga de registro oficial",
    "certificate.issued": "Constancia generada",
    "roles.uploaded": "Archivo de roles aplicado",
    "session.opened": "Ingreso",
    "session.refused": "Ingreso rechazado",
    "session.closed": "Salida",
    "password.changed": "Contraseña cambiada",
    "password.refused": "Cambio de contraseña rechazado",
}


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    def of(self, thing: models.Model) -> Self:
        """The acts on one thing."""
        return self.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))

    def visible_to(self, entity: models.Model) -> Self:
        """The acts that the delegate of an entity may read: those of his own entity."""
        return self.filter(entity=entity)


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

    objects = HistoryQuerySet.as_manager()

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

    @property
    def act_name(self) -> str:
        """The act in the words of the portal."""
        return ACTS.get(self.act, self.act)


SHA256 = r"^[0-9a-f]{64}$"


class HistoryLink(models.Model):
    """The place of one act in the chain of its day: the SHA-256 of the link before it and of the act's content.

    A trigger writes it as the act commits (migration 0003) and others refuse to change it. `entry_id` is no foreign
    key: a link whose act is gone must stay, to tell of it.
    """

    id = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField("acto", unique=True)
    day = models.DateField("día")
    position = models.BigIntegerField("posición")
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = "eslabón de la historia"
        verbose_name_plural = "eslabones de la historia"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                "day",
                "position",
                name="history_link_one_position_a_day",
                violation_error_message="Ese lugar de la historia del día ya está ocupado.",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=SHA256, position__gt=0),
                name="history_link_well_formed",
                violation_error_message="El eslabón debe tener una posición y un SHA-256.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.position}"


class HistorySeal(models.Model):
    """A day of history that is over: how many acts, the last link, and a keyed hash of both.

    The key is the portal's secret, which PostgreSQL does not know: who can rewrite the tables can recompute the chain
    but not the seal.
    """

    day = models.DateField("día", primary_key=True)
    links = models.BigIntegerField("actos")
    sha256 = models.CharField("SHA-256 del último eslabón", max_length=64)
    mac = models.CharField("sello", max_length=64)

    class Meta:
        verbose_name = "sello de un día de historia"
        verbose_name_plural = "sellos de la historia"
        ordering = ("-day",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sha256__regex=SHA256, mac__regex=SHA256, links__gt=0),
                name="history_seal_well_formed",
                violation_error_message="El sello debe tener los actos del día y dos SHA-256.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.links}"
