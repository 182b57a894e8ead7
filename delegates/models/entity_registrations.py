"""Which entities have been registered, with which RUT, and who represents them?

Source: registration guide for delegates, 2023; route for territorial entities, 2020.
"""

import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Concat, Now

from accounts.models import Account, Person
from entities.models import Entity, EntityKind, EtModel, Municipality
from mipres_admin.database.clock import midnight
from mipres_admin.database.constraints import SHA256, clean
from mipres_admin.database.text import CheckDigit, Joined, SearchKey, key_words, with_words

MAX_RUT_BYTES = 1024 * 1024


class RegistrationKind(models.TextChoices):
    """The kinds of entity that are registered as persona jurídica; an EPS also names its régimenes."""

    EPS = "EPS", "Entidad Promotora de Salud - EPS"
    IPS = "IPS", "Institución Prestadora de Servicios de Salud - IPS"
    PROVEEDOR = "PROV", "Proveedor"
    ET = "ET", "Entidad Territorial Departamental - Distrital"


class RegistrationState(models.TextChoices):
    """How far the request to register an entity has got."""

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
        """The requests of this account: the only ones that it may see."""
        return self.filter(applicant=account)

    def matching(self, words: str) -> Self:
        """Those whose name or NIT, with its check digit or without, has every word, as entities are searched."""
        key = Joined(SearchKey("name"), SearchKey(Concat("nit", CheckDigit("nit"))))
        return self.alias(searched=key).filter(with_words("searched", key_words(words)))

    def waiting(self) -> Self:
        """Those that a reviewer has to look at, the oldest first."""
        return self.filter(state__in=WAITING_STATES).order_by("sent_at", "pk")

    def ahead_of(self, registration: "EntityRegistration") -> Self:
        """Those that nobody reviews yet and that have waited longer than this one."""
        earlier = Q(sent_at__lt=registration.sent_at) | Q(sent_at=registration.sent_at, pk__lt=registration.pk)
        return self.filter(earlier, state=RegistrationState.SENT)

    def overdue(self, today: date) -> Self:
        """Those that a reviewer should have answered before `today`; the day of sending is the first of the five."""
        return self.waiting().filter(sent_at__lt=midnight(today - timedelta(days=DAYS_TO_ANSWER - 1)))


class EntityRegistration(models.Model):
    """A legal representative's request to register an entity: its details as they were typed, and its state.

    Approval finds the entities in REPS or the list of EPS, or creates them (an EPS is one entity per régimen), and
    makes the applicant their legal representative.
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
            clean("registration_texts_clean", "name", "address", "phone"),
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

    @property
    def entity_kinds(self) -> tuple[EntityKind, ...]:
        """The kinds of the entities to register: an EPS is one entity per régimen."""
        if self.kind != RegistrationKind.EPS:
            return (EntityKind(self.kind),)
        regimenes = ((EntityKind.EPS_C, self.contributivo), (EntityKind.EPS_S, self.subsidiado))
        return tuple(kind for kind, is_chosen in regimenes if is_chosen)

    def known_entities(self) -> dict[EntityKind, Entity]:
        """The entities to register that the portal already has, by kind."""
        entities = Entity.objects.filter(kind__in=self.entity_kinds, identification_type="NI", nit=self.nit)
        return {EntityKind(entity.kind): entity for entity in entities}


class RegistrationStep(models.Model):
    """One state that a registration has had: since when, why, and by whom (null: the portal)."""

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
            clean("registration_step_reason_clean", lines=("reason",)),
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
    """What the pages of an uploaded RUT showed, as a PDF of their own, and the result of each rule (`rut.rules.Check`).

    It is stored in the database, not in a folder: it is saved with its registration or not at all, no web server can
    serve it by accident, and a backup has it.
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
        return f"RUT de {self.registration.name}"


class RepresentationQuerySet(models.QuerySet["Representation"]):
    def current(self) -> Self:
        """Representations in force."""
        return self.filter(ended_at__isnull=True)

    def entities_of(self, person: Person | None) -> QuerySet[Entity]:
        """The entities that a person represents now."""
        return Entity.objects.filter(representations__in=self.current().filter(person=person)).order_by("name", "kind")


class Representation(models.Model):
    """A person who is the principal legal representative of an entity, which has one at a time."""

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
        return f"{self.person}, {self.entity}"
