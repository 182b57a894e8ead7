"""What follows from a load in the apps above, such as roles that end? They register an `Effect` in `ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from registries.loading.change_capture import TrackedTable
from registries.models import RegistryLoad
from registries.registry import Registry


class Endings(NamedTuple):
    """What an effect ends, so that a load which ends too much of it needs an explicit yes."""

    what: str
    """Its name in the plural: "roles vigentes"."""
    in_force: Callable[[], int]
    """How many there are before the load."""
    counts: frozenset[str]
    """By which counts of `apply` they end."""


@dataclass(frozen=True)
class Effect:
    """What an app does when a registry changes: a sede is closed or a professional is gone, and roles end.

    Both functions run in the transaction of the load or of its undoing: `apply(load)` once the rows are written, to end
    what no longer fits; `undo(load)` once they are restored, to give back what `apply` ended because of that load.
    Either may return what it counted, by a key of `count_labels`: `{"roles_ended": 3}`. A preview calls `apply` too, in
    a transaction that is rolled back.

    Rows that `apply` changes in `tracked` tables (it may add and delete none) are shown in the preview and restored by
    the undoing, after those of the registry, except those that `undo_obstacles` name, as in `Registry`.
    """

    apply: Callable[[RegistryLoad], Mapping[str, int] | None]
    undo: Callable[[RegistryLoad], Mapping[str, int] | None]
    count_labels: Mapping[str, str] = field(default_factory=dict)
    tracked: tuple[TrackedTable, ...] = ()
    undo_obstacles: tuple[str, ...] = ()
    endings: Endings | None = None


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Add an effect to every load."""
    _effects.append(effect)


def effects() -> tuple[Effect, ...]:
    """The effects of every load."""
    return tuple(_effects)


def tracked_by_effects() -> tuple[TrackedTable, ...]:
    """The tables in which effects change rows."""
    return tuple(table for effect in _effects for table in effect.tracked)


def undo_obstacles(registry: Registry) -> tuple[str, ...]:
    """The statements that name what the undoing of a load leaves as it is: those of the registry first."""
    return (*registry.undo_obstacles, *(text for effect in _effects for text in effect.undo_obstacles))
