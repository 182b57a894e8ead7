"""Which events can be recorded, and how do their names, keys and codes read in Spanish?

Each app declares its events in its `events.py`; `mipres_admin.apps` finds and registers that module.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import ModuleType

type Namer = Callable[[Collection[str]], dict[str, str]]
"""The names of some values of a key, by value."""


@dataclass(frozen=True)
class EventType:
    """What the registry knows of one event."""

    label: str
    group: str
    requires_reason: bool


_events: dict[str, EventType] = {}
_labels: dict[str, str] = {}
_words: dict[str, str] = {}
_about: dict[str, Namer | None] = {}


def register(declarations: ModuleType) -> None:
    """Let an app record the events of its module `events`.

    It has `Event`, a TextChoices, and GROUPS, the heading of each event in a list of choices by what stands before
    the point of its value. It may have REASON_REQUIRED, the events that need a reason, LABELS, the names of the keys
    of `before` and `after`, WORDS, what codes among their values mean, and ABOUT, the keys that say what an event is
    about, which are shown with it even when they did not change, each with the function that names its values, or None.
    Raises ValueError for an event, a key or a code that is registered already, and KeyError for an event without a
    group.
    """
    reason_required = getattr(declarations, "REASON_REQUIRED", ())
    events = {
        event.value: EventType(
            str(event.label), declarations.GROUPS[event.value.partition(".")[0]], event in reason_required
        )
        for event in declarations.Event
    }
    registrations = (
        (_events, events),
        (_labels, getattr(declarations, "LABELS", {})),
        (_words, getattr(declarations, "WORDS", {})),
        (_about, getattr(declarations, "ABOUT", {})),
    )
    for known, new in registrations:
        if twice := known.keys() & new.keys():
            raise ValueError(f"Registered twice: {', '.join(sorted(twice))}.")
    for known, new in registrations:
        known.update(new)


def check(event: str, reason: str) -> None:
    """Raise ValueError for an event that nobody registered, or that requires a reason and has none."""
    if event not in _events:
        raise ValueError(f"No app has registered the event {event}.")
    if _events[event].requires_reason and not reason.strip():
        raise ValueError(f"The event {event} requires a reason.")


def event_label(event: str) -> str:
    """The name of an event; an event that no app registers any more is shown as it is."""
    return _events[event].label if event in _events else event


def key_label(key: str) -> str:
    """The name of a key of `before` and `after`; without one, the key itself as words."""
    return _labels.get(key, key.replace("_", " ").capitalize())


def is_about(key: str) -> bool:
    """Whether a key of `before` and `after` says what the event is about."""
    return key in _about


def names_of(key: str, values: Collection[str]) -> dict[str, str]:
    """What the values of a key are called, of those that have a name; one query at most."""
    namer = _about.get(key)
    return namer(values) if namer and values else {}


def word(code: str) -> str:
    """What a code means; any other text as it is."""
    return _words.get(code, code)


def event_names() -> frozenset[str]:
    return frozenset(_events)


def labelled_keys() -> frozenset[str]:
    """Every key that has a label."""
    return frozenset(_labels)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every event with its label, under its group, for a list of choices."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for name, event in _events.items():
        grouped.setdefault(event.group, []).append((name, event.label))
    return sorted(grouped.items())
