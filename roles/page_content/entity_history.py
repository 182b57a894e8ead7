"""How does the history of one entity read to its own people, without the names of strangers?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from entities.models import Entity
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.presenters import (
    Actor,
    Difference,
    HistoryRow,
    actor_for,
    diff,
    object_names,
    object_type_label,
    value_names,
    without_codes,
)
from roles.models import RegisteredUser


@dataclass(frozen=True)
class EntityHistoryRow(HistoryRow):
    """One event as the people of its entity read it."""

    actor: Actor

    @property
    def moment(self) -> str:
        """When, in Colombia's time."""
        return f"{timezone.localtime(self.entry.at):%Y-%m-%d %H:%M:%S}"

    @property
    def sede(self) -> str:
        """The code and the name of the sede of an event of roles, or ""."""
        code = self.entry.after.get("sede", "")
        return self.names.get(("sede", code), code)

    @property
    def changes(self) -> list[Difference]:
        """What the event changed and is about, without what only a machine reads; the reason is shown apart."""
        pairs = diff(without_codes(self.entry.before), without_codes(self.entry.after), self.names)
        return [pair for pair in pairs if pair.differs or pair.is_about]


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


def present(entries: Iterable[HistoryEntry], entity: Entity) -> Iterator[EntityHistoryRow]:
    """These events of an entity, for its own people; `entries` come with their actors.

    Nobody is named who is not the entity's own, see `actor_for` and `scopes_of`.
    """
    entries = list(entries)
    objects, names = object_names(entries, scopes_of(entity)), value_names(entries)
    for entry in entries:
        name = objects.get((entry.object_type, entry.object_id), "")
        yield EntityHistoryRow(entry, object_type_label(entry), name, names, actor_for(entry, entity))
