"""Who represents the entities of the demonstration and appointed their delegates?"""

from collections.abc import Iterable

from accounts.models import Account, Person, Sex
from delegates.models import Appointment, DelegateAccount, Representation
from entities.models import Entity, EntityKind


def _represent(person: Person, entity: Entity) -> None:
    if not Representation.objects.current().filter(entity=entity).exists():
        Representation.objects.create(entity=entity, person=person)


def _appoint(delegate: Account, by: Account) -> None:
    """The appointment of a delegate, once."""
    person, entity = delegate.person, delegate.entity
    if person is None or entity is None or DelegateAccount.objects.filter(account=delegate).exists():
        return
    names = ("first_name", "second_name", "first_surname", "second_surname")
    appointment = Appointment.objects.create(
        entity=entity,
        document_type=person.document_type,
        document_number=person.document_number,
        sex=Sex.F,
        email=person.email,
        role_id="EMPLEADOR",
        profile_id="DELEGADO",
        sede=None if entity.kind == EntityKind.ET else entity.sedes.order_by("code").first(),
        created_by=by,
        **{name: getattr(person, name) for name in names},
    )
    DelegateAccount.objects.create(account=delegate, appointment=appointment)


def create_representations(representative: Account, delegates: Iterable[Account]) -> None:
    """One person represents the entity of each delegate, and appointed them; a PPN needs neither."""
    for delegate in delegates:
        if representative.person and delegate.entity and delegate.entity.kind != EntityKind.PPN:
            _represent(representative.person, delegate.entity)
            _appoint(delegate, representative)
