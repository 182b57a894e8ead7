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
    "session.halfway": "Contraseña aceptada, falta el segundo factor",
    "session.recovered": "Ingreso con código de recuperación",
    "session.refused": "Ingreso rechazado",
    "session.switched": "Cambio de entidad",
    "session.ended": "Sesión cerrada",
    "sessions.ended": "Sesiones cerradas",
    "factor.enrolled": "Segundo factor agregado",
    "factor.removed": "Segundo factor retirado",
    "factor.refused": "Segundo factor rechazado",
    "factors.reset": "Segundos factores retirados por el Ministerio",
    "recovery_codes.made": "Códigos de recuperación generados",
    "security.refused": "Cambio de seguridad rechazado",
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
