"""May this delegate activate this user here, and if not, why and what now? Pure: no writes, no request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from entities.models import Entity, EntityKind, Sede
from entities.rules.provider_networks import association_refusal
from mipres_admin.refusals import Refusal
from roles.matrix import Option, Role, UserKind, assignable_roles, kinds_giving_to, options_for
from roles.models import RegisteredUser, RoleAssignment, SsoPost
from roles.registry_lookup import DATABASE_LOOKUP, Document, RegistryLookup, document_of
from roles.validity import OPEN, Validity, long_date, today

DELEGATE = "Usted, como delegado."
MINISTRY = "El Ministerio de Salud y Protección Social (Servicio Social Obligatorio)."

NOT_REGISTERED = Refusal(
    headline="Usuario no registrado para esta aplicación",
    cause="No hay un usuario de MIPRES con ese tipo y número de documento.",
    remedy="Revise el documento. Si está bien, la persona debe completar su registro en el Módulo Registro de "
    "Usuarios; después podrá activarla aquí.",
    who="La persona misma.",
)
ONESELF_ONLY = Refusal(
    cause="Un Proveedor Persona Natural solo puede buscarse y activarse a sí mismo.",
    remedy="Busque su propio documento. Para activar a otras personas, la entidad debe registrarse como Proveedor.",
    who="Usted, como proveedor.",
)
NOT_IN_NETWORK = Refusal(
    cause="La persona no es un Profesional Independiente asociado a su red en este régimen.",
    remedy="Asócielo primero en «Asociar Entidades»: debe estar habilitado en el REPS como Profesional Independiente. "
    "Si trabaja en una IPS, lo activa el delegado de esa IPS.",
    who="Usted, como delegado de la EPS.",
)
CLOSED_INDEPENDENT = Refusal(
    cause="El REPS cerró todas las sedes de este Profesional Independiente, que está asociado a su red.",
    remedy="Actívelo cuando renueve su habilitación en el REPS. Si trabaja en una IPS, lo activa el de esa IPS.",
    who="El profesional, ante el REPS.",
)
DECEASED = Refusal(
    cause="La persona figura como fallecida en los registros oficiales.",
    remedy="Revise que el documento sea el correcto. Si el registro es un error, la persona debe corregir su "
    "estado en la Registraduría y avisar a la mesa de ayuda del Ministerio.",
    who="La persona misma, ante la Registraduría Nacional del Estado Civil.",
)
FOREIGN_SEDE = Refusal(
    headline="Sede no disponible",
    cause="La sede elegida es de otra entidad.",
    remedy="Busque la sede por su código o su nombre y elija una de la lista.",
    who=DELEGATE,
)


@dataclass(frozen=True)
class Activation:
    """A delegate of `entity` wants to give roles to `user` under `option`, at `sede` once it is chosen."""

    entity: Entity
    user: RegisteredUser
    option: str
    sede: Sede | None = None
    lookup: RegistryLookup = field(default=DATABASE_LOOKUP, compare=False, repr=False)

    @property
    def post(self) -> SsoPost | None:
        """The plaza that the Ministry has assigned to the user today, if any."""
        return current_post(self.user, self.lookup)

    @property
    def as_sso(self) -> bool:
        """Whether the user acts as Servicio Social Obligatorio here, bound to the plaza."""
        return self.user.kind == UserKind.SSO and self.option == Option.PROFESIONAL

    @property
    def allowed_roles(self) -> tuple[Role, ...]:
        """The roles that the matrix gives for this delegate and this user."""
        return assignable_roles(self.option, self.entity.kind, self.user.kind, self.user.profession_id)


def current_post(user: RegisteredUser, lookup: RegistryLookup = DATABASE_LOOKUP) -> SsoPost | None:
    """The plaza that the Ministry has assigned to the user today, if any."""
    now = today()
    return next((post for post in lookup.posts(user) if post.starts_on <= now <= post.ends_on), None)


def _deceased(activation: Activation) -> Refusal | None:
    return None if activation.user.person.deceased_on is None else DECEASED


def _out_of_rethus(activation: Activation) -> Refusal | None:
    user = activation.user
    kinds = kinds_giving_to(UserKind.PROFESIONAL, UserKind.SSO)
    if user.kind == UserKind.OTRO or activation.entity.kind not in kinds or not activation.lookup.out_of_rethus(user):
        return None
    return Refusal(
        cause=f"La inscripción de la persona en ReTHUS, {user.profession}, ya no está vigente.",
        remedy="La persona debe actualizar su inscripción en el Registro Único Nacional del Talento Humano en Salud; "
        "cuando el portal cargue de nuevo el registro, usted podrá activarla. Si tiene otra profesión vigente, debe "
        "registrarse otra vez en el Módulo Registro de Usuarios.",
        who="La persona misma, ante el colegio de su profesión o la secretaría de salud de su departamento.",
    )


def _wrong_option(activation: Activation) -> Refusal | None:
    if activation.option not in options_for(activation.entity.kind):
        return Refusal(
            cause="Esa opción no es de su tipo de entidad.",
            remedy="Vuelva a Activar Usuarios y elija una de las opciones que allí aparecen.",
            who=DELEGATE,
        )
    if activation.allowed_roles:
        return None
    kind = UserKind(activation.user.kind).label
    fitting = option_for(activation.entity, activation.user)
    remedy = (
        f"Use la opción «{Option(fitting).label}»."
        if fitting
        else f"Ningún rol de su entidad corresponde a «{kind}». Si su registro no es correcto, la persona debe "
        "registrarse de nuevo en el Módulo Registro de Usuarios."
    )
    return Refusal(
        cause=f"La persona está registrada como «{kind}» y la opción elegida no es para ese tipo de usuario.",
        remedy=remedy,
        who=DELEGATE if fitting else "La persona misma.",
    )


def _sso_without_post(activation: Activation) -> Refusal | None:
    if not activation.as_sso or activation.post:
        return None
    now = today()
    posts = activation.lookup.posts(activation.user)
    coming = next((post for post in posts if post.starts_on > now), None)
    if coming:
        return Refusal(
            cause=f"Su plaza de Servicio Social Obligatorio empieza el {long_date(coming.starts_on)}.",
            remedy="Active a la persona a partir de ese día, en la sede de la plaza.",
            who="La IPS de la plaza asignada.",
        )
    last = posts[-1] if posts else None
    ended = f" Su plaza terminó el {long_date(last.ends_on)}." if last else ""
    return Refusal(
        cause="La persona prestó Servicio Social Obligatorio y no se ha registrado de nuevo en MIPRES como "
        f"Profesional de la salud: sigue con el tipo de usuario SSO.{ended}",
        remedy="La persona debe pedir a la plaza donde prestó el servicio que la inactive en el sistema y registrarse "
        "como Profesional de la salud en el Módulo Registro de Usuarios; después usted podrá activarla aquí.",
        who="La persona misma, y la IPS de la plaza donde prestó el servicio.",
    )


def _sso_elsewhere(activation: Activation) -> Refusal | None:
    """Before a sede is chosen, the entity of the plaza decides; then the sede itself."""
    post = activation.post if activation.as_sso else None
    if post is None:
        return None
    is_plaza = post.sede == activation.sede if activation.sede else post.sede.entity_id == activation.entity.pk
    if is_plaza:
        return None
    place = "La sede elegida" if activation.sede else "Su entidad"
    return Refusal(
        cause=f"{place} no es la plaza que el Ministerio asignó para el Servicio Social Obligatorio: la plaza es "
        f"{post.sede.code}, {post.sede.name}.",
        remedy="Valide la asignación publicada por el Ministerio. Si la plaza es de su entidad, elija esa sede; "
        "si no, la activación le corresponde a la IPS de la plaza.",
        who=MINISTRY,
    )


def _foreign_sede(activation: Activation) -> Refusal | None:
    own = activation.sede is None or activation.sede.is_of(activation.entity)
    return None if own else FOREIGN_SEDE


def _sede_closed(activation: Activation) -> Refusal | None:
    if activation.sede is None or activation.sede.closed_on is None:
        return None
    since = long_date(activation.sede.closed_on)
    if activation.sede.is_of_provider:
        cause = f"La sede {activation.sede.code} está deshabilitada desde el {since} y no puede recibir usuarios."
        remedy, who = "Habilítela en «Consultar Sedes Proveedor», o elija otra sede.", DELEGATE
    else:
        cause = f"La sede {activation.sede.code} está cerrada desde el {since}."
        remedy, who = "Elija otra sede, o actualice la novedad de la sede en el REPS.", "Su entidad, ante el REPS."
    return Refusal(cause=cause, remedy=remedy, who=who, headline="Sede no disponible")


def _outside_network(activation: Activation) -> Refusal | None:
    if activation.option != Option.INDEPENDIENTE:
        return None
    if activation.lookup.in_network(activation.entity, activation.user.person):
        return None
    if activation.lookup.is_member(activation.entity, activation.user.person):
        return CLOSED_INDEPENDENT
    return NOT_IN_NETWORK


def lookup_refusal(entity: Entity, document: Document) -> Refusal | None:
    """Why the entity's delegate may not look this document up, or None; it knows nothing about the person.

    Source: manual v4.1 §11.2: a Proveedor Persona Natural activates himself, and so needs to find nobody else.
    """
    is_oneself = entity.kind != EntityKind.PPN or document == (entity.identification_type, entity.nit)
    return None if is_oneself else ONESELF_ONLY


def _not_the_same_person(activation: Activation) -> Refusal | None:
    return lookup_refusal(activation.entity, document_of(activation.user.person))


REFUSALS: tuple[Callable[[Activation], Refusal | None], ...] = (
    _deceased,
    _wrong_option,
    _not_the_same_person,
    _out_of_rethus,
    _outside_network,
    _sso_without_post,
    _foreign_sede,
    _sede_closed,
    _sso_elsewhere,
)


def activation_refusal(activation: Activation) -> Refusal | None:
    """Why the activation may not be done, or None when it may.

    Source: manual v4.1 §11.2, "Operación no permitida": an ex-SSO who never registered again, an SSO outside the
    assigned plaza, a deceased person; and the roles of the matrix (`roles.matrix`).
    """
    return next((refusal for check in REFUSALS if (refusal := check(activation))), None)


def option_for(entity: Entity, user: RegisteredUser) -> Option | None:
    """The first option under which this entity's delegate could give this user some role, or None."""
    fits = (o for o in options_for(entity.kind) if Activation(entity, user, o).allowed_roles)
    return next(fits, None)


def activation_for(entity: Entity, user: RegisteredUser, option: str | None) -> Activation:
    """The activation under `option`, or, when the entity does not have it, under the first that fits the user."""
    fitting, options = option_for(entity, user), options_for(entity.kind)
    return Activation(entity, user, str(option if option in options else fitting or options[0]))


def option_giving(entity: Entity, user: RegisteredUser, role: str) -> str:
    """The first option under which this delegate may give the user `role`, else the first that fits the user."""
    options = options_for(entity.kind)
    gives = (option for option in options if role in Activation(entity, user, option).allowed_roles)
    return next(gives, None) or option_for(entity, user) or options[0]


def roles_refusal(activation: Activation, roles: set[str]) -> Refusal | None:
    """Why these roles may not be given, or None: at least one, and only those of the matrix."""
    if not roles:
        return Refusal(
            cause="No eligió ningún rol.",
            remedy="Marque al menos un rol y oprima «Asociar Usuario».",
            who=DELEGATE,
            headline="Faltan los roles",
        )
    foreign = sorted(roles - set(activation.allowed_roles))
    if not foreign:
        return None
    allowed = ", ".join(activation.allowed_roles) or "ninguno"
    return Refusal(
        cause=f"No puede asignar {', '.join(foreign)} a esta persona.",
        remedy=f"Según su tipo de usuario y su profesión, su entidad puede asignarle: {allowed}.",
        who=f"La norma da los roles por tipo de entidad; la suya es {EntityKind(activation.entity.kind).label}.",
    )


def longest_validity(activation: Activation, validity: Validity) -> Validity:
    """The validity that can be given: as requested, and for an SSO never beyond the plaza (manual v4.1 §11.2)."""
    post = activation.post if activation.as_sso else None
    return validity.until(post.ends_on if post else None)


def validity_refusal(validity: Validity) -> Refusal | None:
    """Why a role may not be given for these days, or None: not in the past, and the last day not before the first."""
    now = today()
    if (validity.first and validity.first < now) or (validity.last and validity.last < now):
        cause = "Un rol no puede empezar ni terminar en un día que ya pasó."
    elif validity.first and validity.last and validity.last < validity.first:
        cause = "El último día es anterior al primero."
    else:
        return None
    return Refusal(
        headline="Fechas no válidas",
        cause=cause,
        remedy=f"Escriba fechas desde hoy, {long_date(now)}; deje «Hasta» en blanco si no hay fecha final.",
        who=DELEGATE,
    )


def rescheduled_validity(activation: Activation, assignment: RoleAssignment, last: date | None) -> Validity:
    """The validity that an assignment gets with `last` as its last day."""
    return longest_validity(activation, Validity(max(assignment.first_day, today()), last))


def rescheduling_refusal(activation: Activation, assignment: RoleAssignment, validity: Validity) -> Refusal | None:
    """Why an assignment may not get this validity, or None: keeping it longer follows the rules of granting it."""
    longer = validity.last is None or (assignment.last_day is not None and validity.last > assignment.last_day)
    return (activation_refusal(activation) if longer else None) or validity_refusal(validity)


def granting_refusal(activation: Activation, roles: set[str], validity: Validity = OPEN) -> Refusal | None:
    """Why these roles may not be granted for these days, or None: the first reason, in the order to read them."""
    return activation_refusal(activation) or roles_refusal(activation, roles) or validity_refusal(validity)


def certificate_refusal(as_of: date, roles: int, longest: int) -> Refusal | None:
    """Why a constancia of so many roles cannot be issued for a day, or None."""
    if as_of > today():
        return Refusal(
            cause=f"El {long_date(as_of)} no ha llegado y una constancia solo dice lo que ya fue.",
            remedy="Elija hoy o un día anterior.",
            who=DELEGATE,
        )
    if not roles:
        return Refusal(
            headline="No hay roles que hacer constar",
            cause=f"A la fecha {long_date(as_of)} no había roles en vigor en su entidad.",
            remedy="No se generó nada. Elija otra fecha; en la historia del usuario se ve desde cuándo y hasta "
            "cuándo tuvo cada rol.",
            who=DELEGATE,
        )
    if roles > longest:
        return Refusal(
            headline="La lista es demasiado larga para una constancia",
            cause=f"Tiene {roles} roles y una constancia en PDF admite hasta {longest}.",
            remedy="No se generó nada. Use «Descargar Datos» en Consultar Usuarios, que entrega la lista completa en "
            "Excel, o genere la constancia de cada persona desde su página.",
            who=DELEGATE,
        )
    return None


def member_refusal(owner: Entity, member: Any) -> Refusal | None:
    """Why `owner` cannot associate `member` from now on, or None (manual v4.1 §11.4): nobody who has died.

    `member` comes from `EntityQuerySet.with_main_sede`, and has its `death_of` as `died_on`.
    """
    return association_refusal(owner, member) or (DECEASED if member.died_on else None)
