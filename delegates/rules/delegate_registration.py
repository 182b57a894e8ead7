"""May this person register in MIPRES as the delegate of this entity, and if not, which step is missing?

Pure: no writes, no request. Source: route for territorial entities, 2020; registration guide for delegates, 2023.
"""

from dataclasses import dataclass
from functools import cached_property

from accounts.models import Account, Person, Suspension
from accounts.usernames import DELEGATE_KINDS
from delegates.models import Appointment, DelegateAccount, EntityRegistration, RegistrationState, Representation
from delegates.rules.entity_registrations import PROVIDER_ROLE, enabled_ips
from delegates.rules.self_registration import deceased_refusal
from entities.models import Entity, EntityKind, EtModel, IdentificationType
from mipres_admin.refusals import Refusal

YOU = "Usted."
MINISTRY = "El Ministerio de Salud y Protección Social, por Atención al usuario."
PPN_DOCUMENTS = tuple(kind for kind in IdentificationType if kind != IdentificationType.NI)


@dataclass(frozen=True)
class DelegateRegistration:
    """What is registration: `person` wants to be the delegate of the entity of this kind and NIT."""

    person: Person
    kind: str
    nit: str
    et_model: int | None = None

    @classmethod
    def for_ppn(cls, person: Person) -> "DelegateRegistration":
        """A Proveedor Persona Natural is their own delegate: their document identifies the entity."""
        return cls(person, EntityKind.PPN, person.document_number)

    @property
    def is_ppn(self) -> bool:
        """Whether person and entity are the same (Proveedor Persona Natural)."""
        return self.kind == EntityKind.PPN

    @cached_property
    def entity(self) -> Entity | None:
        """The entity, registered or not."""
        identification = self.person.document_type if self.is_ppn else IdentificationType.NI
        return Entity.objects.filter(kind=self.kind, identification_type=identification, nit=self.nit).first()

    @cached_property
    def is_approved(self) -> bool:
        """Whether the entity has a legal representative: it gets one when its registration is approved."""
        return self.entity is not None and Representation.objects.current().filter(entity=self.entity).exists()

    @property
    def approved_model(self) -> int | None:
        """The model in the last registration of a territorial entity that was approved, if the portal has it."""
        approved = EntityRegistration.objects.filter(kind=self.kind, nit=self.nit, state=RegistrationState.APPROVED)
        return approved.order_by("-sent_at").values_list("et_model", flat=True).first()

    @cached_property
    def appointment(self) -> Appointment | None:
        """The appointment in force that makes this person the entity's delegate."""
        if self.entity is None:
            return None
        document = {"document_type": self.person.document_type, "document_number": self.person.document_number}
        return Appointment.objects.current().delegates().filter(entity=self.entity, **document).first()

    @cached_property
    def account(self) -> Account | None:
        """The account that this person has or had in this entity; the active one before any other."""
        if self.entity is None:
            return None
        return self.entity.accounts.filter(person=self.person).order_by("-is_active", "pk").first()


def _deceased(registration: DelegateRegistration) -> Refusal | None:
    return deceased_refusal(registration.person)


def _not_approved(registration: DelegateRegistration) -> Refusal | None:
    if registration.is_approved:
        return None
    ips = enabled_ips(registration.nit) if registration.kind == EntityKind.PROVEEDOR else None
    if ips is not None:
        return Refusal(
            headline="La IPS no tiene el rol proveedor/dispensador",
            cause=f"{ips.name}, con NIT {ips.nit}, es una IPS del REPS; el Ministerio no le ha aprobado ese rol.",
            remedy="Pida a su representante legal que lo agregue en Mi Seguridad Social: Personas jurídicas, la IPS, "
            f"«{PROVIDER_ROLE}»; cuando esté aprobado, que lo nombre a usted delegado del Proveedor.",
            who="El representante legal de la IPS.",
            link="my_entities",
            link_text="Personas jurídicas",
        )
    return Refusal(
        headline="Entidad no registrada",
        cause=f"No hay una entidad «{EntityKind(registration.kind).label}» con NIT {registration.nit} cuyo registro "
        "esté aprobado.",
        remedy="Revise el tipo de entidad y el NIT, sin dígito de verificación. Si están bien, el representante legal "
        "debe registrar la entidad como persona jurídica en Mi Seguridad Social y esperar la aprobación.",
        who="El representante legal de la entidad.",
        link="register_entity",
        link_text="Registrar una entidad",
    )


def _inactive(registration: DelegateRegistration) -> Refusal | None:
    if registration.entity is None or registration.entity.is_active:
        return None
    return Refusal(
        headline="Entidad inactiva",
        cause=f"{registration.entity} está inactiva en el portal.",
        remedy="Si cree que es un error, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _suspended(registration: DelegateRegistration) -> Refusal | None:
    """Only the Ministry lifts a suspension: neither a new appointment nor another account avoids it."""
    entity = registration.entity
    if entity is None or not Suspension.objects.current().of(registration.person, entity).exists():
        return None
    return Refusal(
        headline="Cuenta suspendida",
        cause=f"El Ministerio suspendió su cuenta de delegado de {entity}; el motivo está en su correo.",
        remedy="Si cree que es un error, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _registered_already(registration: DelegateRegistration) -> Refusal | None:
    account = registration.account
    if account is None or not account.is_active or registration.entity is None:
        return None
    return Refusal(
        headline="Usted ya está registrado",
        cause=f"Usted ya tiene una cuenta activa de delegado de {registration.entity}: {account.login}.",
        remedy="Salga de esta cuenta e ingrese con ese usuario. Si no tiene la contraseña, use «Olvidé mi clave - "
        "Recordar contraseña».",
        who=YOU,
        link="recover_password",
        link_text="Olvidé mi clave - Recordar contraseña",
    )


def _not_appointed(registration: DelegateRegistration) -> Refusal | None:
    if registration.appointment is not None or registration.entity is None:
        return None
    return Refusal(
        headline="Sin nombramiento",
        cause=f"{registration.entity} no tiene en «Administrar autorizados» un nombramiento vigente con el perfil "
        f"«Delegado» para su documento, {registration.person.document_type} {registration.person.document_number}.",
        remedy="Pida al representante legal que lo nombre en Mi Seguridad Social: Mi lista de roles, Persona jurídica, "
        "Administrar autorizados, Nuevo. El documento debe ser el mismo de su cuenta.",
        who="El representante legal de la entidad.",
    )


def _other_model(registration: DelegateRegistration) -> Refusal | None:
    approved = registration.approved_model
    if registration.kind != EntityKind.ET or approved is None or approved == registration.et_model:
        return None
    return Refusal(
        headline="El modelo no es el de la entidad",
        cause=f"El registro aprobado de la entidad territorial dice «{EtModel(approved).label}».",
        remedy="Elija ese modelo y registre de nuevo. Si la entidad cambió de modelo, su representante legal debe "
        "actualizar primero el registro.",
        who="Usted, o el representante legal de la entidad.",
    )


def _deactivated(registration: DelegateRegistration) -> Refusal | None:
    """An account that was closed under this same appointment, or a PPN's, is not opened again by registering."""
    account, appointment = registration.account, registration.appointment
    if account is None or (appointment and not DelegateAccount.objects.filter(appointment=appointment).exists()):
        return None
    return Refusal(
        headline="Cuenta inactiva",
        cause=f"Su cuenta {account.login} fue inactivada.",
        remedy="Comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _document_not_of_a_ppn(registration: DelegateRegistration) -> Refusal | None:
    person = registration.person
    if person.document_type in PPN_DOCUMENTS:
        return None
    allowed = ", ".join(IdentificationType(kind).label for kind in PPN_DOCUMENTS)
    return Refusal(
        cause=f"Un Proveedor Persona Natural no puede identificarse con «{person.get_document_type_display()}».",
        remedy=f"Se aceptan: {allowed}. Si tiene uno de ellos, abra con él su cuenta de Mi Seguridad Social.",
        who=YOU,
        link="sign_up",
        link_text="Registrarse en Mi Seguridad Social",
    )


ENTITY_CHECKS = (
    _deceased,
    _not_approved,
    _inactive,
    _suspended,
    _registered_already,
    _not_appointed,
    _other_model,
    _deactivated,
)
PPN_CHECKS = (_deceased, _document_not_of_a_ppn, _inactive, _suspended, _registered_already, _deactivated)


def delegate_registration_refusal(registration: DelegateRegistration) -> Refusal | None:
    """Why the person may not register so: the first step that is missing; or None."""
    assert registration.kind in DELEGATE_KINDS  # noqa: S101  the form offers no other
    checks = PPN_CHECKS if registration.is_ppn else ENTITY_CHECKS
    return next((refusal for check in checks if (refusal := check(registration))), None)
