"""What follows from a load in the apps above, such as roles that end? They register an `Effect` in `ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from registries.models import RegistryLoad


@dataclass(frozen=True)
class Effect:
    """What an app does when a registry changes: a sede is closed or a professional is gone, and roles end.

    Both functions run in the transaction of the load or of its undoing: `apply(load)` once the rows are written, to end
    what no longer fits; `undo(load)` before they are restored, to give back what `apply` ended because of that load.
    Either may return what it counted, by a key of `count_labels`: `{"roles_ended": 3}`. A preview calls `apply` too, in
    a transaction that is rolled back.
    """

    apply: Callable[[RegistryLoad], Mapping[str, int] | None]
    undo: Callable[[RegistryLoad], Mapping[str, int] | None]
    count_labels: Mapping[str, str] = field(default_factory=dict)


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Add an effect to every load."""
    _effects.append(effect)


def effects() -> tuple[Effect, ...]:
    """The effects of every load."""
    return tuple(_effects)
