"""How is a row of the history shown? Its values in Spanish, before and after side by side, and its object's name."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mipres_admin.history.event_registry import is_about, key_label, names_of, word
from mipres_admin.history.models import HistoryEntry

NOTHING = "—"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")
CODE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
# the keys that identify an element of a list, which come before the others
IDENTIFYING = ("role", "token", "name", "login")

# ---------------------------------------------------------------- before and after


@dataclass(frozen=True)
class Difference:
    """One key of an event: its label, and its value before and after."""

    label: str
    before: str
    after: str
    is_about: bool = False  # whether it says what the event is about

    @property
    def differs(self) -> bool:
        """Whether the event changed it."""
        return self.before != self.after

    def __str__(self) -> str:
        if not self.differs or self.before == NOTHING:
            return self.after
        # of lists the arrow begins a line, or it is lost among their elements
        arrow = "\n→ " if "\n" in self.before + self.after else " → "
        return self.before + arrow + self.after


def display_value(value: Any) -> str:
    """A value of `before` or `after` as people read it; a list has one line for each of its elements."""
    match value:
        case str():
            return _text(value)
        case bool():
            return "Sí" if value else "No"
        case None | [] | {} if not value:
            return NOTHING
        case list():
            return "\n".join(display_value(element) for element in value)
        case dict():
            return _items(value)
    return str(value)


def _items(value: dict[str, Any]) -> str:
    """The values of an object with their labels, first what identifies it: PostgreSQL keeps the shortest key first."""
    items = sorted(value.items(), key=lambda item: item[0] not in IDENTIFYING)
    return ", ".join(_labelled(key, display_value(element)) for key, element in items if element is not None)


def _labelled(key: str, text: str) -> str:
    """A value with its label, which a role does not need."""
    return text if key == "role" else f"{key_label(key)}: {text}"


def _text(value: str) -> str:
    """A moment in Colombia's time, the meaning of a code, or the text itself."""
    moment = parse_datetime(value) if MOMENT.match(value) else None
    if moment is not None and timezone.is_aware(moment):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return word(value) or NOTHING


def without_codes(value: Any) -> Any:
    """The same without public ids and fingerprints, which mean nothing to a reader."""
    if isinstance(value, dict):
        return {key: without_codes(element) for key, element in value.items() if not _is_code(element)}
    return [without_codes(element) for element in value if not _is_code(element)] if isinstance(value, list) else value


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def with_reason(entry: HistoryEntry) -> dict[str, Any]:
    """`after`, with the reason where there is one."""
    return {**entry.after, "reason": entry.reason} if entry.reason else {**entry.after}


type ValueNames = Mapping[tuple[str, str], str]
"""What values of some keys are called, by key and value."""
NO_NAMES: ValueNames = {}


def value_names(entries: Iterable[HistoryEntry]) -> ValueNames:
    """The names of what these events say that they are about: one query for each key."""
    values: dict[str, set[str]] = {}
    for entry in entries:
        for key, value in (*entry.before.items(), *entry.after.items()):
            if isinstance(value, str) and is_about(key):
                values.setdefault(key, set()).add(value)
    return {(key, value): name for key, some in values.items() for value, name in names_of(key, some).items()}


def _named(key: str, value: Any, names: ValueNames) -> str:
    return names.get((key, value), display_value(value)) if isinstance(value, str) else display_value(value)


def diff(before: Mapping[str, Any], after: Mapping[str, Any], names: ValueNames = NO_NAMES) -> list[Difference]:
    """Every key of both, with its value before and after."""
    return [
        Difference(
            key_label(key), _named(key, before.get(key), names), _named(key, after.get(key), names), is_about(key)
        )
        for key in dict.fromkeys([*before, *after])
    ]


def cell_text(values: Mapping[str, Any], names: ValueNames = NO_NAMES) -> str:
    """`before` or `after` in a cell of a workbook: a line for each key."""
    return "\n".join(f"{key_label(key)}: {_named(key, value, names)}" for key, value in values.items())


# ---------------------------------------------------------------- who acted

MINISTRY, PORTAL, NOBODY, PERSON = "Ministerio", "El portal", "Sin identificar", "Mi Seguridad Social"
ANOTHER_ENTITY = "Otra entidad"


@dataclass(frozen=True)
class Actor:
    """Who did something and from where, as far as the people of one entity may know; the rest is empty."""

    name: str
    login: str = ""
    address: str = ""


def actor_for(entry: HistoryEntry, entity: Model) -> Actor:
    """Who acted in an event, for the people of `entity`; `entry` comes with its actor.

    Only the entity's own accounts are named with login and address, and visitors without an account by their address.
    Neither the Ministry's people nor another entity is named. A natural person's own login is their document.
    """
    actor: Any = entry.actor
    if actor is None:
        return Actor(NOBODY, address=entry.address) if entry.address else Actor(PORTAL)
    if actor.is_staff:
        return Actor(MINISTRY)
    if actor.entity_id == entity.pk:
        return Actor(actor.display_name, actor.login, entry.address or "")
    return Actor(ANOTHER_ENTITY) if actor.entity_id else Actor(actor.display_name, PERSON)


# ---------------------------------------------------------------- the object

Key = tuple[str, str]
Scopes = Mapping[str, QuerySet[Any]]


@dataclass(frozen=True)
class HistoryRow:
    """One event, with the type and the name of its object."""

    entry: HistoryEntry
    object_type: str
    object_name: str
    names: ValueNames

    @property
    def about(self) -> list[Difference]:
        """What the event is about, for the page of its object: not all that it changed."""
        return [pair for pair in diff(self.entry.before, self.entry.after, self.names) if pair.is_about]


def present(entries: Iterable[HistoryEntry]) -> list[HistoryRow]:
    """Events with the names of their objects and of what they are about."""
    entries = list(entries)
    objects, names = object_names(entries), value_names(entries)
    return [
        HistoryRow(entry, object_type_label(entry), objects.get((entry.object_type, entry.object_id), ""), names)
        for entry in entries
    ]


def model_of(object_type: str) -> type[Model] | None:
    """The model of `object_type`; None for one that the portal no longer has."""
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def _name(obj: Model) -> str:
    """A person's name and the object's own `str`; without a person only the `str`."""
    own = CODE.sub("", str(obj)).strip()
    person = getattr(obj, "person", None)
    if person is None or str(person) == own:
        return own
    # the `str` of some objects has only keys
    return f"{person}\n{own}" if any(letter.isalpha() for letter in own) else str(person)


def _names_in(model: type[Model], ids: Collection[str], scope: QuerySet[Any] | None) -> dict[str, str]:
    objects = model._default_manager.all() if scope is None else scope
    # the names of objects have those of others
    if related := [field.name for field in model._meta.fields if field.is_relation]:
        objects = objects.select_related(*related)
    keys = []
    for object_id in ids:
        try:
            keys.append(model._meta.pk.to_python(object_id))
        except ValidationError:
            continue
    return {str(obj.pk): _name(obj) for obj in objects.filter(pk__in=keys)}


def object_names(entries: Iterable[HistoryEntry], scopes: Scopes | None = None) -> dict[Key, str]:
    """The names of the objects of these events, by object type and id: one query for each type.

    `scopes` are the objects that the reader may know by name, by object type; others are left out. None: all.
    """
    ids: dict[str, set[str]] = {}
    for entry in entries:
        ids.setdefault(entry.object_type, set()).add(entry.object_id)
    names: dict[Key, str] = {}
    for object_type, object_ids in ids.items():
        model = model_of(object_type)
        if model is None or (scopes is not None and object_type not in scopes):
            continue
        scope = scopes[object_type] if scopes is not None else None
        names |= {(object_type, pk): name for pk, name in _names_in(model, object_ids, scope).items()}
    return names


def object_type_label(entry: HistoryEntry) -> str:
    """The name of the type of the event's object."""
    model = model_of(entry.object_type)
    return str(model._meta.verbose_name) if model else entry.object_type
