"""Who represents an entity from now on? Part of approving its registration, in that transaction."""

from datetime import datetime

from accounts.models import Account, Person
from delegates.events import Event
from delegates.models import EntityRegistration, Representation
from delegates.rules.entity_registrations import Details, found_entities
from entities.actions.sedes import create_main_sede
from entities.models import Entity, EntityKind
from entities.rules.sedes import SedeDetails
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify


def _make_entity(registration: EntityRegistration, kind: EntityKind) -> Entity:
    return Entity.objects.get_or_create(
        kind=kind, identification_type="NI", nit=registration.nit, defaults={"name": registration.name}
    )[0]


def _complete(*, by: Account, entity: Entity, registration: EntityRegistration) -> None:
    """What an entity gets from its registration besides its representative."""
    if entity.kind == EntityKind.PROVEEDOR:
        details = SedeDetails(entity.name, registration.phone, registration.address, registration.municipality_id)
        create_main_sede(by=by, entity=entity, details=details)
    if entity.kind == EntityKind.ET:
        Entity.objects.filter(pk=entity.pk).update(et_model=registration.et_model)


def _end(by: Account, held: Representation, registration: EntityRegistration, now: datetime) -> None:
    Representation.objects.filter(pk=held.pk).update(ended_at=now)
    before = {"since": held.since.isoformat()}
    after = {"ended_at": now.isoformat(), "registration": str(registration.public_id)}
    record(by=by, event=Event.REPRESENTATION_ENDED, obj=held, entity=held.entity, before=before, after=after)
    person = held.person
    account = person.accounts.filter(entity=None, is_staff=False, is_active=True).first()
    to = account.email if account else person.email
    notify(to, "representation_ended", person=person, entity=held.entity, registration=registration)


def _hand_over(by: Account, entity: Entity, person: Person, registration: EntityRegistration) -> None:
    held = Representation.objects.current().filter(entity=entity).select_related("person", "entity").first()
    if held and held.person_id == person.pk:
        return
    now = clock.now()
    if held:
        _end(by, held, registration, now)
    made = Representation.objects.create(entity=entity, person=person, registration=registration, since=now)
    after = {"since": now.isoformat(), "registration": str(registration.public_id)}
    record(by=by, event=Event.REPRESENTATION_MADE, obj=made, entity=entity, after=after)


def represent(*, by: Account, registration: EntityRegistration) -> list[Entity]:
    """Make or find the entities of a registration and let its applicant represent each; return them.

    Each representation that begins or ends has its row in the history of its entity.

    The row of each entity is held until the transaction ends, so that two approvals happen one after the other.
    """
    details, person = Details.of(registration), registration.applicant.person
    assert person is not None  # noqa: S101  only a natural person applies
    found = found_entities(details)
    entities = []
    for kind in details.entity_kinds:
        entity = lock(found.get(kind) or _make_entity(registration, kind), no_key=True)
        _complete(by=by, entity=entity, registration=registration)
        _hand_over(by, entity, person, registration)
        entities.append(entity)
    return entities
