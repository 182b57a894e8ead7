"""Which sessions do accounts have, and with which second factor were they opened?"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from mipres_admin.database.constraints import SHA256, matches
from mipres_admin.formatting import format_moment


class VerificationMethod(models.TextChoices):
    """With which second factor a session was opened; empty: with the password alone."""

    NONE = "", "Solo contraseña"
    TOTP = "totp", "Aplicación de autenticación"
    PASSKEY = "passkey", "Llave de acceso"
    RECOVERY = "recovery", "Código de recuperación"


class AccountSessionQuerySet(models.QuerySet["AccountSession"]):
    def current(self) -> Self:
        """Sessions that were not ended, are not idle for too long, and are not too old."""
        now = timezone.now()
        return self.filter(
            ended_at__isnull=True,
            last_seen_at__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES),
            started_at__gt=now - timedelta(hours=settings.SESSION_LONGEST_HOURS),
        )


class AccountSession(models.Model):
    """One session of one account. Django's session carries its `public_id`; when this ends, that opens nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions", verbose_name="cuenta"
    )
    device = models.CharField("dispositivo", max_length=60)
    address = models.GenericIPAddressField("dirección", null=True, blank=True)
    verified_by = models.CharField(
        "segundo factor", max_length=8, choices=VerificationMethod, blank=True, default=VerificationMethod.NONE
    )
    started_at = models.DateTimeField("inicio")
    confirmed_at = models.DateTimeField("última confirmación", default=timezone.now)
    last_seen_at = models.DateTimeField("última actividad")
    ended_at = models.DateTimeField("fin", null=True, blank=True)

    objects = AccountSessionQuerySet.as_manager()
    can_switch_entity: object  # lazy, set by `security.sessions.current`

    class Meta:
        verbose_name = "sesión"
        verbose_name_plural = "sesiones"
        ordering = ("-last_seen_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_seen_at__gte=F("started_at")),
                name="account_session_seen_after_it_starts",
                violation_error_message="La última actividad debe ser después del inicio.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="account_session_ends_after_it_starts",
                violation_error_message="La sesión debe terminar después de empezar.",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__in=VerificationMethod.values),
                name="account_session_verification_known",
                violation_error_message="El segundo factor debe ser uno de la lista.",
            ),
            models.CheckConstraint(
                condition=~Q(device=""),
                name="account_session_names_its_device",
                violation_error_message="La sesión debe decir en qué dispositivo se abrió.",
            ),
        )
        indexes = (models.Index("account", "last_seen_at", name="account_session_of"),)

    def __str__(self) -> str:
        return f"{self.account}, {format_moment(self.started_at)}"

    @property
    def is_confirmed(self) -> bool:
        """Whether the holder of the account has shown within the last minutes that it is them."""
        return self.confirmed_at > timezone.now() - timedelta(minutes=settings.CONFIRMATION_MINUTES)

    @property
    def expires_at(self) -> datetime:
        """Until when the session lasts without another request."""
        idle = self.last_seen_at + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        return min(idle, self.started_at + timedelta(hours=settings.SESSION_LONGEST_HOURS))

    @property
    def seconds_left(self) -> int:
        """How long the session lasts without another request."""
        return max(0, int((self.expires_at - timezone.now()).total_seconds()))

    @property
    def warning_seconds(self) -> int:
        """How long before its end the page warns."""
        return int(settings.SESSION_WARNING_SECONDS)


class KnownDevice(models.Model):
    """A browser that has logged in well with an account: the hash of its secret (`security.devices`), never more.

    It is forgotten with the session in which it was remembered, if somebody ends that from elsewhere.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_devices", verbose_name="cuenta"
    )
    session = models.ForeignKey(
        AccountSession,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="known_devices",
        verbose_name="sesión",
    )
    digest = models.CharField("huella", max_length=64, unique=True)
    created_at = models.DateTimeField("recordado el", db_default=Now())

    class Meta:
        verbose_name = "equipo conocido"
        verbose_name_plural = "equipos conocidos"
        constraints = (
            matches("known_device_digest_well_formed", "La huella debe ser un SHA-256 en hexadecimal.", digest=SHA256),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.created_at}"
