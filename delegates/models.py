"""Who asks for an account, which entity registers itself, who represents it, and whom has it appointed?

The chain before a delegate's first log-in (registration guide for delegates, 2023; route for territorial entities,
2020; provider manual). What can never be false of it is in the constraints.
"""

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Account, DocumentType, Person, Sex, document_check
from entities.models import Entity, EntityKind, EtModel, Municipality, Sede
from mipres_admin.database.clock import midnight
from mipres_admin.database.sha256 import SHA256

LONGEST_RUT = 1024 * 1024


def who_and_when(who: str, when: str, name: str, message: str) -> models.CheckConstraint:
    """Both set or both null: somebody did it at some time, or nobody did."""
    return models.CheckConstraint(
        condition=Q(**{f"{who}__isnull": True, f"{when}__isnull": True})
        | Q(**{f"{who}__isnull": False, f"{when}__isnull": False}),
        name=name,
        violation_error_message=message,
    )


# ---------------------------------------------------------------- a natural person of Mi Seguridad Social


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def current(self) -> Self:
        """Requests that can still be confirmed: neither used nor expired."""
        return self.filter(used_at__isnull=True, expires_at__gt=Now())


class SignUp(models.Model):
    """A request for an account of Mi Seguridad Social, persona natural, until its e-mail is confirmed.

    Nothing about a person exists before that. Only the hash of the secret in the mail is kept, and the rows, which
    are personal data, go soon after they expire.
    """

    secret_sha256 = models.CharField("huella del secreto", max_length=64, unique=True)
    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    first_name = models.CharField("primer nombre", max_length=60)
    second_name = models.CharField("segundo nombre", max_length=60, blank=True)
    first_surname = models.CharField("primer apellido", max_length=60)
    second_surname = models.CharField("segundo apellido", max_length=60, blank=True)
    sex = models.CharField("sexo", max_length=2, choices=Sex)
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
        return f"{self.pk}"


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
        return f"{self.account_id} {self.notice_version}"


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    def current(self) -> Self:
        """Changes that can still be confirmed."""
        return self.filter(expires_at__gt=Now())


class EmailChange(models.Model):
    """A new e-mail that a person has asked for and not confirmed yet; one at a time, and gone once confirmed."""

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
        return f"{self.account_id}"


# ---------------------------------------------------------------- an entity that registers itself


class RegistrationKind(models.TextChoices):
    """What registers itself as persona jurídica; a PPN does not, and an EPS names its régimenes."""

    EPS = "EPS", "Entidad Promotora de Salud - EPS"
    IPS = "IPS", "Institución Prestadora de Servicios de Salud - IPS"
    PROVEEDOR = "PROV", "Proveedor"
    ET = "ET", "Entidad Territorial Departamental - Distrital"


class RegistrationState(models.TextChoices):
    """Where the request of an entity stands."""

    SENT = "enviada", "Enviada"
    IN_REVIEW = "en_revision", "En revisión"
    INCOMPLETE = "falta_informacion", "Falta información"
    APPROVED = "aprobada", "Aprobada"
    REJECTED = "rechazada", "Rechazada"


OPEN_STATES = (RegistrationState.SENT, RegistrationState.IN_REVIEW, RegistrationState.INCOMPLETE)
WAITING_STATES = (RegistrationState.SENT, RegistrationState.IN_REVIEW)
DAYS_TO_ANSWER = 5


class EntityRegistrationQuerySet(models.QuerySet["EntityRegistration"]):
    def visible_to(self, account: Account) -> Self:
        """The requests that this account has made: the only ones it may see."""
        return self.filter(applicant=account)

    def waiting(self) -> Self:
        """Those that a reviewer has to look at, the oldest first."""
        return self.filter(state__in=WAITING_STATES).order_by("sent_at", "pk")

    def ahead_of(self, registration: "EntityRegistration") -> Self:
        """Those that nobody has taken yet and that have waited longer than this one."""
        earlier = Q(sent_at__lt=registration.sent_at) | Q(sent_at=registration.sent_at, pk__lt=registration.pk)
        return self.filter(earlier, state=RegistrationState.SENT)

    def overdue(self, today: date) -> Self:
        """Those that a reviewer should have answered before `today`: sent on the first of the five days, or earlier."""
        return self.waiting().filter(sent_at__lt=midnight(today - timedelta(days=DAYS_TO_ANSWER - 1)))


class EntityRegistration(models.Model):
    """A legal representative's request to register an entity: what was typed, and where it stands.

    Approval makes (or finds, in REPS or the list of EPS) the entities, one per régimen, and the representation.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entity_registrations", verbose_name="solicitante"
    )
    kind = models.CharField("tipo de entidad", max_length=4, choices=RegistrationKind)
    nit = models.CharField("NIT sin dígito de verificación", max_length=10)
    name = models.CharField("razón social", max_length=300)
    contributivo = models.BooleanField("régimen contributivo", default=False)
    subsidiado = models.BooleanField("régimen subsidiado", default=False)
    et_model = models.PositiveSmallIntegerField(
        "modelo de prestación de servicios NO PBSUPC", choices=EtModel, null=True, blank=True
    )
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+", verbose_name="municipio")
    address = models.CharField("dirección", max_length=300)
    phone = models.CharField("teléfono", max_length=100)
    state = models.CharField("estado", max_length=17, choices=RegistrationState, default=RegistrationState.SENT)
    sent_at = models.DateTimeField("enviada el", db_default=Now())

    objects = EntityRegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "registro de persona jurídica"
        verbose_name_plural = "registros de personas jurídicas"
        # the Ministry's reviewers decide; nobody adds, edits or deletes a request in the admin
        default_permissions = ("view",)
        permissions = (("review_registration", "Puede revisar registros de personas jurídicas"),)
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=RegistrationKind.values),
                name="registration_kind_known",
                violation_error_message="El tipo de entidad debe ser uno de la lista.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RegistrationState.values),
                name="registration_state_known",
                violation_error_message="El estado debe ser uno de los cinco de un registro.",
            ),
            models.CheckConstraint(
                condition=Q(nit__regex=r"^[0-9]{6,10}$"),
                name="registration_nit_well_formed",
                violation_error_message=(
                    "El NIT debe tener de 6 a 10 dígitos, sin dígito de verificación, por ejemplo 900123456."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(address="") & ~Q(phone=""),
                name="registration_complete",
                violation_error_message="Ingrese la razón social, la dirección y el teléfono.",
            ),
            models.CheckConstraint(
                condition=(Q(kind="EPS") & (Q(contributivo=True) | Q(subsidiado=True)))
                | (~Q(kind="EPS") & Q(contributivo=False, subsidiado=False)),
                name="registration_regimen_only_for_eps",
                violation_error_message="Una EPS debe tener al menos un régimen; las demás entidades, ninguno.",
            ),
            models.CheckConstraint(
                condition=Q(kind="ET", et_model__isnull=False, et_model__in=(1, 2))
                | (~Q(kind="ET") & Q(et_model__isnull=True)),
                name="registration_model_only_for_et",
                violation_error_message="Una entidad territorial debe elegir el modelo 1 o el 2; las demás, ninguno.",
            ),
            models.UniqueConstraint(
                "applicant",
                "kind",
                "nit",
                condition=Q(state__in=OPEN_STATES),
                name="registration_open_once",
                violation_error_message="Usted ya tiene una solicitud abierta para esa entidad.",
            ),
        )
        indexes = (models.Index("state", "sent_at", name="registration_queue"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.nit} {self.name}"


class RegistrationStep(models.Model):
    """One state that a registration has had: since when, why, and by whom (null: the portal itself)."""

    registration = models.ForeignKey(
        EntityRegistration, on_delete=models.PROTECT, related_name="steps", verbose_name="registro"
    )
    state = models.CharField("estado", max_length=17, choices=RegistrationState)
    reason = models.TextField("motivo", blank=True, max_length=2_000)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="por")
    at = models.DateTimeField("fecha", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "paso de un registro"
        verbose_name_plural = "pasos de un registro"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=RegistrationState.values),
                name="registration_step_state_known",
                violation_error_message="El estado debe ser uno de los cinco de un registro.",
            ),
            models.CheckConstraint(
                condition=Q(state="enviada") | ~Q(reason=""),
                name="registration_step_says_why",
                violation_error_message="Ingrese el motivo: la persona lo lee.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id} {self.state}"


class RutDocument(models.Model):
    """A RUT as it was uploaded, byte for byte, and what the portal could read of it.

    It is kept in the database, not in a folder: it is saved with its registration or not at all, no web server can
    serve it by accident, and a backup has it. `checks` is what each rule said: met, not met, or for a reviewer.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    registration = models.ForeignKey(
        EntityRegistration, on_delete=models.PROTECT, related_name="documents", verbose_name="registro"
    )
    content = models.BinaryField("contenido")
    sha256 = models.CharField("SHA-256", max_length=64)
    checks = models.JSONField("reglas")
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="cargado por")
    uploaded_at = models.DateTimeField("cargado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "RUT"
        verbose_name_plural = "RUT"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(sha256__regex=SHA256),
                name="rut_sha256_well_formed",
                violation_error_message="El SHA-256 debe tener 64 dígitos hexadecimales.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id}"


class RepresentationQuerySet(models.QuerySet["Representation"]):
    def current(self) -> Self:
        """Representations in force."""
        return self.filter(ended_at__isnull=True)


class Representation(models.Model):
    """A person who is the principal legal representative of an entity; an entity has one at a time."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="representations", verbose_name="entidad")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="representations", verbose_name="persona")
    registration = models.ForeignKey(
        EntityRegistration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="representations",
        verbose_name="registro",
    )
    since = models.DateTimeField("desde", db_default=Now())
    ended_at = models.DateTimeField("hasta", null=True, blank=True)

    objects = RepresentationQuerySet.as_manager()

    class Meta:
        verbose_name = "representación legal"
        verbose_name_plural = "representaciones legales"
        constraints = (
            models.UniqueConstraint(
                "entity",
                condition=Q(ended_at__isnull=True),
                name="entity_has_one_principal_representative",
                violation_error_message="La entidad ya tiene un representante legal principal.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("since")),
                name="representation_ends_after_it_starts",
                violation_error_message="La representación debe terminar después de empezar.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.entity_id}"


# ---------------------------------------------------------------- autorizados


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
        """The people whom one entity has authorised: the only ones its representative may see or touch."""
        return self.filter(entity=entity)

    def current(self, at: datetime | None = None) -> Self:
        """Appointments in force at a moment (now by default)."""
        moment = at or Now()
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), created_at__lte=moment)

    def delegates(self) -> Self:
        """Those with the profile that MIPRES needs."""
        return self.filter(profile__is_delegate=True)


class Appointment(models.Model):
    """A person whom an entity has authorised ("Administrar autorizados"): he need not have an account yet."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="appointments", verbose_name="entidad")
    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)
    sex = models.CharField("sexo", max_length=2, choices=Sex)
    email = models.EmailField("correo electrónico")
    first_name = models.CharField("primer nombre", max_length=60)
    second_name = models.CharField("segundo nombre", max_length=60, blank=True)
    first_surname = models.CharField("primer apellido", max_length=60)
    second_surname = models.CharField("segundo apellido", max_length=60, blank=True)
    role = models.ForeignKey(AuthorizedRole, on_delete=models.PROTECT, related_name="+", verbose_name="rol autorizado")
    profile = models.ForeignKey(
        AuthorizedProfile, on_delete=models.PROTECT, related_name="+", verbose_name="perfil autorizado"
    )
    # an ET has no sedes; everybody else's is one of the entity's (a composite key sees to it)
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
            document_check("appointment_document_well_formed"),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(first_surname="") & ~Q(email=""),
                name="appointment_complete",
                violation_error_message="Ingrese el primer nombre, el primer apellido y el correo electrónico.",
            ),
            who_and_when(
                "ended_by", "ended_at", "appointment_ended_by_someone", "Quien inactiva debe dejar cuándo y quién fue."
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
    """That a delegate's account stands on an appointment; that of a PPN stands on the person alone."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grounds", verbose_name="cuenta")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="delegate_account", verbose_name="nombramiento"
    )
    registered_at = models.DateTimeField("registrado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "registro de delegado"
        verbose_name_plural = "registros de delegados"

    def __str__(self) -> str:
        return f"{self.account_id} {self.appointment_id}"
