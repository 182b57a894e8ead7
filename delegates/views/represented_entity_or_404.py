"""Which entity does a page show? One that the person represents now; any other is not found."""

from django.shortcuts import get_object_or_404

from accounts.requests import PersonRequest
from delegates.models import Representation
from entities.models import Entity


def represented_entity(request: PersonRequest, pk: int) -> Entity:
    """The entity, for its legal representative; else 404."""
    return get_object_or_404(Representation.objects.entities_of(request.account.person), pk=pk)
