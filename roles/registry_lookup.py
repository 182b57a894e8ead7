"""What do the official registries say of a user? One query each time, or the answers for a whole file at once."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import Person
from entities.models import Association, Entity, EntityKind
from roles.matrix import UserKind
from roles.models import RegisteredUser, RethusEntry, SsoPost

type Document = tuple[str, str]


def document_of(person: Person) -> Document:
    """Type and number of a person's document."""
    return person.document_type, person.document_number


class RegistryLookup:
    """What the official registries say of one person, queried each time."""

    def posts(self, user: RegisteredUser) -> list[SsoPost]:
        """The plazas that the Ministry has assigned to the user, the earliest first."""
        return list(SsoPost.objects.of(user.person).select_related("sede__entity").order_by("starts_on"))

    def in_network(self, entity: Entity, person: Person) -> bool:
        """Whether the person is an independent professional of the entity's network today, whom REPS has not closed."""
        network = Association.objects.of(entity).current().not_closed()
        return network.independents(person.document_type, person.document_number).exists()

    def is_member(self, entity: Entity, person: Person) -> bool:
        """The same, whether REPS has closed all of the professional's sedes or not."""
        network = Association.objects.of(entity).current()
        return network.independents(person.document_type, person.document_number).exists()

    def out_of_rethus(self, user: RegisteredUser) -> bool:
        """Whether ReTHUS has closed the entry of the user's profession; a user who never had one is not out of it."""
        return RethusEntry.objects.closed().of(user.person).filter(profession=user.profession_id).exists()


DATABASE_LOOKUP = RegistryLookup()


class PrefetchedLookup(RegistryLookup):
    """What the registries say of all the users of a file, queried once."""

    def __init__(self, entity: Entity, users: Iterable[RegisteredUser]) -> None:
        persons = [user.person for user in users]
        sso = {person.document_number for user, person in zip(users, persons, strict=True) if user.kind == UserKind.SSO}
        self._posts: dict[Document, list[SsoPost]] = defaultdict(list)
        posts = SsoPost.objects.filter(document_number__in=sso).select_related("sede__entity")
        for post in posts.order_by("starts_on"):
            self._posts[post.document_type, post.document_number].append(post)
        numbers = {person.document_number for person in persons}
        closed = RethusEntry.objects.closed().filter(document_number__in=numbers)
        self._closed = set(closed.values_list("document_type", "document_number", "profession_id"))
        network = Association.objects.of(entity).current()
        network = network.filter(member__kind=EntityKind.PROFESIONAL_INDEPENDIENTE, member__nit__in=numbers)
        self._members = set(network.values_list("member__identification_type", "member__nit"))
        self._independents = set(network.not_closed().values_list("member__identification_type", "member__nit"))

    def posts(self, user: RegisteredUser) -> list[SsoPost]:
        return self._posts[document_of(user.person)]

    def in_network(self, entity: Entity, person: Person) -> bool:
        return document_of(person) in self._independents

    def is_member(self, entity: Entity, person: Person) -> bool:
        return document_of(person) in self._members

    def out_of_rethus(self, user: RegisteredUser) -> bool:
        return (*document_of(user.person), user.profession_id) in self._closed
