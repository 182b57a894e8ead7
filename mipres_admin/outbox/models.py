"""Which mail is waiting, sent or given up?"""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mipres_admin.database.constraints import check, filled


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self) -> Self:
        """Mail that may be sent now, the longest waiting first."""
        waiting = self.filter(state=OutgoingMail.State.PENDING, not_before__lte=Now())
        return waiting.order_by("not_before", "pk")

    def settled_before(self, moment: Now | models.Func | models.expressions.CombinedExpression) -> Self:
        """Mail that was sent, or given up, before a moment."""
        return self.filter(Q(sent_at__lt=moment) | Q(given_up_at__lt=moment))


class OutgoingMail(models.Model):
    """One mail to one person, written in the transaction of its event and sent by the worker.

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
    # the e-mail of who wrote the address of somebody else: they are told when no mail can be delivered to it
    caused_by = models.CharField("la causó", max_length=254, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "correo de salida"
        verbose_name_plural = "correos de salida"
        ordering = ("-id",)
        constraints = (
            check(
                "outgoing_mail_state_has_its_moment",
                Q(state="pending", sent_at__isnull=True, given_up_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False, given_up_at__isnull=True)
                | Q(state="failed", sent_at__isnull=True, given_up_at__isnull=False),
                "Un correo enviado o abandonado debe decir cuándo; uno en espera, no.",
            ),
            check(
                "outgoing_mail_sent_keeps_no_text",
                ~Q(state="sent") | Q(text="", html=""),
                "De un correo enviado no se guarda el texto.",
            ),
            filled("outgoing_mail_has_a_recipient", "recipient", "Ingrese el correo del destinatario."),
        )
        indexes = (
            models.Index("not_before", "id", condition=Q(state="pending"), name="outgoing_mail_due"),
            models.Index("given_up_at", condition=Q(state="failed"), name="outgoing_mail_failed"),
        )

    def __str__(self) -> str:
        return self.subject
