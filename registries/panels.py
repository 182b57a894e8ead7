"""How fresh are the official registries? A panel of the Ministry's dashboard."""

from django.utils.formats import date_format

from mipres_admin.backoffice.dashboard import Content, Fact, Panel
from mipres_admin.formatting import format_moment
from registries.models import RegistryLoad
from registries.registry import registry_choices


def _text(load: RegistryLoad | None) -> str:
    if load is None:
        return "nunca se ha cargado"
    snapshot = f"corte {date_format(load.snapshot_date, 'Y-m-d')}, " if load.snapshot_date else ""
    return f"{snapshot}cargado el {format_moment(load.loaded_at)} de {load.file_name}"


def _registries() -> Content:
    """The last load of each registry that was applied and not undone."""
    newest = RegistryLoad.objects.not_undone().order_by("kind", "-loaded_at", "-pk").distinct("kind")
    last = {load.kind: load for load in newest}
    facts = (Fact(label, _text(last.get(kind)), is_alarm=kind not in last) for kind, label in registry_choices())
    return Content(facts=tuple(facts))


PANELS = (Panel("registries", "Registros oficiales", 60, ("registries.view_registryload",), _registries),)
