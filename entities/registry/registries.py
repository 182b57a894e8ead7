"""Which registries can be loaded from the admin? Each app registers its own in `AppConfig.ready()`."""

from entities.models import RegistryLoad
from entities.registry.loading import Registry

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
