"""Who did what, when and from where; and what is the worker still to do?

The history is one table for the whole portal, which PostgreSQL lets nobody rewrite. Mail to send and jobs to repeat are
the worker's (`manage.py worker`).
"""

import uuid
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from mipres_admin import event_registry
from mipres_admin.digests import SHA256


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    def of(self, obj: models.Model) -> Self:
        """The events of one object, through any of its proxies."""
        label = (obj._meta.concrete_model or type(obj))._meta.label_lower
        return self.filter(object_type=label, object_id=str(obj.pk))

    def visible_to(self, entity: models.Model) -> Self:
        """The events that the delegate of an entity may read: those of their own entity."""
        return self.filter(entity=entity)

    def so_far(self) -> Self:
        """Those that are recorded by now: a download does not contain the event of the download."""
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
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="quién",
    )
    entity = models.ForeignKey(
        "entities.Entity",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="entidad",
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
            models.CheckConstraint(
                condition=Q(_is_object("before"), _is_object("after")),
                name="history_before_and_after_are_objects",
                violation_error_message="«Antes» y «Después» deben ser objetos JSON.",
            ),
        )
        permissions = (("export_history", "Puede descargar la historia"),)

    def __str__(self) -> str:
        return f"{self.at} {self.event} {self.object_type} {self.object_id}"

    @property
    def event_label(self) -> str:
        """The name of the event, as people read it."""
        return event_registry.event_label(self.event)


class HistoryLink(models.Model):
    """The place of one event in the chain of its day: the SHA-256 of the link before it and of the event's content.

    A trigger writes it as the event commits (migration 0003) and others refuse to change it. `entry_id` is no foreign
    key: a link whose event is gone must stay, to show that it is gone.
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


# ---------------------------------------------------------------- mail to send


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self) -> Self:
        """Mail that may leave now, the longest waiting first."""
        waiting = self.filter(state=OutgoingMail.State.PENDING, not_before__lte=Now())
        return waiting.order_by("not_before", "pk")

    def settled_before(self, moment: Now | models.Func | models.expressions.CombinedExpression) -> Self:
        """Mail that left, or was given up, before a moment."""
        return self.filter(Q(sent_at__lt=moment) | Q(given_up_at__lt=moment))


class OutgoingMail(models.Model):
    """One mail to one person, written in the transaction of its act and sent by the worker.

    `text` and `html` may hold personal data and single-use links: they are emptied in the transaction that sends them.
    """

    class State(models.TextChoices):
        PENDING = "pending", "En espera"
        SENT = "sent", "Enviado"
        FAILED = "failed", "No se pudo enviar"

    message_id = models.UUIDField("identificador", default=uuid.uuid4, unique=True, editable=False)
    template = models.CharField("plantilla", max_length=60)
    recipient = models.CharField("para", max_length=254)
    subject = models.TextField("asunto")
    text = models.TextField("texto", blank=True)
    html = models.TextField("texto en HTML", blank=True)
    created_at = models.DateTimeField("escrito el", db_default=Now(), editable=False)
    not_before = models.DateTimeField("no antes de", db_default=Now())
    useful_until = models.DateTimeField("sirve hasta", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("intentos", default=0)
    state = models.CharField("estado", max_length=7, choices=State, default=State.PENDING)
    sent_at = models.DateTimeField("enviado el", null=True, blank=True)
    given_up_at = models.DateTimeField("abandonado el", null=True, blank=True)
    last_error = models.CharField("último error", max_length=60, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "correo de salida"
        verbose_name_plural = "correos de salida"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="pending", sent_at__isnull=True, given_up_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False, given_up_at__isnull=True)
                | Q(state="failed", sent_at__isnull=True, given_up_at__isnull=False),
                name="outgoing_mail_state_has_its_moment",
                violation_error_message="Un correo enviado o abandonado debe decir cuándo; uno en espera, no.",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(text="", html=""),
                name="outgoing_mail_sent_keeps_no_text",
                violation_error_message="De un correo enviado no se guarda el texto.",
            ),
            models.CheckConstraint(
                condition=~Q(recipient=""),
                name="outgoing_mail_has_a_recipient",
                violation_error_message="Ingrese el correo del destinatario.",
            ),
        )
        indexes = (
            models.Index("not_before", "id", condition=Q(state="pending"), name="outgoing_mail_due"),
            models.Index("given_up_at", condition=Q(state="failed"), name="outgoing_mail_failed"),
        )

    def __str__(self) -> str:
        return f"{self.template} {self.message_id}"


class JobRun(models.Model):
    """When a periodic job of `mipres_admin.jobs` is due; its row is locked while one worker does it."""

    name = models.CharField("tarea", max_length=60, primary_key=True)
    due_at = models.DateTimeField("próxima vez", db_default=Now())
    last_run_at = models.DateTimeField("última vez", null=True, blank=True)
    last_error = models.CharField("último error", max_length=60, blank=True)

    class Meta:
        verbose_name = "tarea periódica"
        verbose_name_plural = "tareas periódicas"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


# ---------------------------------------------------------------- how often


class RateCounter(models.Model):
    """How often something was tried, for one login, address or entity, until `expires_at` (`rate_limits.py`)."""

    key = models.CharField("huella", max_length=40, primary_key=True)
    count = models.IntegerField("intentos")
    expires_at = models.DateTimeField("cuenta hasta")

    class Meta:
        verbose_name = "contador de intentos"
        verbose_name_plural = "contadores de intentos"
        constraints = (
            models.CheckConstraint(
                condition=Q(count__gte=0),
                name="rate_counter_not_negative",
                violation_error_message="El contador debe ser cero o mayor.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.count}"
