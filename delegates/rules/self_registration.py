"""May this person register in MIPRES as Profesional, SSO or Otro Usuario, and if not, which step is missing?

Pure: no writes, no request. Source: manual v4.1 §6 and §11.2.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import Q

from accounts.models import Person
from entities.models import EntityKind
from mipres_admin.refusals import Refusal
from roles.matrix import Option, UserKind, assignable_roles
from roles.models import RegisteredUser, RethusEntry, SsoPost
from roles.validity import long_date, today


def open_entries(person: Person, kind: str) -> list[RethusEntry]:
    """The professions that the person may register with: those open in ReTHUS; for SSO, those that serve it."""
    entries = RethusEntry.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=today()),
        document_type=person.document_type,
        document_number=person.document_number,
    )
    return [
        entry
        for entry in entries.select_related("profession").order_by("profession__name")
        if kind != UserKind.SSO
        or assignable_roles(Option.PROFESIONAL, EntityKind.IPS, UserKind.SSO, entry.profession_id)
    ]


@dataclass(frozen=True)
class UserRegistration:
    """What is registration: `person` wants to be registered as `kind`, with a profession where the kind has one."""

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
    def is_unchanged(self) -> bool:
        """Whether the person is registered so already."""
        user = self.user
        return user is not None and (user.kind, user.profession_id) == (self.kind, self.profession)


def deceased_refusal(person: Person) -> Refusal | None:
    """Why somebody whom the official registries have as deceased registers as nothing, or None."""
    if person.deceased_on is None:
        return None
    return Refusal(
        cause="Su documento figura en los registros oficiales como de una persona fallecida.",
        remedy="Corrija su estado en la Registraduría Nacional del Estado Civil y avise a Atención al usuario.",
        who="Usted, ante la Registraduría Nacional del Estado Civil.",
    )


def _deceased(registration: UserRegistration) -> Refusal | None:
    return deceased_refusal(registration.person)


def _not_in_rethus(registration: UserRegistration) -> Refusal | None:
    if registration.kind == UserKind.OTRO or registration.entries:
        return None
    as_sso = registration.kind == UserKind.SSO and open_entries(registration.person, UserKind.PROFESIONAL)
    return Refusal(
        headline="Su profesión no presta Servicio Social Obligatorio" if as_sso else "No está en ReTHUS",
        cause="En ReTHUS no hay para su documento, "
        f"{registration.person.document_type} {registration.person.document_number}, una inscripción vigente"
        f"{' en Medicina, Odontología, Enfermería o Bacteriología' if as_sso else ''}.",
        remedy="Inscríbase o actualice su inscripción en el Registro Único Nacional del Talento Humano en Salud y "
        "vuelva cuando aparezca allí; el portal lo consulta con cada carga del registro.",
        who="Usted, ante el colegio de su profesión o la secretaría de salud de su departamento.",
    )


def _without_post(registration: UserRegistration) -> Refusal | None:
    if registration.kind != UserKind.SSO or registration.posts:
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


def _stays_professional(registration: UserRegistration) -> Refusal | None:
    """Why a registration as Otro Usuario would erase a profession that ReTHUS has; None when it does not."""
    user = registration.user
    if registration.kind != UserKind.OTRO or user is None or user.profession is None:
        return None
    open_now = open_entries(registration.person, UserKind.PROFESIONAL)
    if (
        not open_now
        and RethusEntry.objects.closed().of(registration.person).filter(profession=user.profession).exists()
    ):
        return None
    return Refusal(
        headline="Usted es profesional de la salud",
        cause=f"Está registrado como «{user.get_kind_display()}», {user.profession}, y en ReTHUS no figura que su "
        "inscripción haya terminado. Registrarse como Otro Usuario borraría su profesión y su registro profesional.",
        remedy="Siga con su registro de profesional: con él una entidad puede activarlo. Si ya no ejerce, vuelva "
        "cuando su retiro aparezca en ReTHUS.",
        who="Usted, ante el colegio de su profesión o la secretaría de salud de su departamento.",
    )


def _already_registered(registration: UserRegistration) -> Refusal | None:
    if not registration.is_unchanged or registration.user is None:
        return None
    return Refusal(
        headline="Usted ya está registrado",
        cause=f"Su registro en MIPRES es «{registration.user.get_kind_display()}»"
        f"{f', {registration.user.profession}' if registration.user.profession else ''}: no hay nada que cambiar.",
        remedy="Pida al delegado de la entidad donde trabaja que lo active y le asigne roles.",
        who="El delegado de la entidad donde trabaja.",
    )


def _nothing_to_choose(registration: UserRegistration) -> Refusal | None:
    """Why registering so can change nothing: whatever may be chosen, the person is registered as that."""
    user = registration.user
    if user is None or any(entry.profession_id != user.profession_id for entry in registration.entries):
        return None
    return _already_registered(replace(registration, profession=user.profession_id))


def _profession_not_theirs(registration: UserRegistration) -> Refusal | None:
    if registration.kind == UserKind.OTRO or registration.entry is not None:
        return None
    return Refusal(
        cause="La profesión elegida no está vigente en ReTHUS para su documento.",
        remedy="Elija una de las que muestra el formulario.",
        who="Usted.",
    )


def _still_in_post(registration: UserRegistration) -> Refusal | None:
    if registration.user is None or registration.user.kind != UserKind.SSO or registration.kind == UserKind.SSO:
        return None
    post = next((post for post in registration.posts if post.starts_on <= today()), None)
    if post is None:
        return None
    return Refusal(
        headline="Su plaza de Servicio Social Obligatorio no ha terminado",
        cause=f"Usted está registrado como SSO en la plaza {post.sede.code}, {post.sede.name}, hasta el "
        f"{long_date(post.ends_on)}.",
        remedy="Regístrese con otro tipo de usuario cuando la plaza termine. Si ya no presta el servicio, pida a la "
        "IPS de la plaza que reporte su retiro al Ministerio.",
        who=f"{post.sede.entity}, la IPS de la plaza.",
    )


def _still_active(registration: UserRegistration) -> Refusal | None:
    """Roles belong to the present registration: they end before it changes."""
    if registration.user is None:
        return None
    assignments = registration.user.assignments.not_ended().select_related("sede", "entity")
    roles_by_place: dict[str, list[str]] = {}
    entities: dict[str, None] = {}
    for assignment in assignments.order_by("sede__code", "role"):
        entities[str(assignment.entity)] = None
        place = f"{assignment.entity}, sede {assignment.sede.code}"
        roles_by_place.setdefault(place, []).append(assignment.role)
    if not roles_by_place:
        return None
    return Refusal(
        headline="Usted tiene roles activos",
        cause=f"Su registro actual es «{registration.user.get_kind_display()}» y con él tiene: "
        + "; ".join(f"{', '.join(roles)} en {place}" for place, roles in roles_by_place.items())
        + ".",
        remedy="Pida que le retiren esos roles («Desactivar Usuario») y vuelva a registrarse aquí.",
        who=f"El delegado de cada entidad: {', '.join(entities)}.",
    )


PRELIMINARY_CHECKS = (_deceased, _not_in_rethus, _without_post, _stays_professional, _nothing_to_choose)
CHECKS = (
    *PRELIMINARY_CHECKS,
    _already_registered,
    _profession_not_theirs,
    _still_in_post,
    _still_active,
)


def preliminary_refusal(registration: UserRegistration) -> Refusal | None:
    """Why the form is not shown, whatever would be chosen in it; or None."""
    return next((refusal for check in PRELIMINARY_CHECKS if (refusal := check(registration))), None)


def user_registration_refusal(registration: UserRegistration) -> Refusal | None:
    """Why the person may not be registered so: the first step that is missing; or None.

    An ex-SSO may register again as Profesional once the plaza has ended or released them (manual v4.1 §11.2).
    """
    return next((refusal for check in CHECKS if (refusal := check(registration))), None)
