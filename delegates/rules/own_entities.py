"""Who has a part in an entity without an account in it? Reads, never writes."""

from django.db.models import QuerySet

from accounts.models import Person
from delegates.models import Appointment, Representation
from entities.models import Entity


def has_part(person: Person, entities: QuerySet[Entity]) -> bool:
    """Whether a person represents one of the entities now, or is authorised by one, with an account or without."""
    document = {"document_type": person.document_type, "document_number": person.document_number}
    return (
        Representation.objects.current().filter(person=person, entity__in=entities).exists()
        or Appointment.objects.current().filter(entity__in=entities, **document).exists()
    )
