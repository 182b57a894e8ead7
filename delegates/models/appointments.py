"""Which people has an entity authorised ("Administrar autorizados"), and which have a delegate's account?"""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Account, IdentityFields, Sex, document_check
from accounts.models.people import NAMES
from entities.models import Entity, EntityKind, Sede
from mipres_admin.database.constraints import clean, known


class AuthorizedRole(models.Model):
    """Rol autorizado of "Administrar autorizados", and for which kinds of entity it is offered."""

    code = models.CharField("código", max_length=20, primary_key=True)
    name = models.CharField("nombre", max_length=120, unique=True)
    kinds = ArrayField(models.CharField(max_length=5, choices=EntityKind), verbose_name="tipos de entidad")

    class Meta:
        verbose_name = "rol autorizado"
        verbose_name_plural = "roles autorizados"
        ordering = ("name",)
        constraints = (
            clean("authorized_role_texts_clean", "code", "name"),
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0, kinds__contained_by=EntityKind.values),
                name="authorized_role_kinds_known",
                violation_error_message="El rol debe ofrecerse a uno o más tipos de entidad de la lista.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class AuthorizedProfile(models.Model):
    """Perfil autorizado. The one with `is_delegate` is the one that MIPRES needs."""

    code = models.CharField("código", max_length=20, primary_key=True)
    name = models.CharField("nombre", max_length=120, unique=True)
    is_delegate = models.BooleanField("es el delegado de MIPRES", default=False)
    roles = models.ManyToManyField(AuthorizedRole, related_name="profiles", verbose_name="roles autorizados")

    class Meta:
        verbose_name = "perfil autorizado"
        verbose_name_plural = "perfiles autorizados"
        ordering = ("name",)
        constraints = (
            clean("authorized_profile_texts_clean", "code", "name"),
            models.UniqueConstraint(
                "is_delegate",
                condition=Q(is_delegate=True),
                name="one_profile_is_the_delegate",
                violation_error_message="Ya hay un perfil que es el delegado de MIPRES.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, entity: Entity) -> Self:
        """The appointments of one entity: the only ones that its representative may see or change."""
        return self.filter(entity=entity)

    def current(self, at: datetime | None = None) -> Self:
        """Appointments in force at a moment (now by default)."""
        moment = at or Now()
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), created_at__lte=moment)

    def delegates(self) -> Self:
        """Those with the profile that MIPRES needs."""
        return self.filter(profile__is_delegate=True)


class Appointment(IdentityFields):
    """A person whom an entity has authorised ("Administrar autorizados"); they need not have an account yet."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="appointments", verbose_name="entidad")
    sex = models.CharField("sexo", max_length=2, choices=Sex)
    email = models.EmailField("correo electrónico")
    role = models.ForeignKey(AuthorizedRole, on_delete=models.PROTECT, related_name="+", verbose_name="rol autorizado")
    profile = models.ForeignKey(
        AuthorizedProfile, on_delete=models.PROTECT, related_name="+", verbose_name="perfil autorizado"
    )
    # an ET has no sedes; others choose one of their own (sql/appointments.sql), and may lose it in REPS
    sede = models.ForeignKey(
        Sede, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="sede"
    )
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="nombrado por")
    created_at = models.DateTimeField("desde", db_default=Now())
    ended_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="inactivado por"
    )
    ended_at = models.DateTimeField("inactivado el", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "autorizado"
        ordering = ("-id",)
        constraints = (
            clean("appointment_texts_clean", *NAMES, emails=("email",)),
            known("appointment_sex_known", "sex", Sex, "El sexo debe ser uno de la lista."),
            document_check("appointment_document_well_formed"),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(first_surname="") & ~Q(email=""),
                name="appointment_complete",
                violation_error_message="Ingrese el primer nombre, el primer apellido y el correo electrónico.",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="appointment_ended_by_someone",
                violation_error_message="Quien inactiva debe dejar cuándo y quién fue.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")),
                name="appointment_ends_after_it_starts",
                violation_error_message="El nombramiento debe terminar después de empezar.",
            ),
            models.UniqueConstraint(
                "entity",
                "document_type",
                "document_number",
                "profile",
                condition=Q(ended_at__isnull=True),
                name="appointment_once_at_a_time",
                violation_error_message="Esa persona ya está autorizada con ese perfil.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.first_surname}"


class DelegateAccount(models.Model):
    """The appointment for which a delegate's account was opened; the account of a PPN needs none."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="delegate_accounts", verbose_name="cuenta"
    )
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="delegate_account", verbose_name="nombramiento"
    )
    registered_at = models.DateTimeField("registrado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "registro de delegado"
        verbose_name_plural = "registros de delegados"

    def __str__(self) -> str:
        return f"{self.account}, {self.appointment}"
