"""Who of the Ministry has impersonated which delegate, when and why?"""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.sessions import AccountSession
from entities.models import Entity
from mipres_admin.database.constraints import clean
from mipres_admin.formatting import format_moment

if TYPE_CHECKING:
    from datetime import datetime

MAX_DURATION = timedelta(minutes=30)


class ImpersonationQuerySet(models.QuerySet["Impersonation"]):
    def not_ended(self) -> Self:
        """Impersonations that nobody has ended, even if their time is up."""
        return self.filter(ended_at__isnull=True)

    def with_state(self) -> Self:
        """Each with what says whether it may go on, and the time (`now`) by PostgreSQL's clock."""
        related = self.select_related("staff", "session", "account__person", "account__entity", "entity")
        return related.annotate(now=Now())

    def recent_for(self, entity: Entity) -> Self:
        """Those of an entity's delegates in the last `IMPERSONATION_NOTICE_DAYS`, newest first, for its home page."""
        since = Now() - timedelta(days=settings.IMPERSONATION_NOTICE_DAYS)
        return self.filter(entity=entity, started_at__gt=since).order_by("-started_at", "-pk")


class Impersonation(models.Model):
    """A session of the Ministry that shows the portal as a delegate sees it, read-only, for half an hour at most."""

    class End(models.TextChoices):
        """Why it ended; empty while it goes on."""

        STOPPED = "stopped", "La terminó quien veía"
        TIME = "time", "Se acabó el tiempo"
        SESSION = "session", "Terminó la sesión de quien veía"
        STAFF = "staff", "Quien veía dejó de tener permiso"
        ACCOUNT = "account", "La cuenta que se veía dejó de poder ingresar"

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="impersonations", verbose_name="quién ve"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="viewed", verbose_name="delegado visto"
    )
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name="entidad")
    # old sessions are deleted, impersonations are not
    session = models.ForeignKey(
        AccountSession, on_delete=models.SET_NULL, null=True, related_name="impersonations", verbose_name="sesión"
    )
    reason = models.CharField("motivo", max_length=200)
    started_at = models.DateTimeField("inicio")
    ends_at = models.DateTimeField("a más tardar")
    ended_at = models.DateTimeField("fin", null=True, blank=True)
    end = models.CharField("por qué terminó", max_length=7, choices=End, blank=True)

    objects = ImpersonationQuerySet.as_manager()
    now: "datetime"  # of those that are `with_state`

    class Meta:
        verbose_name = "vista como delegado"
        verbose_name_plural = "vistas como delegado"
        ordering = ("-started_at", "-pk")
        constraints = (
            clean("impersonation_reason_clean", lines=("reason",)),
            models.CheckConstraint(
                condition=~Q(staff=F("account")),
                name="impersonation_of_somebody_else",
                violation_error_message="Nadie ve el portal como su propia cuenta.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="impersonation_says_why",
                violation_error_message="Ingrese el motivo.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("started_at"), ends_at__lte=F("started_at") + MAX_DURATION),
                name="impersonation_half_an_hour_at_most",
                violation_error_message="La vista debe durar 30 minutos o menos.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | Q(
                    ended_at__isnull=False,
                    ended_at__gte=F("started_at"),
                    ended_at__lte=F("ends_at"),
                    end__in=("stopped", "time", "session", "staff", "account"),
                ),
                name="impersonation_ended_in_time_and_says_why",
                violation_error_message="Una vista que terminó debe decir por qué y no durar más de lo previsto.",
            ),
            models.UniqueConstraint(
                "session",
                condition=Q(ended_at__isnull=True),
                name="impersonation_one_at_a_time_in_a_session",
                violation_error_message="En esa sesión ya se está viendo el portal como un delegado.",
            ),
        )
        indexes = (models.Index("entity", "started_at", name="impersonation_of_the_entity"),)

    def __str__(self) -> str:
        return f"{self.staff} como {self.account}, {format_moment(self.started_at)}"

    @property
    def minutes_left(self) -> int:
        """How many minutes it may still last, the current one included."""
        return max(1, -(-(self.ends_at - self.now) // timedelta(minutes=1)))
