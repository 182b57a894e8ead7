"""Which people have signed up, changed their e-mail, or accepted the privacy notice?"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Account, IdentityFields, Person, Sex, document_check
from accounts.models.people import NAMES
from mipres_admin.database.constraints import SHA256, clean, known
from mipres_admin.formatting import format_moment


def person_of(account: Account) -> Person:
    """The verified person of an account. Raises Refused for one whose identity nobody has verified."""
    return account.require_person()


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def current(self) -> Self:
        """Requests that can still be confirmed: neither used nor expired."""
        return self.filter(used_at__isnull=True, expires_at__gt=Now())


class SignUp(IdentityFields):
    """A request for an account of Mi Seguridad Social, persona natural, until its e-mail is confirmed.

    It creates no person before that. Only the hash of the link's secret is stored, and the rows, which are personal
    data, are deleted soon after they expire.
    """

    secret_sha256 = models.CharField("huella del secreto", max_length=64, unique=True)
    sex = models.CharField("sexo", max_length=2, choices=Sex)
    issued_on = models.DateField("fecha de expedición")
    email = models.EmailField("correo electrónico")
    notice_version = models.CharField("versión del aviso de privacidad", max_length=20)
    accepted_at = models.DateTimeField("aviso aceptado el", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("vence el")
    used_at = models.DateTimeField("confirmada el", null=True, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = "solicitud de cuenta"
        verbose_name_plural = "solicitudes de cuenta"
        constraints = (
            clean("sign_up_texts_clean", *NAMES, emails=("email",)),
            known("sign_up_sex_known", "sex", Sex, "El sexo debe ser uno de la lista."),
            document_check("sign_up_document_well_formed"),
            models.CheckConstraint(
                condition=Q(secret_sha256__regex=SHA256),
                name="sign_up_secret_is_a_hash",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(first_surname="") & ~Q(notice_version="") & ~Q(email=""),
                name="sign_up_complete",
                violation_error_message="Ingrese el primer nombre, el primer apellido y el correo electrónico.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("accepted_at")),
                name="sign_up_expires_later",
                violation_error_message="La solicitud debe vencer después de hacerse.",
            ),
        )
        indexes = (models.Index("expires_at", name="sign_up_expires_at"),)

    def __str__(self) -> str:
        return f"Solicitud del {format_moment(self.accepted_at)}"


class PrivacyAcceptance(models.Model):
    """That a person accepted a version of the privacy notice, and when (Ley 1581 de 2012, art. 9)."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="privacy_acceptances", verbose_name="cuenta"
    )
    notice_version = models.CharField("versión del aviso de privacidad", max_length=20)
    accepted_at = models.DateTimeField("aceptado el")

    class Meta:
        verbose_name = "aceptación del aviso de privacidad"
        verbose_name_plural = "aceptaciones del aviso de privacidad"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                "account",
                "notice_version",
                name="privacy_notice_accepted_once",
                violation_error_message="Esa versión del aviso ya está aceptada.",
            ),
            models.CheckConstraint(
                condition=~Q(notice_version=""),
                name="privacy_acceptance_names_a_version",
                violation_error_message="Ingrese la versión del aviso de privacidad.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account}, versión {self.notice_version}"


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    def current(self) -> Self:
        """Changes that can still be confirmed."""
        return self.filter(expires_at__gt=Now())


class EmailChange(models.Model):
    """A new e-mail that a person has not confirmed yet; one at a time, deleted once it is confirmed."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="email_change", verbose_name="cuenta"
    )
    email = models.EmailField("correo electrónico")
    secret_sha256 = models.CharField("huella del secreto", max_length=64, unique=True)
    expires_at = models.DateTimeField("vence el")

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "cambio de correo"
        verbose_name_plural = "cambios de correo"
        constraints = (
            clean("email_change_email_clean", emails=("email",)),
            models.CheckConstraint(
                condition=Q(secret_sha256__regex=SHA256),
                name="email_change_secret_is_a_hash",
                violation_error_message="La huella debe ser un SHA-256 en hexadecimal.",
            ),
            models.CheckConstraint(
                condition=~Q(email=""),
                name="email_change_names_an_email",
                violation_error_message="Ingrese el correo electrónico.",
            ),
        )
        indexes = (models.Index("expires_at", name="email_change_expires_at"),)

    def __str__(self) -> str:
        return str(self.account)
