"""Which signing keys, portal tokens, temporary tokens and client servers exist, and what is always true of them?"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from accounts.models import Account
from entities.models import Entity
from mipres_admin.database.constraints import SHA256, check, clean, filled, known, matches, unique
from mipres_admin.formatting import format_moment
from tokens.scopes import Service

MAX_DAYS = 366
MAX_OVERLAP = timedelta(days=7)
REMINDER_DAYS = (30, 14, 7, 1)
_ONE_SCOPE = "(prescripcion|suministros|facturacion)"
_SCOPE = rf"^{_ONE_SCOPE}( {_ONE_SCOPE}){{0,2}}$"

# ---------------------------------------------------------------- keys


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def verifying(self) -> Self:
        """The keys that may verify: the current one, the next one, and retired ones with unexpired tokens."""
        return self.filter(~Q(state=SigningKey.State.RETIRED) | Q(verifies_until__gt=Now()))


class SigningKey(models.Model):
    """A key pair that signs portal tokens: first next, then current, then retired without its private key."""

    class State(models.TextChoices):
        NEXT = "next", "Siguiente"
        CURRENT = "current", "Actual"
        RETIRED = "retired", "Retirada"

    kid = models.CharField("identificador", max_length=8, unique=True)
    algorithm = models.CharField("algoritmo", max_length=5, default="ES256")
    public_jwk = models.JSONField("llave pública")
    private_key = models.TextField("llave privada cifrada", blank=True)
    state = models.CharField("estado", max_length=7, choices=State, default=State.NEXT)
    created_at = models.DateTimeField("creada el", db_default=Now(), editable=False)
    current_at = models.DateTimeField("en uso desde", null=True, blank=True)
    retired_at = models.DateTimeField("retirada el", null=True, blank=True)
    verifies_until = models.DateTimeField("verifica hasta", null=True, blank=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "llave de firma"
        verbose_name_plural = "llaves de firma"
        constraints = (
            matches(
                "signing_key_kid_well_formed",
                "El identificador de la llave debe tener 8 caracteres de base64url.",
                kid=r"^[A-Za-z0-9_-]{8}$",
            ),
            check("signing_key_algorithm_known", Q(algorithm="ES256"), "El algoritmo debe ser ES256."),
            check(
                "signing_key_dates_fit_state",
                Q(state="next", current_at__isnull=True, retired_at__isnull=True, verifies_until__isnull=True)
                & ~Q(private_key="")
                | Q(state="current", current_at__isnull=False, retired_at__isnull=True, verifies_until__isnull=True)
                & ~Q(private_key="")
                | Q(
                    state="retired",
                    current_at__isnull=False,
                    retired_at__isnull=False,
                    verifies_until__isnull=False,
                    private_key="",
                ),
                "Una llave retirada debe tener sus fechas y ninguna llave privada; las demás, su llave privada.",
            ),
            unique(
                "signing_key_one_current",
                "state",
                where=Q(state="current"),
                message="Solo una llave puede ser la actual.",
            ),
            unique(
                "signing_key_one_next", "state", where=Q(state="next"), message="Solo una llave puede ser la siguiente."
            ),
        )

    def __str__(self) -> str:
        return f"{self.kid} ({self.get_state_display()})"


# ---------------------------------------------------------------- portal tokens


class PortalTokenQuerySet(models.QuerySet["PortalToken"]):
    def visible_to(self, entity: Entity) -> Self:
        """The tokens of one entity: the only ones its delegate may see or revoke."""
        return self.filter(entity=entity)

    def current(self, at: datetime | None = None) -> Self:
        """Tokens that the services accept at a moment (now by default)."""
        end = Coalesce("ends_at", "expires_at")
        return self.alias(end=end).filter(revoked_at__isnull=True, end__gt=at or Now())

    def newest(self) -> Self:
        """Tokens that were neither replaced nor revoked: at most one per entity."""
        return self.filter(superseded_at__isnull=True, revoked_at__isnull=True)

    def expiring_within(self, days: int, at: datetime) -> Self:
        """Current tokens without a replacement that expire within so many days."""
        return self.newest().filter(expires_at__gt=at, expires_at__lte=at + timedelta(days=days))

    def expired_within(self, days: int, at: datetime) -> Self:
        """Tokens without a replacement that expired in the so many days before a moment."""
        return self.newest().filter(expires_at__gt=at - timedelta(days=days), expires_at__lte=at)


class PortalToken(models.Model):
    """A portal token of an entity, without the token itself: its `jti`, fingerprint and last characters.

    Current from `issued_at` up to but not including `ends_at`, or `expires_at` when it was not replaced.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="tokens", db_index=False, verbose_name="entidad")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="tokens", verbose_name="llave")
    name = models.CharField("nombre", max_length=60)
    jti = models.CharField(max_length=16, unique=True)
    fingerprint = models.CharField("huella SHA-256", max_length=64, unique=True)
    last_characters = models.CharField("últimos caracteres", max_length=6)
    scope = models.CharField("alcance", max_length=60)
    request_key = models.UUIDField("solicitud", default=uuid.uuid4, unique=True, editable=False)
    issued_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="generado por")
    issued_at = models.DateTimeField("generado el")
    expires_at = models.DateTimeField("vence el")
    superseded_at = models.DateTimeField("reemplazado el", null=True, blank=True)
    ends_at = models.DateTimeField("vale hasta", null=True, blank=True)
    revoked_at = models.DateTimeField("revocado el", null=True, blank=True)
    revoked_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="revocado por"
    )
    reason = models.CharField("motivo", max_length=200, blank=True)

    objects = PortalTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token del portal"
        verbose_name_plural = "tokens del portal"
        ordering = ("-id",)
        constraints = (
            clean("token_texts_clean", "name", lines=("reason",)),
            check(
                "token_marks_well_formed",
                Q(jti__regex=r"^[A-Za-z0-9_-]{16}$", fingerprint__regex=SHA256)
                & Q(last_characters__regex=r"^[A-Za-z0-9_-]{6}$"),
                "El identificador, la huella y los últimos caracteres deben ser los del token.",
            ),
            filled("token_has_a_name", "name", "Ingrese el nombre del token."),
            matches("token_scope_known", "El alcance debe ser prescripción, suministros o facturación.", scope=_SCOPE),
            check(
                "token_expires_within_366_days",
                Q(expires_at__gt=F("issued_at")) & Q(expires_at__lte=F("issued_at") + timedelta(days=MAX_DAYS)),
                "El token debe vencer después de generarse y a más tardar en 366 días.",
            ),
            check(
                "token_superseded_and_ends",
                Q(superseded_at__isnull=True, ends_at__isnull=True)
                | Q(
                    superseded_at__isnull=False,
                    ends_at__isnull=False,
                    superseded_at__gte=F("issued_at"),
                    ends_at__gte=F("issued_at"),
                    ends_at__lte=F("expires_at"),
                ),
                "Un token reemplazado debe decir cuándo lo fue y hasta cuándo vale.",
            ),
            check(
                "token_overlaps_a_week_at_most",
                Q(ends_at__isnull=True) | Q(ends_at__lte=F("superseded_at") + MAX_OVERLAP),
                "Un token reemplazado debe terminar a más tardar en siete días.",
            ),
            check(
                "token_revoked_with_a_reason",
                Q(revoked_at__isnull=True, revoked_by__isnull=True, reason="")
                | Q(revoked_at__isnull=False, revoked_at__gte=F("issued_at")) & ~Q(reason=""),
                "Un token revocado debe decir cuándo y por qué.",
            ),
            unique(
                "token_one_newest_per_entity",
                "entity",
                where=Q(superseded_at__isnull=True, revoked_at__isnull=True),
                message="La entidad ya tiene un token; el nuevo debe reemplazarlo.",
            ),
        )
        indexes = (
            models.Index("entity", "id", name="token_entity"),
            models.Index("expires_at", name="token_expires_at"),
        )

    def __str__(self) -> str:
        return f"{self.name} …{self.last_characters}"

    @property
    def end(self) -> datetime:
        """The first moment at which the services no longer accept it, unless it is revoked earlier."""
        return self.ends_at or self.expires_at

    def is_current(self, at: datetime) -> bool:
        """Whether the services accept it at a moment."""
        return self.revoked_at is None and at < self.end

    @property
    def fingerprint_in_groups(self) -> list[str]:
        """The fingerprint in groups of eight, easy to compare by eye."""
        return [self.fingerprint[at : at + 8] for at in range(0, len(self.fingerprint), 8)]


class TokenUse(models.Model):
    """When, where and from where a portal token was last used; written at most once a minute."""

    token = models.OneToOneField(
        PortalToken, models.CASCADE, primary_key=True, related_name="last_use", verbose_name="token"
    )
    at = models.DateTimeField("último uso")
    service = models.CharField("servicio", max_length=16, choices=Service)
    address = models.GenericIPAddressField("dirección", null=True, blank=True)

    class Meta:
        verbose_name = "último uso"
        verbose_name_plural = "últimos usos"
        constraints = (
            known("token_use_service_known", "service", Service, "El servicio debe ser uno de los de MIPRES."),
        )

    def __str__(self) -> str:
        return f"{self.get_service_display()}, {format_moment(self.at)}"


class TokenReminder(models.Model):
    """A sent expiry reminder: one for each number of days before the expiry."""

    token = models.ForeignKey(PortalToken, on_delete=models.CASCADE, related_name="+", verbose_name="token")
    days = models.PositiveSmallIntegerField("días antes")
    sent_at = models.DateTimeField("enviado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "aviso de vencimiento"
        verbose_name_plural = "avisos de vencimiento"
        constraints = (
            unique("token_reminder_once", "token", "days", message="Ese aviso ya se envió."),
            check(
                "token_reminder_days_known", Q(days__in=REMINDER_DAYS), "El aviso debe ser de 30, 14, 7 o 1 días antes."
            ),
        )

    def __str__(self) -> str:
        return f"{self.token_id} {self.days}"


# ---------------------------------------------------------------- temporary tokens and client servers


class TemporaryTokenQuerySet(models.QuerySet["TemporaryToken"]):
    def current(self) -> Self:
        """Those that the services accept: at most a day old, of a current portal token."""
        end = Coalesce("token__ends_at", "token__expires_at")
        return self.alias(end=end).filter(expires_at__gt=Now(), token__revoked_at__isnull=True, end__gt=Now())


class TemporaryToken(models.Model):
    """A temporary token issued by GenerarToken, as its SHA-256. It ends with its portal token at the latest."""

    digest = models.CharField("huella SHA-256", max_length=64, primary_key=True)
    token = models.ForeignKey(PortalToken, models.PROTECT, related_name="+", db_index=False, verbose_name="token")
    service = models.CharField("servicio", max_length=16, choices=Service)
    issued_at = models.DateTimeField("generado el")
    expires_at = models.DateTimeField("vence el")

    objects = TemporaryTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token temporal"
        verbose_name_plural = "tokens temporales"
        constraints = (
            matches(
                "temporary_token_digest_well_formed", "La huella debe ser un SHA-256 en hexadecimal.", digest=SHA256
            ),
            check(
                "temporary_token_service_known",
                Q(service__in=(Service.SUMINISTROS, Service.FACTURACION)),
                "Solo Suministros y Facturación dan tokens temporales.",
            ),
            check(
                "temporary_token_lives_a_day",
                Q(expires_at=F("issued_at") + timedelta(hours=24)),
                "Un token temporal debe durar 24 horas.",
            ),
        )
        indexes = (models.Index("expires_at", name="temporary_token_expires_at"),)

    def __str__(self) -> str:
        return f"{self.token}, {format_moment(self.issued_at)}"


class ServerClientQuerySet(models.QuerySet["ServerClient"]):
    def current(self) -> Self:
        """The servers whose credentials are valid."""
        return self.filter(ended_at__isnull=True)


class ServerClient(models.Model):
    """Another server that may inspect and revoke tokens (RFC 7662, RFC 7009); its secret is not stored.

    `scope` limits what it learns: only tokens that share a scope with it, and of their scopes only the shared ones.
    """

    client_id = models.CharField("client_id", max_length=20, unique=True)
    digest = models.CharField("huella SHA-256 del secreto", max_length=64, unique=True)
    name = models.CharField("nombre", max_length=60)
    scope = models.CharField("alcance", max_length=60)
    request_key = models.UUIDField("solicitud", default=uuid.uuid4, unique=True, editable=False)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="creado por")
    created_at = models.DateTimeField("creado el", db_default=Now(), editable=False)
    ended_at = models.DateTimeField("retirado el", null=True, blank=True)
    ended_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="retirado por"
    )
    reason = models.CharField("motivo", max_length=200, blank=True)

    objects = ServerClientQuerySet.as_manager()

    class Meta:
        verbose_name = "servidor cliente"
        verbose_name_plural = "servidores clientes"
        ordering = ("-id",)
        constraints = (
            clean("server_client_texts_clean", "name", lines=("reason",)),
            matches(
                "server_client_marks_well_formed",
                "El client_id y la huella del secreto deben ser los que hace el portal.",
                client_id=r"^srv-[0-9a-f]{16}$",
                digest=SHA256,
            ),
            filled("server_client_has_a_name", "name", "Ingrese el nombre del servidor."),
            matches(
                "server_client_scope_known",
                "El alcance debe ser prescripción, suministros o facturación.",
                scope=_SCOPE,
            ),
            check(
                "server_client_ended_with_a_reason",
                Q(ended_at__isnull=True, ended_by__isnull=True, reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("created_at")) & ~Q(reason=""),
                "Un servidor retirado debe decir cuándo, quién y por qué.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.client_id})"
