"""Make the applicant of an approved registration the legal representative of its entities."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Account, Person
from delegates.events import Event
from delegates.models import EntityRegistration, RegistrationKind, Representation, person_of
from entities.actions.sedes import create_main_sede
from entities.models import Entity, EntityKind
from entities.rules.sedes import SedeDetails
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify


def _get_or_create_entity(registration: EntityRegistration, kind: EntityKind) -> Entity:
    return Entity.objects.get_or_create(
        kind=kind, identification_type="NI", nit=registration.nit, defaults={"name": registration.name}
    )[0]


def _complete_entity(*, by: Account, entity: Entity, registration: EntityRegistration) -> None:
    """A Proveedor gets its main sede, a territorial entity its model."""
    if entity.kind == EntityKind.PROVEEDOR:
        details = SedeDetails(entity.name, registration.phone, registration.address, registration.municipality_id)
        create_main_sede(by=by, entity=entity, details=details)
    if entity.kind == EntityKind.ET:
        Entity.objects.filter(pk=entity.pk).update(et_model=registration.et_model)


def _end(by: Account, representation: Representation, registration: EntityRegistration, now: datetime) -> None:
    Representation.objects.filter(pk=representation.pk).update(ended_at=now)
    entity, person = representation.entity, representation.person
    before = {"since": representation.since.isoformat()}
    after = {"ended_at": now.isoformat(), "registration": str(registration.public_id)}
    record(by=by, event=Event.REPRESENTATION_ENDED, obj=representation, entity=entity, before=before, after=after)
    account = person.accounts.filter(entity=None, is_staff=False, is_active=True).first()
    to = account.email if account else person.email
    notify(to, "representation_ended", person=person, entity=entity, registration=registration)


def _set_representative(by: Account, entity: Entity, person: Person, registration: EntityRegistration) -> None:
    current = Representation.objects.current().filter(entity=entity).select_related("person", "entity").first()
    if current and current.person_id == person.pk:
        return
    now = clock.now()
    if current:
        _end(by, current, registration, now)
    new = Representation.objects.create(entity=entity, person=person, registration=registration, since=now)
    after = {"since": now.isoformat(), "registration": str(registration.public_id)}
    record(by=by, event=Event.REPRESENTATION_MADE, obj=new, entity=entity, after=after)


def _represented_provider(registration: EntityRegistration) -> Iterable[Entity]:
    """The Proveedor that an IPS also is, once its own registration was approved: both have one representative."""
    if registration.kind != RegistrationKind.IPS:
        return ()
    represented = Representation.objects.current().filter(entity__kind=EntityKind.PROVEEDOR)
    return Entity.objects.filter(representations__in=represented, identification_type="NI", nit=registration.nit)


def set_representatives(*, by: Account, registration: EntityRegistration) -> None:
    """Find or create the entities of a registration, and let its applicant represent each, and the Proveedor of an IPS.

    Part of the transaction that approves the registration. Each representation that begins or ends is in the history
    of its entity. Each entity stays locked until the transaction ends, so that two approvals wait for each other.
    """
    person = person_of(registration.applicant)
    known = registration.known_entities()
    for kind in registration.entity_kinds:
        entity = lock(known.get(kind) or _get_or_create_entity(registration, kind), no_key=True)
        _complete_entity(by=by, entity=entity, registration=registration)
        _set_representative(by, entity, person, registration)
    for provider in _represented_provider(registration):
        _set_representative(by, lock(provider, no_key=True), person, registration)
