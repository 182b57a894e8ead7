"""Which second factors, recovery codes and policies exist, and what can never be false of them?"""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django_otp.oath import TOTP

from accounts.security.secrets import RECOVERY_CODES, totp_keys
from entities.models import EntityKind
from mipres_admin.database.constraints import SHA256, clean

# as `hashers.make_password` writes them: algorithm, parameters, salt and hash
SALTED_HASH = r"^[a-z0-9_]+\$.+\$.+"


class SecondFactor(models.Model):
    """Something that a person has: it opens the one account to which they added it, under a name that they chose."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss", verbose_name="cuenta"
    )
    name = models.CharField("nombre", max_length=60)
    added_at = models.DateTimeField("agregado el", db_default=Now(), editable=False)
    last_used_at = models.DateTimeField("último uso", null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("added_at", "pk")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            clean("%(class)s_name_clean", "name"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="%(class)s_has_a_name",
                violation_error_message="Ingrese un nombre para reconocerlo.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class AuthenticatorApp(SecondFactor):
    """An app that shows codes of six digits (TOTP, RFC 6238).

    `seed` is not the key of the app: that comes of it and of a secret which is not in the database.
    """

    kind = "totp"
    kind_name = "Aplicación de autenticación"

    seed = models.CharField(max_length=40, editable=False)
    # the moment of the last code that was accepted, in steps of thirty seconds: no code counts twice
    last_step = models.BigIntegerField(default=-1, editable=False)
    drift = models.SmallIntegerField(default=0, editable=False)

    class Meta(SecondFactor.Meta):
        verbose_name = "aplicación de autenticación"
        verbose_name_plural = "aplicaciones de autenticación"
        constraints = (
            *SecondFactor.Meta.constraints,
            models.CheckConstraint(
                condition=Q(seed__regex=r"^[0-9a-f]{40}$"),
                name="authenticator_app_seed_well_formed",
                violation_error_message="La semilla debe tener 40 dígitos hexadecimales.",
            ),
        )

    def accepts(self, code: str) -> bool:
        """Whether the app shows this code now (or half a minute ago, or in half a minute) and it was never used.

        Sets `last_step` and `drift`; save under a lock on the row.
        """
        for key in totp_keys(self.seed):
            totp = TOTP(key, drift=self.drift)
            if totp.verify(int(code), tolerance=1, min_t=self.last_step + 1):
                self.last_step, self.drift = totp.t(), totp.drift
                return True
        return False

    def shows(self, code: str) -> bool:
        """Whether it shows this code about now, used or not."""
        return any(TOTP(key, drift=self.drift).verify(int(code), tolerance=1) for key in totp_keys(self.seed))


class Passkey(SecondFactor):
    """A passkey (WebAuthn): its public key; the private one never leaves the person's device."""

    kind = "passkey"
    kind_name = "Llave de acceso"

    credential_id = models.CharField(max_length=1400, editable=False)
    credential_hash = models.CharField(max_length=64, unique=True, editable=False)
    public_key = models.BinaryField(max_length=1023, editable=False)
    sign_count = models.BigIntegerField(default=0, editable=False)
    transports = models.JSONField(default=list, editable=False)
    # not after a link has set the password, or the e-mail was replaced, until it follows the new password once
    opens_alone = models.BooleanField("abre la cuenta sin contraseña", default=True)

    class Meta(SecondFactor.Meta):
        verbose_name = "llave de acceso"
        verbose_name_plural = "llaves de acceso"
        constraints = (
            *SecondFactor.Meta.constraints,
            models.CheckConstraint(
                condition=Q(credential_hash__regex=SHA256) & ~Q(credential_id=""),
                name="passkey_credential_well_formed",
                violation_error_message="La llave debe tener un identificador y su huella.",
            ),
            models.CheckConstraint(
                condition=Q(sign_count__gte=0),
                name="passkey_count_not_negative",
                violation_error_message="El contador de la llave debe ser cero o más.",
            ),
        )


class RecoveryCodeQuerySet(models.QuerySet["RecoveryCode"]):
    def current(self) -> Self:
        """Codes that were not used."""
        return self.filter(used_at__isnull=True)


class RecoveryCode(models.Model):
    """A code that opens one session for a person who has lost the factor; only a salted hash of it is saved.

    Its first digit is its `number`, which finds the one hash to compare with.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes", verbose_name="cuenta"
    )
    number = models.PositiveSmallIntegerField(editable=False)
    digest = models.CharField(max_length=128, editable=False)
    created_at = models.DateTimeField("generado el", db_default=Now(), editable=False)
    used_at = models.DateTimeField("usado el", null=True, blank=True)

    objects = RecoveryCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "código de recuperación"
        verbose_name_plural = "códigos de recuperación"
        constraints = (
            models.CheckConstraint(
                condition=Q(digest__regex=SALTED_HASH),
                name="recovery_code_is_a_hash",
                violation_error_message="Del código solo se guarda su huella, como la de una contraseña.",
            ),
            models.UniqueConstraint(
                "account",
                "number",
                name="recovery_code_one_per_number",
                violation_error_message="La cuenta ya tiene un código con ese número.",
            ),
            models.CheckConstraint(
                condition=Q(number__lt=RECOVERY_CODES),
                name="recovery_code_number_is_a_digit",
                violation_error_message="El número del código debe ser de 0 a 9.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.created_at}"


class SecondFactorPolicy(models.Model):
    """From which day on the delegates of one kind of entity must have a second factor."""

    kind = models.CharField("tipo de entidad", max_length=5, primary_key=True, choices=EntityKind)
    compulsory_from = models.DateField("obligatorio desde")

    class Meta:
        verbose_name = "segundo factor obligatorio"
        verbose_name_plural = "segundo factor obligatorio por tipo de entidad"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=EntityKind.values),
                name="second_factor_policy_kind_known",
                violation_error_message="El tipo de entidad debe ser uno de la lista.",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
