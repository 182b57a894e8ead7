"""May this person register this entity, and may a reviewer decide the registration? Reads, never writes."""

from dataclasses import dataclass

from accounts.models import Account
from accounts.rules.oneself import OWN_ENTITY, own_accounts, own_legal_person_refusal, own_refusal
from delegates.models import OPEN_STATES, EntityRegistration, RegistrationKind, RegistrationState, Representation
from entities.models import Entity, EntityKind
from mipres_admin.refusals import Refusal

HELP_DESK = "La mesa de ayuda del Ministerio: los datos están al pie de esta página."
MAX_OPEN = 20
MAX_DOCUMENTS = 10
PROVIDER_ROLE = "Agregar el rol proveedor/dispensador"
CORRECTABLE = (RegistrationState.SENT, RegistrationState.INCOMPLETE)
ALREADY_SENT = Refusal(
    headline="Usted ya envió esta solicitud",
    cause="Ya tiene una solicitud abierta para esa entidad.",
    remedy="Ábrala en «Personas jurídicas»: allí ve en qué va y puede corregirla mientras no esté en revisión.",
    who="Usted mismo.",
)


@dataclass(frozen=True)
class EntityDetails:
    """What a legal representative types to register an entity: fields of `EntityRegistration`."""

    kind: str
    nit: str
    name: str
    municipality_id: str
    address: str
    phone: str
    contributivo: bool = False
    subsidiado: bool = False
    et_model: int | None = None


def _inactive(entity: Entity) -> Refusal:
    return Refusal(
        headline="La entidad está inactiva",
        cause=f"{entity} figura en el portal como inactiva.",
        remedy="Pida al Ministerio que la active si es un error.",
        who=HELP_DESK,
    )


def _not_in_reps(registration: EntityRegistration, known: dict[EntityKind, Entity]) -> Refusal | None:
    if registration.kind != RegistrationKind.IPS:
        return None
    entity = known.get(EntityKind.IPS)
    if entity is not None and entity.sedes.open().exists():
        return None
    cause = (
        f"El NIT {registration.nit} no figura en el REPS como prestador."
        if entity is None
        else f"{entity} no tiene sedes habilitadas en el REPS."
    )
    return Refusal(
        headline="La IPS no está habilitada en el REPS",
        cause=cause,
        remedy="Revise el NIT, sin dígito de verificación. Si está bien, inscriba o habilite la IPS en el REPS; el "
        "portal lo conoce con el siguiente corte que carga el Ministerio. Si la entidad no es prestadora, regístrela "
        "como Proveedor.",
        who="La IPS, ante la secretaría de salud de su departamento o distrito.",
    )


def _not_in_list_of_eps(registration: EntityRegistration, known: dict[EntityKind, Entity]) -> Refusal | None:
    missing = [kind.label for kind in registration.entity_kinds if kind not in known]
    if registration.kind != RegistrationKind.EPS or not missing:
        return None
    return Refusal(
        headline="La EPS no figura en la lista del Ministerio",
        cause=f"El NIT {registration.nit} no figura como: {'; '.join(missing)}.",
        remedy="Revise el NIT y marque solo los regímenes en que la EPS está autorizada. Si están bien, pida al "
        "Ministerio que la agregue a la lista.",
        who=HELP_DESK,
    )


def _already_represented(registration: EntityRegistration, known: dict[EntityKind, Entity]) -> Refusal | None:
    person = registration.applicant.person
    represented = Representation.objects.current().filter(person=person, entity__in=known.values()).count()
    if represented < len(registration.entity_kinds):
        return None
    return Refusal(
        headline="La entidad ya está registrada",
        cause="Usted ya es su representante legal en el portal.",
        remedy="Ábrala en «Personas jurídicas»: allí puede administrar sus autorizados.",
        who="Usted mismo.",
    )


def _is_represented(entity: Entity, account: Account) -> bool:
    return Representation.objects.current().filter(entity=entity, person=account.person).exists()


def ips_with_nit(nit: str) -> Entity | None:
    """The IPS of REPS with a NIT, which may add the rol proveedor/dispensador."""
    return Entity.objects.filter(kind=EntityKind.IPS, identification_type="NI", nit=nit).first()


def enabled_ips(nit: str) -> Entity | None:
    """The IPS with a NIT that has open sedes in REPS; without any, its NIT is that of any Proveedor."""
    ips = ips_with_nit(nit)
    return ips if ips and ips.sedes.open().exists() else None


def own_ips(nit: str, account: Account) -> Entity | None:
    """The IPS with a NIT that the account represents: a Proveedor with that NIT is the role of this IPS."""
    ips = ips_with_nit(nit)
    return ips if ips and _is_represented(ips, account) else None


def _other_name(registration: EntityRegistration, ips: Entity) -> Refusal | None:
    if registration.name == ips.name:
        return None
    return Refusal(
        headline="La razón social no es la de la IPS",
        cause=f"El NIT {ips.nit} es de {ips.name} en el portal, y la solicitud dice «{registration.name}».",
        remedy="Corrija la solicitud: el formulario toma la razón social de la IPS. Si está en revisión, el revisor "
        "debe devolverla antes con «Pedir información».",
        who="El representante legal de la IPS.",
    )


def _of_an_ips(registration: EntityRegistration) -> Refusal | None:
    ips = ips_with_nit(registration.nit) if registration.kind == RegistrationKind.PROVEEDOR else None
    if ips is None:
        return None
    if not ips.is_active:
        return _inactive(ips)
    if _is_represented(ips, registration.applicant):
        return _other_name(registration, ips)
    if not ips.sedes.open().exists():
        return None
    return Refusal(
        headline="El NIT es de una IPS",
        cause=f"{ips.name} está habilitada en el REPS con el NIT {ips.nit}, y usted no es su representante legal en el "
        "portal.",
        remedy="Registre primero la IPS con su RUT. Cuando esté aprobada, ábrala en «Personas jurídicas» y oprima "
        f"«{PROVIDER_ROLE}»: sus sedes del REPS serán también las del Proveedor.",
        who="El representante legal de la IPS.",
        link="register_entity",
        link_text="Registrar la IPS",
    )


def registration_refusal(registration: EntityRegistration) -> Refusal | None:
    """Why the applicant may not register this entity, or None; the registration need not be saved yet.

    An IPS must be enabled in REPS and an EPS in the Ministry's list, in each régimen (registration guide for
    delegates, 2023). A Proveedor with the NIT of an enabled IPS is a role that the representative of the IPS adds,
    under the name of the IPS (manual of the rol proveedor/dispensador).
    """
    known = registration.known_entities()
    inactive = next((_inactive(entity) for entity in known.values() if not entity.is_active), None)
    return (
        inactive
        or _not_in_reps(registration, known)
        or _not_in_list_of_eps(registration, known)
        or _of_an_ips(registration)
        or _already_represented(registration, known)
    )


def too_many_open_refusal(by: Account) -> Refusal | None:
    """Why this person may not send one more request, or None: the reviewers' queue must stay readable."""
    waiting = EntityRegistration.objects.visible_to(by).filter(state__in=OPEN_STATES).count()
    if waiting < MAX_OPEN:
        return None
    return Refusal(
        headline="Tiene demasiadas solicitudes abiertas",
        cause=f"Usted tiene {waiting} solicitudes sin decidir.",
        remedy="Espere a que un revisor decida alguna; le llegará al correo.",
        who="El revisor del Ministerio.",
    )


def too_many_documents_refusal(registration: EntityRegistration) -> Refusal | None:
    """Why one more RUT may not be uploaded to a request, or None."""
    if registration.documents.count() < MAX_DOCUMENTS:
        return None
    return Refusal(
        headline="Cargó demasiados documentos",
        cause=f"Esta solicitud ya tiene {MAX_DOCUMENTS} documentos.",
        remedy="Corrija los datos sin cargar otro archivo y espere al revisor, o pida ayuda.",
        who=HELP_DESK,
    )


def correction_refusal(registration: EntityRegistration) -> Refusal | None:
    """Why the applicant may not correct the request, or None."""
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


def changed_nit_refusal(registration: EntityRegistration, nit: str) -> Refusal | None:
    """Why the NIT of a request may not become this one, or None.

    The request of the rol proveedor/dispensador stays that of its IPS, and that of another Proveedor becomes none.
    """
    if registration.kind != RegistrationKind.PROVEEDOR or registration.nit == nit:
        return None
    applicant = registration.applicant
    ips = enabled_ips(registration.nit) or own_ips(registration.nit, applicant) or own_ips(nit, applicant)
    if ips is None:
        return None
    return Refusal(
        headline="El NIT de esta solicitud no puede cambiar",
        cause=f"El NIT {ips.nit} es de la IPS {ips.name}: su rol proveedor/dispensador tiene una solicitud aparte.",
        remedy="Deje el NIT como estaba. El rol se pide en «Personas jurídicas»: abra la IPS y oprima "
        f"«{PROVIDER_ROLE}». Otro Proveedor se registra allí con «Registrar persona jurídica».",
        who="Usted mismo.",
        link="my_entities",
        link_text="Personas jurídicas",
    )


def own_registration_refusal(by: Account, registration: EntityRegistration) -> Refusal | None:
    """Why the registration is not for this reviewer, or None.

    They are its applicant or have a mailbox of theirs, have a part in the entity that it would take over, or have sent
    an open registration of it.
    """
    rivals = EntityRegistration.objects.filter(nit=registration.nit, state__in=OPEN_STATES)
    applicants = Account.objects.filter(entity_registrations__in=rivals)
    return (
        own_refusal(by, registration.applicant)
        or own_legal_person_refusal(by, "NI", registration.nit)
        or (OWN_ENTITY if own_accounts(by, applicants).exists() else None)
    )


def review_refusal(
    registration: EntityRegistration, by: Account, *, expected_step: int, state: RegistrationState
) -> Refusal | None:
    """Why this reviewer may not change the state of a registration that must be in `state`, or None.

    `expected_step` is the last step on the reviewer's page: with another one, somebody has acted since.
    """
    last = registration.steps.last()
    if last is None or last.pk != expected_step or registration.state != state:
        who = f" por {last.by.login}" if last and last.by else ""
        return Refusal(
            headline="La solicitud cambió mientras usted la miraba",
            cause=f"Ahora su estado es «{RegistrationState(registration.state).label}»{who}.",
            remedy="No se guardó nada. Revise cómo está ahora.",
            who="Usted, como revisor.",
        )
    return own_registration_refusal(by, registration)


def may_review(account: Account) -> bool:
    """Whether this account is a reviewer of registrations."""
    return account.is_staff and account.has_perm("delegates.review_registration")


def may_read_ruts(account: Account) -> bool:
    """Whether this account of the Ministry reads the RUT of a registration: reviewers, and who may see documents."""
    return may_review(account) or (account.is_staff and account.has_perm("delegates.view_rutdocument"))
