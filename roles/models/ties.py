"""Which registered users may an entity find, and which has it to do with? The others are looked up one by one."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from entities.models import Association, Entity, EntityKind
from roles.models.registered_users import RegisteredUser
from roles.models.registries import SsoPost
from roles.models.role_assignments import RoleAssignment

# contracts are renewed within it
RECENTLY = timedelta(days=183)


def findable_users(entity: Entity) -> QuerySet[RegisteredUser]:
    """The users whom the delegate of an entity may know: everybody, but of a PPN themself alone."""
    users = RegisteredUser.objects.all()
    if entity.kind != EntityKind.PPN:
        return users
    return users.filter(person__document_type=entity.identification_type, person__document_number=entity.nit)


def tied_users(entity: Entity, *, ended_within: timedelta = timedelta()) -> QuerySet[RegisteredUser]:
    """The users with a tie to an entity, or whose roles or plaza there ended within so long.

    A tie is a role there in force or to come, a plaza of SSO at one of its sedes, a place in its network as an
    independent professional, an account as its delegate, or to be the entity oneself (PPN).
    """
    person = {
        "document_type": OuterRef("person__document_type"),
        "document_number": OuterRef("person__document_number"),
    }
    since = timezone.now() - ended_within
    roles = RoleAssignment.objects.visible_to(entity).filter(user=OuterRef("pk")).not_ended(since)
    posts = SsoPost.objects.filter(sede__entity=entity, ends_on__gte=timezone.localdate(since), **person)
    network = Association.objects.of(entity).current().not_closed()
    members = network.filter(
        member__kind=EntityKind.PROFESIONAL_INDEPENDIENTE,
        member__identification_type=person["document_type"],
        member__nit=person["document_number"],
    )
    delegates = Account.objects.filter(entity=entity, is_active=True, person=OuterRef("person"))
    oneself = Q(person__document_type=entity.identification_type, person__document_number=entity.nit)
    return RegisteredUser.objects.filter(Exists(roles) | Exists(posts) | Exists(members) | Exists(delegates) | oneself)
