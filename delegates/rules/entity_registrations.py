"""May this entity be registered by this person, and may its registration be decided? Reads, never writes."""

from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import Account
from delegates.models import OPEN_STATES, EntityRegistration, RegistrationKind, RegistrationState, Representation
from entities.models import Entity, EntityKind
from mipres_admin.refusals import Refusal

DESK = "La mesa de ayuda del Ministerio: los datos están al pie de esta página."
MOST_OPEN = 20
MOST_DOCUMENTS = 10
CORRECTABLE = (RegistrationState.SENT, RegistrationState.INCOMPLETE)


@dataclass(frozen=True)
class Details:
    """What a representative types of an entity."""

    kind: str
    nit: str
    name: str
    municipality_id: str
    address: str
    phone: str
    contributivo: bool = False
    subsidiado: bool = False
    et_model: int | None = None

    @classmethod
    def of(cls, registration: EntityRegistration) -> "Details":
        """Those that a registration has."""
        return cls(**{name: getattr(registration, name) for name in cls.__dataclass_fields__})

    def as_fields(self) -> dict[str, Any]:
        """By field, as the registration stores them."""
        return asdict(self)

    @property
    def entity_kinds(self) -> tuple[EntityKind, ...]:
        """The entities that this registration is about: an EPS is one per régimen."""
        if self.kind != RegistrationKind.EPS:
            return (EntityKind(self.kind),)
        chosen = ((EntityKind.EPS_C, self.contributivo), (EntityKind.EPS_S, self.subsidiado))
        return tuple(kind for kind, is_chosen in chosen if is_chosen)


def found_entities(details: Details) -> dict[EntityKind, Entity]:
    """The entities of a registration that the portal already knows."""
    known = Entity.objects.filter(kind__in=details.entity_kinds, identification_type="NI", nit=details.nit)
    return {EntityKind(entity.kind): entity for entity in known}


def _inactive(entity: Entity) -> Refusal:
    return Refusal(
        headline="La entidad está inactiva",
        cause=f"{entity.name} figura en el portal como inactiva.",
        remedy="Pida al Ministerio que la active si es un error.",
        who=DESK,
    )


def _not_in_reps(details: Details, found: dict[EntityKind, Entity]) -> Refusal | None:
    if details.kind != RegistrationKind.IPS:
        return None
    entity = found.get(EntityKind.IPS)
    if entity is not None and entity.sedes.open().exists():
        return None
    cause = (
        f"El NIT {details.nit} no figura en el REPS como prestador."
        if entity is None
        else f"{entity.name} no tiene sedes habilitadas en el REPS."
    )
    return Refusal(
        headline="La IPS no está habilitada en el REPS",
        cause=cause,
        remedy="Revise el NIT, sin dígito de verificación. Si está bien, inscriba o habilite la IPS en el REPS; el "
        "portal lo conoce con el siguiente corte que carga el Ministerio. Si la entidad no es prestadora, regístrela "
        "como Proveedor.",
        who="La IPS, ante la secretaría de salud de su departamento o distrito.",
    )


def _not_in_list_of_eps(details: Details, found: dict[EntityKind, Entity]) -> Refusal | None:
    missing = [kind.label for kind in details.entity_kinds if kind not in found]
    if details.kind != RegistrationKind.EPS or not missing:
        return None
    return Refusal(
        headline="La EPS no figura en la lista del Ministerio",
        cause=f"El NIT {details.nit} no figura como: {'; '.join(missing)}.",
        remedy="Revise el NIT y marque solo los regímenes en que la EPS está autorizada. Si están bien, pida al "
        "Ministerio que la agregue a la lista.",
        who=DESK,
    )


def _already_represented(details: Details, found: dict[EntityKind, Entity], by: Account) -> Refusal | None:
    held = Representation.objects.current().filter(person=by.person, entity__in=found.values()).count()
    if held < len(details.entity_kinds):
        return None
    return Refusal(
        headline="La entidad ya está registrada",
        cause="Usted ya es su representante legal en el portal.",
        remedy="Ábrala en «Personas jurídicas»: allí puede administrar sus autorizados.",
        who="Usted mismo.",
    )


def registration_refusal(details: Details, by: Account) -> Refusal | None:
    """Why this person may not register this entity, or None.

    An IPS must be enabled in REPS and an EPS in the Ministry's list, in each régimen (registration guide for
    delegates, 2023).
    """
    found = found_entities(details)
    inactive = next((_inactive(entity) for entity in found.values() if not entity.is_active), None)
    return (
        inactive
        or _not_in_reps(details, found)
        or _not_in_list_of_eps(details, found)
        or _already_represented(details, found, by)
    )


def too_many_refusal(by: Account) -> Refusal | None:
    """Why this person may not send one more request, or None: what waits for a reviewer must stay readable."""
    waiting = EntityRegistration.objects.visible_to(by).filter(state__in=OPEN_STATES).count()
    if waiting < MOST_OPEN:
        return None
    return Refusal(
        headline="Tiene demasiadas solicitudes abiertas",
        cause=f"Usted tiene {waiting} solicitudes sin decidir.",
        remedy="Espere a que un revisor decida alguna; le llegará al correo.",
        who="El revisor del Ministerio.",
    )


def too_many_documents_refusal(registration: EntityRegistration) -> Refusal | None:
    """Why one more RUT may not be uploaded to a request, or None."""
    if registration.documents.count() < MOST_DOCUMENTS:
        return None
    return Refusal(
        headline="Cargó demasiados documentos",
        cause=f"Esta solicitud ya tiene {MOST_DOCUMENTS} documentos.",
        remedy="Corrija los datos sin cargar otro archivo y espere al revisor, o pida ayuda.",
        who=DESK,
    )


def open_twice() -> Refusal:
    """Two open registrations of one entity by one person."""
    return Refusal(
        headline="Usted ya envió esta solicitud",
        cause="Ya tiene una solicitud abierta para esa entidad.",
        remedy="Ábrala en «Personas jurídicas»: allí ve en qué va y puede corregirla mientras no esté en revisión.",
        who="Usted mismo.",
    )


def correction_refusal(registration: EntityRegistration) -> Refusal | None:
    """Why the applicant may not correct what he sent, or None."""
    if registration.state in CORRECTABLE:
        return None
    state = RegistrationState(registration.state).label
    in_review = registration.state == RegistrationState.IN_REVIEW
    return Refusal(
        headline="La solicitud ya no se puede corregir",
        cause=f"Su estado es «{state}».",
        remedy="Espere la respuesta: le llegará al correo. Si falta algo, podrá corregirla entonces."
        if in_review
        else "Si hace falta, registre la entidad de nuevo en «Personas jurídicas».",
        who="El revisor del Ministerio." if in_review else "Usted mismo.",
    )


def review_refusal(
    registration: EntityRegistration, by: Account, *, seen: int, states: tuple[RegistrationState, ...]
) -> Refusal | None:
    """Why this reviewer may not act on the registration as he saw it, or None.

    `seen` is the step that his page showed: another one means that somebody has acted since.
    """
    last = registration.steps.last()
    if last is None or last.pk != seen or registration.state not in states:
        who = f" por {last.by.login}" if last and last.by else ""
        return Refusal(
            headline="La solicitud cambió mientras usted la miraba",
            cause=f"Ahora su estado es «{RegistrationState(registration.state).label}»{who}.",
            remedy="No se guardó nada. Revise cómo está ahora.",
            who="Usted, como revisor.",
        )
    if by.person_id is not None and by.person_id == registration.applicant.person_id:
        return Refusal(
            headline="No puede decidir su propia solicitud",
            cause="La solicitud es de usted mismo.",
            remedy="Pida a otro revisor que la atienda.",
            who="Otro revisor del Ministerio.",
        )
    return None
