"""Which passwords has an account had, and which link can set a new one?"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.accounts import Account, can_log_in_q
from mipres_admin.database.constraints import SHA256


class PasswordRecord(models.Model):
    """A password the account has had, as its hash, so that the last three cannot come back."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="password_records")
    encoded = models.CharField(max_length=200)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "contraseña anterior"
        verbose_name_plural = "contraseñas anteriores"
        ordering = ("-set_at", "-id")

    def __str__(self) -> str:
        return f"{self.account_id} {self.set_at}"


class PasswordLinkQuerySet(models.QuerySet["PasswordLink"]):
    def current(self) -> Self:
        """Links that are valid: not expired, of an account that can log in."""
        return self.filter(can_log_in_q("account__"), expires_at__gt=Now())


class PasswordLink(models.Model):
    """The one link by which an account may be given a password; a newer one takes its place and using it deletes it.

    The secret itself is only in the mail: it has 256 random bits, so its plain SHA-256 cannot be guessed back.
    """

    class Reason(models.TextChoices):
        ASSIGN = "assign", "Asignar la primera contraseña"
        RECOVER = "recover", "Recordar contraseña"
        RETURN = "return", "Cuenta devuelta a su dueño"

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="password_link", verbose_name="cuenta"
    )
    secret_hash = models.CharField("huella del secreto", max_length=64, unique=True)
    reason = models.CharField("motivo", max_length=7, choices=Reason)
    created_at = models.DateTimeField("hecho el", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("vence el")

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "enlace de contraseña"
        verbose_name_plural = "enlaces de contraseña"
        constraints = (
            models.CheckConstraint(
                condition=Q(secret_hash__regex=SHA256),
                name="password_link_hash_well_formed",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=("assign", "recover", "return")),
                name="password_link_reason_known",
                violation_error_message="El enlace debe ser para asignar o recordar la contraseña, o de devolución.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="password_link_expires_after_creation",
                violation_error_message="El enlace debe vencer después de hacerse.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account}: {self.get_reason_display()}"
