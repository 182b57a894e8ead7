"""How does the history of one entity read to its own people, without the names of strangers?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from entities.models import Entity
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.presenters import Difference, HistoryRow, diff, object_names, object_type_label, without_codes
from roles.models import RegisteredUser

MINISTRY, PORTAL, NOBODY, PERSON = "Ministerio", "El portal", "Sin identificar", "Mi Seguridad Social"


@dataclass(frozen=True)
class EntityHistoryRow(HistoryRow):
    """One event as the people of its entity read it."""

    actor: str
    login: str
    address: str

    @property
    def moment(self) -> str:
        """When, in Colombia's time."""
        return f"{timezone.localtime(self.entry.at):%Y-%m-%d %H:%M:%S}"

    @property
    def changes(self) -> list[Difference]:
        """What the event changed, without what only a machine reads; the reason is shown apart."""
        pairs = diff(without_codes(self.entry.before), without_codes(self.entry.after))
        return [pair for pair in pairs if pair.differs]


def scopes_of(entity: Entity) -> dict[str, QuerySet[Any]]:
    """The objects that an entity's people may know by name: their own, their users, and every entity."""
    own: dict[str, QuerySet[Any]] = {
        model._meta.label_lower: model._default_manager.filter(entity=entity)
        for model in apps.get_models()
        if any(field.name == "entity" and field.related_model is Entity for field in model._meta.fields)
    }
    # not a person whom they only looked up
    users = RegisteredUser.objects.filter(assignments__entity=entity).distinct()
    return own | {RegisteredUser._meta.label_lower: users, Entity._meta.label_lower: Entity.objects.all()}


def _actor(actor: Account | None, entry: HistoryEntry, entity: Entity) -> tuple[str, str]:
    """The name and the login of the actor, as far as the entity's people may know them."""
    if actor is None:
        return (NOBODY if entry.address else PORTAL), ""
    if actor.is_staff:
        return MINISTRY, ""
    if actor.entity_id == entity.pk:
        return actor.display_name, actor.login
    # a person's own login is their document
    return (str(actor.entity), "") if actor.entity else (actor.display_name, PERSON)


def present(entries: Iterable[HistoryEntry], entity: Entity) -> Iterator[EntityHistoryRow]:
    """These events of an entity, for its own people; `entries` come with their actors.

    The Ministry's people are not named, nor is a person who is no user of the entity. An address is shown for its own
    accounts and for visitors without an account.
    """
    entries = list(entries)
    names = object_names(entries, scopes_of(entity))
    for entry in entries:
        actor: Any = entry.actor
        name, login = _actor(actor, entry, entity)
        is_own = actor is None or actor.entity_id == entity.pk
        yield EntityHistoryRow(
            entry,
            object_type_label(entry),
            names.get((entry.object_type, entry.object_id), ""),
            name,
            login,
            (entry.address or "") if is_own else "",
        )
