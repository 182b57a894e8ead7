"""May this person register in MIPRES as what he says, and if not, which step is missing? Pure: no writes, no request.

Source: route for territorial entities, 2020; registration guide for delegates, 2023; manual v4.1 §6 and §11.2.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from accounts.models import Account, Person, Suspension
from accounts.usernames import DELEGATE_KINDS
from delegates.models import Appointment, DelegateAccount, EntityRegistration, RegistrationState, Representation
from entities.models import Entity, EntityKind, EtModel, IdentificationType
from mipres_admin.refusals import Refusal
from roles.matrix import Option, UserKind, assignable_roles
from roles.models import RegisteredUser, RethusEntry, SsoPost
from roles.validity import long_date, today

YOU = "Usted."
MINISTRY = "El Ministerio de Salud y Protección Social, por Atención al usuario."
PPN_DOCUMENTS = tuple(kind for kind in IdentificationType if kind != IdentificationType.NI)


# ---------------------------------------------------------------- Delegado Administrativo


@dataclass(frozen=True)
class Delegacy:
    """What is asked: `person` wants to be the delegate of the entity of this kind and NIT."""

    person: Person
    kind: str
    nit: str
    et_model: int | None = None

    @classmethod
    def of_himself(cls, person: Person) -> "Delegacy":
        """A Proveedor Persona Natural is his own delegate: the entity is known by his document."""
        return cls(person, EntityKind.PPN, person.document_number)

    @property
    def is_ppn(self) -> bool:
        """Whether the entity is the person himself."""
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
        mine = Appointment.objects.current().delegates().filter(entity=self.entity)
        mine = mine.filter(document_type=self.person.document_type, document_number=self.person.document_number)
        return mine.first() if self.entity else None

    @cached_property
    def account(self) -> Account | None:
        """The account that this person has or had in this entity; the active one before any other."""
        held = Account.objects.filter(person=self.person, entity=self.entity)
        return held.order_by("-is_active", "pk").first() if self.entity else None


def _not_approved(asked: Delegacy) -> Refusal | None:
    if asked.is_approved:
        return None
    return Refusal(
        headline="Entidad no registrada",
        cause=f"No hay una entidad «{EntityKind(asked.kind).label}» con NIT {asked.nit} cuyo registro esté aprobado.",
        remedy="Revise el tipo de entidad y el NIT, sin dígito de verificación. Si están bien, el representante legal "
        "debe registrar la entidad como persona jurídica en Mi Seguridad Social y esperar la aprobación.",
        who="El representante legal de la entidad.",
        link="register_entity",
        link_text="Registrar una entidad",
    )


def _inactive(asked: Delegacy) -> Refusal | None:
    if asked.entity is None or asked.entity.is_active:
        return None
    return Refusal(
        headline="Entidad inactiva",
        cause=f"{asked.entity.name} está inactiva en el portal.",
        remedy="Si cree que es un error, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _suspended(asked: Delegacy) -> Refusal | None:
    """A suspension is lifted by the Ministry alone: neither a new appointment nor another account goes round it."""
    if asked.entity is None or not Suspension.objects.current().of(asked.person, asked.entity).exists():
        return None
    return Refusal(
        headline="Cuenta suspendida",
        cause=f"El Ministerio suspendió su cuenta de delegado de {asked.entity.name}; el motivo está en su correo.",
        remedy="Si cree que es un error, comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _registered_already(asked: Delegacy) -> Refusal | None:
    account = asked.account
    if account is None or not account.is_active or asked.entity is None:
        return None
    return Refusal(
        headline="Usted ya está registrado",
        cause=f"Usted ya tiene una cuenta activa de delegado de {asked.entity.name}: {account.login}.",
        remedy="Salga de esta cuenta e ingrese con ese usuario. Si no tiene la contraseña, use «Olvidé mi clave - "
        "Recordar contraseña».",
        who=YOU,
        link="recover_password",
        link_text="Olvidé mi clave - Recordar contraseña",
    )


def _not_appointed(asked: Delegacy) -> Refusal | None:
    if asked.appointment is not None or asked.entity is None:
        return None
    return Refusal(
        headline="Sin nombramiento",
        cause=f"{asked.entity.name} no tiene en «Administrar autorizados» un nombramiento vigente con el perfil "
        f"«Delegado» para su documento, {asked.person.document_type} {asked.person.document_number}.",
        remedy="Pida al representante legal que lo nombre en Mi Seguridad Social: Mi lista de roles, Persona jurídica, "
        "Administrar autorizados, Nuevo. El documento debe ser el mismo de su cuenta.",
        who="El representante legal de la entidad.",
    )


def _other_model(asked: Delegacy) -> Refusal | None:
    approved = asked.approved_model
    if asked.kind != EntityKind.ET or approved is None or approved == asked.et_model:
        return None
    return Refusal(
        headline="El modelo no es el de la entidad",
        cause=f"El registro aprobado de la entidad territorial dice «{EtModel(approved).label}».",
        remedy="Elija ese modelo y registre de nuevo. Si la entidad cambió de modelo, su representante legal debe "
        "actualizar primero el registro.",
        who="Usted, o el representante legal de la entidad.",
    )


def _deactivated(asked: Delegacy) -> Refusal | None:
    """An account that was ended under this very appointment (or a PPN's) does not come back by registering."""
    if asked.account is None:
        return None
    again = asked.appointment and not DelegateAccount.objects.filter(appointment=asked.appointment).exists()
    if again:
        return None
    return Refusal(
        headline="Cuenta inactiva",
        cause=f"Su cuenta {asked.account.login} fue inactivada.",
        remedy="Comuníquese con Atención al usuario: los datos están al pie de esta página.",
        who=MINISTRY,
    )


def _no_document_of_an_entity(asked: Delegacy) -> Refusal | None:
    if asked.person.document_type in PPN_DOCUMENTS:
        return None
    allowed = ", ".join(IdentificationType(kind).label for kind in PPN_DOCUMENTS)
    return Refusal(
        cause=f"Un Proveedor Persona Natural no puede identificarse con «{asked.person.get_document_type_display()}».",
        remedy=f"Se aceptan: {allowed}. Si tiene uno de ellos, abra con él su cuenta de Mi Seguridad Social.",
        who=YOU,
        link="sign_up",
        link_text="Registrarse en Mi Seguridad Social",
    )


OF_ENTITIES = (_not_approved, _inactive, _suspended, _registered_already, _not_appointed, _other_model, _deactivated)
OF_HIMSELF = (_no_document_of_an_entity, _inactive, _suspended, _registered_already, _deactivated)


def delegate_refusal(asked: Delegacy) -> Refusal | None:
    """Why the person may not register as this delegate: the first step that is missing; or None."""
    assert asked.kind in DELEGATE_KINDS  # noqa: S101  the form offers no other
    checks = OF_HIMSELF if asked.is_ppn else OF_ENTITIES
    return next((refusal for check in checks if (refusal := check(asked))), None)


# ---------------------------------------------------------------- Profesional, SSO, Otro Usuario


def open_entries(person: Person, kind: str) -> list[RethusEntry]:
    """The professions that the person may register with: those open in ReTHUS; for SSO, those that serve it."""
    of_person = RethusEntry.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=today()),
        document_type=person.document_type,
        document_number=person.document_number,
    )
    entries = of_person.select_related("profession").order_by("profession__name")
    return [
        entry
        for entry in entries
        if kind != UserKind.SSO
        or assignable_roles(Option.PROFESIONAL, EntityKind.IPS, UserKind.SSO, entry.profession_id)
    ]


@dataclass(frozen=True)
class Enrolment:
    """What is asked: `person` wants to be registered as `kind`, with a profession where the kind has one."""

    person: Person
    kind: str
    profession: str | None = None

    @cached_property
    def user(self) -> RegisteredUser | None:
        """What the person is registered as now."""
        return RegisteredUser.objects.filter(person=self.person).select_related("profession").first()

    @cached_property
    def entries(self) -> list[RethusEntry]:
        """The professions that can be chosen."""
        return open_entries(self.person, self.kind) if self.kind != UserKind.OTRO else []

    @property
    def entry(self) -> RethusEntry | None:
        """The entry of ReTHUS of the chosen profession."""
        return next((entry for entry in self.entries if entry.profession_id == self.profession), None)

    @cached_property
    def posts(self) -> list[SsoPost]:
        """The person's plazas in force and to come, the earliest first."""
        posts = SsoPost.objects.of(self.person).filter(ends_on__gte=today())
        return list(posts.select_related("sede__entity").order_by("starts_on"))

    @property
    def is_now(self) -> bool:
        """Whether the person is registered as just that already."""
        user = self.user
        return user is not None and (user.kind, user.profession_id) == (self.kind, self.profession)


def _deceased(asked: Enrolment) -> Refusal | None:
    if asked.person.deceased_on is None:
        return None
    return Refusal(
        cause="Su documento figura en los registros oficiales como de una persona fallecida.",
        remedy="Corrija su estado en la Registraduría Nacional del Estado Civil y avise a Atención al usuario.",
        who="Usted, ante la Registraduría Nacional del Estado Civil.",
    )


def _not_in_rethus(asked: Enrolment) -> Refusal | None:
    if asked.kind == UserKind.OTRO or asked.entries:
        return None
    as_sso = asked.kind == UserKind.SSO and open_entries(asked.person, UserKind.PROFESIONAL)
    return Refusal(
        headline="Su profesión no presta Servicio Social Obligatorio" if as_sso else "No está en ReTHUS",
        cause="En ReTHUS no hay para su documento, "
        f"{asked.person.document_type} {asked.person.document_number}, una inscripción vigente"
        f"{' en Medicina, Odontología, Enfermería o Bacteriología' if as_sso else ''}.",
        remedy="Inscríbase o actualice su inscripción en el Registro Único Nacional del Talento Humano en Salud y "
        "vuelva cuando aparezca allí; el portal lo consulta con cada carga del registro.",
        who="Usted, ante el colegio de su profesión o la secretaría de salud de su departamento.",
    )


def _without_post(asked: Enrolment) -> Refusal | None:
    if asked.kind != UserKind.SSO or asked.posts:
        return None
    return Refusal(
        headline="Sin plaza de Servicio Social Obligatorio",
        cause="El Ministerio no ha publicado para su documento una plaza vigente ni una por empezar.",
        remedy="Valide la asignación publicada por el Ministerio. Si ya terminó el servicio, regístrese como "
        "Profesional de la salud.",
        who="El Ministerio de Salud y Protección Social (Servicio Social Obligatorio).",
        link="register_professional",
        link_text="Registrarse como Profesional de la salud",
    )


def _same_again(asked: Enrolment) -> Refusal | None:
    if not asked.is_now or asked.user is None:
        return None
    return Refusal(
        headline="Usted ya está registrado",
        cause=f"Su registro en MIPRES es «{asked.user.get_kind_display()}»"
        f"{f', {asked.user.profession}' if asked.user.profession else ''}: no hay nada que cambiar.",
        remedy="Pida al delegado de la entidad donde trabaja que lo active y le asigne roles.",
        who="El delegado de la entidad donde trabaja.",
    )


def _profession_not_his(asked: Enrolment) -> Refusal | None:
    if asked.kind == UserKind.OTRO or asked.entry is not None:
        return None
    return Refusal(
        cause="La profesión elegida no está vigente en ReTHUS para su documento.",
        remedy="Elija una de las que muestra el formulario.",
        who=YOU,
    )


def _still_in_post(asked: Enrolment) -> Refusal | None:
    if asked.user is None or asked.user.kind != UserKind.SSO or asked.kind == UserKind.SSO:
        return None
    post = next((post for post in asked.posts if post.starts_on <= today()), None)
    if post is None:
        return None
    return Refusal(
        headline="Su plaza de Servicio Social Obligatorio no ha terminado",
        cause=f"Usted está registrado como SSO en la plaza {post.sede.code}, {post.sede.name}, hasta el "
        f"{long_date(post.ends_on)}.",
        remedy="Regístrese con otro tipo de usuario cuando la plaza termine. Si ya no presta el servicio, pida a la "
        "IPS de la plaza que reporte su retiro al Ministerio.",
        who=f"{post.sede.entity.name}, la IPS de la plaza.",
    )


def _still_active(asked: Enrolment) -> Refusal | None:
    """Roles were given to what he is registered as: they end before he becomes something else."""
    if asked.user is None:
        return None
    held = asked.user.assignments.not_ended().select_related("sede", "entity").order_by("sede__code", "role")
    places: dict[str, list[str]] = {}
    for assignment in held:
        where = f"{assignment.entity.name}, sede {assignment.sede.code}"
        places.setdefault(where, []).append(assignment.role)
    if not places:
        return None
    return Refusal(
        headline="Usted tiene roles activos",
        cause=f"Su registro actual es «{asked.user.get_kind_display()}» y con él tiene: "
        + "; ".join(f"{', '.join(roles)} en {where}" for where, roles in places.items())
        + ".",
        remedy="Pida que le retiren esos roles («Desactivar Usuario») y vuelva a registrarse aquí.",
        who=f"El delegado de cada entidad: {', '.join(dict.fromkeys(one.entity.name for one in held))}.",
    )


OF_USERS = (
    _deceased,
    _not_in_rethus,
    _without_post,
    _same_again,
    _profession_not_his,
    _still_in_post,
    _still_active,
)


def beginning_refusal(asked: Enrolment) -> Refusal | None:
    """Why the form is not even shown, whatever is chosen in it; or None."""
    checks = (_deceased, _not_in_rethus, _without_post)
    return next((refusal for check in checks if (refusal := check(asked))), None)


def enrolment_refusal(asked: Enrolment) -> Refusal | None:
    """Why the person may not be registered so: the first step that is missing; or None.

    An ex-SSO may register again as Profesional once the plaza has ended or released him (manual v4.1 §11.2).
    """
    return next((refusal for check in OF_USERS if (refusal := check(asked))), None)
