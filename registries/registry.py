"""Which registries can be loaded from the admin? Each app registers its own in `AppConfig.ready()`."""

from registries.loading.loader import Registry, effects
from registries.models import RegistryLoad
from registries.report import ROW_LABELS

_registries: dict[str, type[Registry]] = {}


def register(registry: type[Registry]) -> None:
    """Offer a registry in the admin, after those that are offered already."""
    _registries[registry.kind.value] = registry


def registry_of(kind: str) -> type[Registry]:
    """The registry of a kind of load. Raises KeyError for one that nobody registered."""
    return _registries[kind]


def choices() -> list[tuple[str, str]]:
    """The registries as a form offers them."""
    return [(kind, RegistryLoad.Kind(kind).label) for kind in _registries]


def count_labels() -> dict[str, str]:
    """What each count of a load is called, in the order in which they are shown."""
    labels = dict(ROW_LABELS)
    for registry in _registries.values():
        labels |= registry.count_labels
    for effect in effects():
        labels |= effect.count_labels
    return labels
