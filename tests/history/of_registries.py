"""Which row does the load of each official registry leave? A command does it: no actor, no entity."""

from collections.abc import Iterator

from entities.models import RegistryLoad
from tests.history.stage import TABLE, Deed, Expected, Stage
from tests.registry_files import csv_file, load, sede_row

REGISTRIES = {
    "reps": [sede_row()],
    "eps": [{"codigo": "EPS008", "nit": "860066942", "nombre": "Compensar EPS", "regimen": "Contributivo"}],
    "rethus": [
        {
            "tipo_identificacion": "CC", "numero_identificacion": "1025000111", "codigo_profesion": "P07",
            "profesion": "Medicina", "registro_profesional": "RM-1", "fecha_retiro": "",
        }
    ],
    "sso": [
        {
            "tipo_identificacion": "CC", "numero_identificacion": "1025000111", "codigo_habilitacion_sede": "SEDE",
            "fecha_inicio": "2026-01-01", "fecha_fin": "2026-12-31",
        }
    ],
}  # fmt: skip


def loading(kind: str) -> Deed:
    """The load of one registry."""

    def _(stage: Stage) -> Iterator[Expected | None]:
        rows = [{key: stage.sede.code if text == "SEDE" else text for key, text in r.items()} for r in REGISTRIES[kind]]
        file = csv_file(stage.folder / f"{kind}.csv", rows, tuple(rows[0])) if kind != "reps" else None
        path = file or csv_file(stage.folder / "reps.csv", rows)
        yield None
        load(f"import_{kind}", path, allow_closing=True)
        entry = RegistryLoad.objects.get()
        cut = entry.cut_on and entry.cut_on.isoformat()
        after = {"file": path.name, "sha256": entry.sha256, "cut_on": cut, **entry.counts}
        yield Expected(entry, None, None, after=after)

    return _


TABLE |= {f"{kind}.loaded": [loading(kind)] for kind in REGISTRIES}
