"""May this delegate activate this user here, and if not, why and what now? Pure: no writes, no request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Person
from entities.models import Association, Entity, EntityKind, Sede
from mipres_admin.refusals import Refusal
from roles.matrix import Option, Role, UserKind, assignable_roles, kinds_giving_to, options_for
from roles.models import RegisteredUser, RethusEntry, RoleAssignment, SsoPost
from roles.validity import OPEN, Validity, long_date, today

MINISTRY = "El Ministerio de Salud y Protección Social (Servicio Social Obligatorio)."

NOT_REGISTERED = Refusal(
    headline="Usuario no registrado para esta aplicación",
    cause="No hay un usuario de MIPRES con ese tipo y número de documento.",
    remedy="Revise el documento. Si está bien, la persona debe completar su registro en el Módulo Registro de "
    "Usuarios; después podrá activarla aquí.",
    who="La persona misma.",
)


class Facts:
    """What the official registries say of one person: asked of the database each time."""

    def posts(self, user: RegisteredUser) -> list[SsoPost]:
        """The plazas that the Ministry has assigned to the user, the earliest first."""
        return list(SsoPost.objects.of(user.person).select_related("sede__entity").order_by("starts_on"))

    def in_network(self, entity: Entity, person: Person) -> bool:
        """Whether the person is an independent professional of the entity's network today, whom REPS has not closed."""
        network = Association.objects.of(entity).current().not_closed()
        return network.independents(person.document_type, person.document_number).exists()

    def out_of_rethus(self, user: RegisteredUser) -> bool:
        """Whether ReTHUS has closed the user's entry for his profession; who never was in it is not out of it."""
        return RethusEntry.objects.closed().of(user.person).filter(profession=user.profession_id).exists()


ASKED_ONE_BY_ONE = Facts()


@dataclass(frozen=True)
class Activation:
    """What is asked: `entity`'s delegate wants roles for `user` under `option`, at `sede` once it is chosen."""

    entity: Entity
    user: RegisteredUser
    option: str
    sede: Sede | None = None
    facts: Facts = field(default=ASKED_ONE_BY_ONE, compare=False, repr=False)

    @property
    def post(self) -> SsoPost | None:
        """The plaza that the Ministry has assigned to the user today, if any."""
        return current_post(self.user, self.facts)

    @property
    def as_sso(self) -> bool:
        """Whether the user acts as Servicio Social Obligatorio here, bound to the plaza."""
        return self.user.kind == UserKind.SSO and self.option == Option.PROFESIONAL

    @property
    def allowed_roles(self) -> tuple[Role, ...]:
        """The roles that the matrix gives for this delegate and this user."""
        return assignable_roles(self.option, self.entity.kind, self.user.kind, self.user.profession_id)


def current_post(user: RegisteredUser, facts: Facts = ASKED_ONE_BY_ONE) -> SsoPost | None:
    """The plaza that the Ministry has assigned to the user today, if any."""
    now = today()
    return next((post for post in facts.posts(user) if post.starts_on <= now <= post.ends_on), None)


def _deceased(asked: Activation) -> Refusal | None:
    if asked.user.person.deceased_on is None:
        return None
    return Refusal(
        cause="La persona figura como fallecida en los registros oficiales.",
        remedy="Revise que el documento sea el correcto. Si el registro es un error, la persona debe corregir su "
        "estado en la Registraduría y avisar a la mesa de ayuda del Ministerio.",
        who="La persona misma, ante la Registraduría Nacional del Estado Civil.",
    )


def _out_of_rethus(asked: Activation) -> Refusal | None:
    user = asked.user
    needed = user.kind != UserKind.OTRO and asked.entity.kind in kinds_giving_to(UserKind.PROFESIONAL, UserKind.SSO)
    if not needed or not asked.facts.out_of_rethus(user):
        return None
    return Refusal(
        cause=f"La inscripción de la persona en ReTHUS, {user.profession}, ya no está vigente.",
        remedy="La persona debe actualizar su inscripción en el Registro Único Nacional del Talento Humano en Salud; "
        "cuando el portal cargue de nuevo el registro, usted podrá activarla. Si tiene otra profesión vigente, debe "
        "registrarse otra vez en el Módulo Registro de Usuarios.",
        who="La persona misma, ante el colegio de su profesión o la secretaría de salud de su departamento.",
    )


def _wrong_option(asked: Activation) -> Refusal | None:
    if asked.option not in options_for(asked.entity.kind):
        return Refusal(
            cause="Esa opción no es de su tipo de entidad.",
            remedy="Vuelva a Activar Usuarios y elija una de las opciones que allí aparecen.",
            who="Usted, como delegado.",
        )
    if asked.allowed_roles:
        return None
    kind = UserKind(asked.user.kind).label
    fitting = option_for(asked.entity, asked.user)
    remedy = (
        f"Use la opción «{Option(fitting).label}»."
        if fitting
        else f"Ningún rol de su entidad corresponde a «{kind}». Si su registro no es correcto, la persona debe "
        "registrarse de nuevo en el Módulo Registro de Usuarios."
    )
    return Refusal(
        cause=f"La persona está registrada como «{kind}» y la opción elegida no es para ese tipo de usuario.",
        remedy=remedy,
        who="Usted, como delegado." if fitting else "La persona misma.",
    )


def _sso_without_post(asked: Activation) -> Refusal | None:
    if not asked.as_sso or asked.post:
        return None
    now = today()
    posts = asked.facts.posts(asked.user)
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


def _sso_elsewhere(asked: Activation) -> Refusal | None:
    """Before a sede is chosen, the entity of the plaza decides; then the sede itself."""
    post = asked.post if asked.as_sso else None
    if post is None:
        return None
    at_home = post.sede == asked.sede if asked.sede else post.sede.entity_id == asked.entity.pk
    if at_home:
        return None
    return Refusal(
        cause=f"{'La sede elegida' if asked.sede else 'Su entidad'} no es la plaza que el Ministerio asignó para el "
        f"Servicio Social Obligatorio: la plaza es {post.sede.code}, {post.sede.name}.",
        remedy="Valide la asignación publicada por el Ministerio. Si la plaza es de su entidad, elija esa sede; "
        "si no, la activación le corresponde a la IPS de la plaza.",
        who=MINISTRY,
    )


def foreign_sede_refusal(asked: Activation) -> Refusal | None:
    """Why a sede may not even be named: it is not of the delegate's entity (or None)."""
    if asked.sede is None or asked.sede.entity_id == asked.entity.pk:
        return None
    return Refusal(
        cause="La sede elegida no existe o no es de su entidad.",
        remedy="Busque la sede por su código o su nombre y elija una de la lista.",
        who="Usted, como delegado.",
        headline="Sede no disponible",
    )


def _sede_closed(asked: Activation) -> Refusal | None:
    if asked.sede is None or asked.sede.closed_on is None:
        return None
    since = long_date(asked.sede.closed_on)
    if asked.sede.is_of_provider:
        cause = f"La sede {asked.sede.code} está deshabilitada desde el {since} y no puede recibir usuarios."
        remedy, who = "Habilítela en «Consultar Sedes Proveedor», o elija otra sede.", "Usted, como delegado."
    else:
        cause = f"La sede {asked.sede.code} está cerrada desde el {since}."
        remedy, who = "Elija otra sede, o actualice la novedad de la sede en el REPS.", "Su entidad, ante el REPS."
    return Refusal(cause=cause, remedy=remedy, who=who, headline="Sede no disponible")


def _outside_network(asked: Activation) -> Refusal | None:
    if asked.option != Option.INDEPENDIENTE:
        return None
    if asked.facts.in_network(asked.entity, asked.user.person):
        return None
    return Refusal(
        cause="La persona no es un Profesional Independiente asociado a su red en este régimen, o el REPS cerró "
        "todas sus sedes.",
        remedy="Asócielo primero en «Asociar Entidades»: debe estar habilitado en el REPS como Profesional "
        "Independiente. Si trabaja en una IPS, lo activa el delegado de esa IPS.",
        who="Usted, como delegado de la EPS.",
    )


def _not_the_same_person(asked: Activation) -> Refusal | None:
    person, entity = asked.user.person, asked.entity
    if entity.kind != EntityKind.PPN:
        return None
    if (person.document_type, person.document_number) == (entity.identification_type, entity.nit):
        return None
    return Refusal(
        cause="Un Proveedor Persona Natural solo puede activarse a sí mismo.",
        remedy="Busque su propio documento. Para activar a otras personas, la entidad debe registrarse como Proveedor.",
        who="Usted, como proveedor.",
    )


REFUSALS: tuple[Callable[[Activation], Refusal | None], ...] = (
    _deceased,
    _wrong_option,
    _not_the_same_person,
    _out_of_rethus,
    _outside_network,
    _sso_without_post,
    foreign_sede_refusal,
    _sede_closed,
    _sso_elsewhere,
)


def activation_refusal(asked: Activation) -> Refusal | None:
    """Why the activation may not be done, or None when it may.

    Source: manual v4.1 §11.2, "Operación no permitida": an ex-SSO who never registered again, an SSO outside the
    assigned plaza, a deceased person; and the roles of the matrix (`roles.matrix`).
    """
    return next((refusal for check in REFUSALS if (refusal := check(asked))), None)


def option_for(entity: Entity, user: RegisteredUser) -> Option | None:
    """The first option under which this entity's delegate could give this user some role, or None."""
    fits = (o for o in options_for(entity.kind) if Activation(entity, user, o).allowed_roles)
    return next(fits, None)


def option_giving(entity: Entity, user: RegisteredUser, role: str) -> str:
    """The first option under which this delegate may give the user `role`; without one, the first that fits him."""
    options = options_for(entity.kind)
    gives = (option for option in options if role in Activation(entity, user, option).allowed_roles)
    return next(gives, None) or option_for(entity, user) or options[0]


def roles_refusal(asked: Activation, roles: set[str]) -> Refusal | None:
    """Why these roles may not be given, or None: at least one, and only those of the matrix."""
    if not roles:
        return Refusal(
            cause="No eligió ningún rol.",
            remedy="Marque al menos un rol y oprima «Asociar Usuario».",
            who="Usted, como delegado.",
            headline="Faltan los roles",
        )
    foreign = sorted(roles - set(asked.allowed_roles))
    if not foreign:
        return None
    allowed = ", ".join(asked.allowed_roles) or "ninguno"
    return Refusal(
        cause=f"No puede asignar {', '.join(foreign)} a esta persona.",
        remedy=f"Según su tipo de usuario y su profesión, su entidad puede asignarle: {allowed}.",
        who=f"La norma da los roles por tipo de entidad; la suya es {EntityKind(asked.entity.kind).label}.",
    )


def longest_validity(asked: Activation, wanted: Validity) -> Validity:
    """The validity that can be given: what is wanted, and for an SSO never beyond the plaza (manual v4.1 §11.2)."""
    post = asked.post if asked.as_sso else None
    return wanted.until(post.ends_on if post else None)


def validity_refusal(wanted: Validity) -> Refusal | None:
    """Why a role may not be given for these days, or None: not in the past, and the last day not before the first."""
    now = today()
    if (wanted.first and wanted.first < now) or (wanted.last and wanted.last < now):
        cause = "Un rol no puede empezar ni terminar en un día que ya pasó."
    elif wanted.first and wanted.last and wanted.last < wanted.first:
        cause = "El último día es anterior al primero."
    else:
        return None
    return Refusal(
        headline="Fechas no válidas",
        cause=cause,
        remedy=f"Escriba fechas desde hoy, {long_date(now)}; deje «Hasta» en blanco si no hay fecha final.",
        who="Usted, como delegado.",
    )


def moved_validity(asked: Activation, held: RoleAssignment, last: date | None) -> Validity:
    """The validity that a held role gets when `last` is asked for as its last day."""
    return longest_validity(asked, Validity(max(held.first_day, today()), last))


def moving_refusal(asked: Activation, held: RoleAssignment, wanted: Validity) -> Refusal | None:
    """Why a held role may not get this validity, or None: keeping it longer answers to the rules of giving it."""
    longer = wanted.last is None or (held.last_day is not None and wanted.last > held.last_day)
    return (activation_refusal(asked) if longer else None) or validity_refusal(wanted)


def giving_refusal(asked: Activation, roles: set[str], validity: Validity = OPEN) -> Refusal | None:
    """Everything that can forbid giving these roles for these days, in the order in which people should hear it."""
    return activation_refusal(asked) or roles_refusal(asked, roles) or validity_refusal(validity)


def certificate_refusal(as_of: date, roles: int, longest: int) -> Refusal | None:
    """Why a constancia of so many roles can not be issued for a day, or None."""
    if as_of > today():
        return Refusal(
            cause=f"El {long_date(as_of)} no ha llegado y una constancia solo dice lo que ya fue.",
            remedy="Elija hoy o un día anterior.",
            who="Usted, como delegado.",
        )
    if not roles:
        return Refusal(
            headline="No hay roles que hacer constar",
            cause=f"A la fecha {long_date(as_of)} no había roles en vigor en su entidad.",
            remedy="No se generó nada. Elija otra fecha; en la historia del usuario se ve desde cuándo y hasta "
            "cuándo tuvo cada rol.",
            who="Usted, como delegado.",
        )
    if roles > longest:
        return Refusal(
            headline="La lista es demasiado larga para una constancia",
            cause=f"Tiene {roles} roles y una constancia en PDF admite hasta {longest}.",
            remedy="No se generó nada. Use «Descargar Datos» en Consultar Usuarios, que entrega la lista completa en "
            "Excel, o genere la constancia de cada persona desde su página.",
            who="Usted, como delegado.",
        )
    return None
