"""How does the history of one entity read to its own people? Their acts by name; others' only as far as is theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account, RegisteredUser
from entities.models import Entity
from mipres_admin.models import HistoryEntry
from mipres_admin.telling import Pair, kind_of, names_of, pairs, without_codes

MINISTRY, PORTAL, NOBODY, PERSON = "Ministerio", "El portal", "Sin identificar", "Mi Seguridad Social"


@dataclass(frozen=True)
class Told:
    """One act as the people of its entity read it."""

    entry: HistoryEntry
    who: str
    login: str
    kind: str
    name: str
    address: str

    @property
    def moment(self) -> str:
        """When, by Colombia's clock."""
        return f"{timezone.localtime(self.entry.at):%Y-%m-%d %H:%M:%S}"

    @property
    def changes(self) -> list[Pair]:
        """What the act changed, without what only a machine reads, and without the reason, which is shown apart."""
        said = pairs(without_codes(self.entry.before), without_codes(self.entry.after))
        return [pair for pair in said if pair.differs and pair.after != self.entry.reason]


def scopes_of(entity: Entity) -> dict[str, QuerySet[Any]]:
    """The things that an entity's people may know by name: their own, their users, and every entity."""
    theirs: dict[str, QuerySet[Any]] = {
        model._meta.label_lower: model._default_manager.filter(entity=entity)
        for model in apps.get_models()
        if any(field.name == "entity" and field.related_model is Entity for field in model._meta.fields)
    }
    # a person whom they only looked up is not theirs
    users = RegisteredUser.objects.filter(assignments__entity=entity).distinct()
    return theirs | {RegisteredUser._meta.label_lower: users, Entity._meta.label_lower: Entity.objects.all()}


def _who(actor: Account | None, entry: HistoryEntry, entity: Entity) -> tuple[str, str]:
    """Who did it and under which login, as far as the entity's people may know."""
    if actor is None:
        return (NOBODY if entry.address else PORTAL), ""
    if actor.is_staff:
        return MINISTRY, ""
    if actor.entity_id == entity.pk:
        return actor.display_name, actor.login
    # a person's own login is his document
    return (str(actor.entity), "") if actor.entity else (actor.display_name, PERSON)


def told(entries: Iterable[HistoryEntry], entity: Entity) -> Iterator[Told]:
    """These acts of an entity, for its own people; `entries` come with their actors.

    The Ministry's persons are not named, nor is a person who is no user of the entity; an address is shown of its own
    accounts and of whoever did not say who he is.
    """
    entries = list(entries)
    names = names_of(entries, scopes_of(entity))
    for entry in entries:
        actor: Any = entry.actor
        who, login = _who(actor, entry, entity)
        mine = actor is None or actor.entity_id == entity.pk
        name = names.get((entry.object_type, entry.object_id), "")
        yield Told(entry, who, login, kind_of(entry), name, (entry.address or "") if mine else "")
