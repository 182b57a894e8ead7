"""Who did what, when and from where?"""

from collections.abc import Collection
from datetime import date
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.db.models.lookups import Exact

from mipres_admin.database.clock import midnight
from mipres_admin.database.constraints import SHA256, check, clean, unique
from mipres_admin.formatting import format_moment
from mipres_admin.history import event_registry


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    def of(self, obj: models.Model) -> Self:
        """The events of one object, through any of its proxies."""
        label = (obj._meta.concrete_model or type(obj))._meta.label_lower
        return self.filter(object_type=label, object_id=str(obj.pk))

    def visible_to(self, entity: models.Model) -> Self:
        """The events that the delegate of an entity may read: those of their own entity."""
        return self.filter(entity=entity)

    def per_day(self, events: Collection[str], days: list[date]) -> dict[date, int]:
        """How many of these events were recorded on each of some days of Colombia; a day without any is left out."""
        rows = self.filter(event__in=events, at__gte=midnight(days[0])).order_by()
        return dict(rows.values_list(TruncDate("at")).annotate(count=models.Count("*")))

    def so_far(self) -> Self:
        """The events recorded until now, so that a download does not contain its own event."""
        last = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
        return self.filter(pk__lte=last or 0)


def _is_object(name: str) -> Exact:
    """Whether a JSON column holds an object."""
    return Exact(models.Func(name, function="jsonb_typeof", output_field=models.TextField()), "object")


class HistoryEntry(models.Model):
    """One event, recorded in the transaction of what happened.

    A trigger refuses UPDATE, DELETE and TRUNCATE. `actor` is null for what the portal does by command.
    """

    at = models.DateTimeField("fecha", db_default=Now(), editable=False)
    event = models.CharField("acto", max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="quién"
    )
    entity = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="entidad"
    )
    object_type = models.CharField("objeto", max_length=40)
    object_id = models.CharField("identificador", max_length=60)
    before = models.JSONField("antes", encoder=DjangoJSONEncoder)
    after = models.JSONField("después", encoder=DjangoJSONEncoder)
    reason = models.TextField("motivo", blank=True)
    address = models.GenericIPAddressField("dirección", null=True)
    request_id = models.CharField("petición", max_length=32, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = "acto"
        verbose_name_plural = "historia"
        ordering = ("-id",)
        indexes = (
            models.Index("object_type", "object_id", "id", name="history_object"),
            models.Index("at", "id", name="history_at"),
            models.Index("event", "at", "id", name="history_event"),
            models.Index("actor", "at", "id", name="history_actor"),
            models.Index("entity", "at", "id", name="history_of_entity"),
        )
        constraints = (
            clean("history_reason_clean", lines=("reason",)),
            check(
                "history_before_and_after_are_objects",
                Q(_is_object("before"), _is_object("after")),
                "«Antes» y «Después» deben ser objetos JSON.",
            ),
        )
        permissions = (("export_history", "Puede descargar la historia"),)

    def __str__(self) -> str:
        return f"{self.event_label}, {format_moment(self.at, seconds=True)}"

    @property
    def event_label(self) -> str:
        """The name of the event, as people read it."""
        return event_registry.event_label(self.event)


class HistoryLink(models.Model):
    """The place of one event in the chain of its day: the SHA-256 of the link before it and of the event's content.

    A trigger writes it when the event commits (sql/chain.sql) and others refuse to change it. `entry_id` is no foreign
    key: the link of a deleted event must stay, to show that it was deleted.
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
            unique(
                "history_link_one_position_a_day",
                "day",
                "position",
                message="Ese lugar de la historia del día ya está ocupado.",
            ),
            check(
                "history_link_well_formed",
                models.Q(sha256__regex=SHA256, position__gt=0),
                "El eslabón debe tener una posición y un SHA-256.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.position}"


class HistorySeal(models.Model):
    """A day of history that is over: its number of events, its last link, and a keyed hash of both.

    The key is the portal's secret, which PostgreSQL does not know: somebody who can write to the tables can recompute
    the chain but not the seal.
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
            check(
                "history_seal_well_formed",
                models.Q(sha256__regex=SHA256, mac__regex=SHA256, links__gt=0),
                "El sello debe tener los actos del día y dos SHA-256.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.links}"
