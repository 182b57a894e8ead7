"""Who stands behind the delegates of the demonstration? One representative, and an appointment for each of them."""

from collections.abc import Iterable

from accounts.models import Account, Person, Sex
from delegates.models import Appointment, DelegateAccount, Representation
from entities.models import Entity, EntityKind


def _represent(person: Person, entity: Entity) -> None:
    if not Representation.objects.current().filter(entity=entity).exists():
        Representation.objects.create(entity=entity, person=person)


def _appoint(delegate: Account, by: Account) -> None:
    """The appointment on which a delegate's account stands, once."""
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


def load_chain(representative: Account, delegates: Iterable[Account]) -> None:
    """Let the representative represent the entity of each delegate, and appoint him; a PPN needs neither."""
    person = representative.person
    assert person is not None  # noqa: S101  a natural person's account
    for delegate in delegates:
        if delegate.entity is not None and delegate.entity.kind != EntityKind.PPN:
            _represent(person, delegate.entity)
            _appoint(delegate, representative)
