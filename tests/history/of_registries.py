"""Which row does the load of each official registry leave, and which the roles that it ends and gives back?

By command no actor, in the admin who asked and why; the load itself has no entity.
"""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

from accounts.registry import effects
from accounts.validity import long_date, today
from entities.actions.registry_loads import Upload, cancel_load, queue_load, queue_undo, upload_registry
from entities.registry.models import RegistryLoad
from entities.registry.queue import take
from tests.accounts.registry_effects import Ministry, on
from tests.cast import make_assignment
from tests.history.stage import TABLE, Deed, Expected, Stage, act, by_nobody
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
    "deceased": [
        {"tipo_identificacion": "CC", "numero_identificacion": "1025000111", "fecha_fallecimiento": "2026-01-01"}
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
        cut = entry.snapshot_date and entry.snapshot_date.isoformat()
        after = {"file": path.name, "sha256": entry.sha256, "cut_on": cut, **entry.counts}
        yield Expected(entry, None, None, after=after)

    return _


@act("roles.ended")
def by_a_registry(stage: Stage) -> Iterator[Expected | None]:
    make_assignment(stage.user, stage.sede, "Rol_Anulador", stage.delegate)
    yield None
    entry = Ministry(stage.folder).deceased(stage.user.person)
    before, after = _kept(stage, "Rol_Anulador"), _kept(stage) | _why(entry, DEAD)
    yield by_nobody(stage, stage.user, before=before, after=after, beside=("deceased.loaded",))


@act("roles.last_day_changed")
def by_a_plaza(stage: Stage) -> Iterator[Expected | None]:
    stage.user.kind = "SSO"
    stage.user.save()
    make_assignment(stage.user, stage.sede, "Rol_Anulador", stage.delegate)
    yield None
    entry = Ministry(stage.folder).plazas((stage.user, stage.sede, 0, 9))
    last = on(9)
    cause = f"La plaza de Servicio Social Obligatorio de la persona en esta sede termina ahora el {long_date(last)}."
    before = _kept(stage, "Rol_Anulador")
    after = _kept(stage, "Rol_Anulador", until=last.isoformat()) | _why(entry, cause)
    yield by_nobody(stage, stage.user, before=before, after=after, beside=("sso.loaded",))


@act("roles.restored")
def _(stage: Stage) -> Iterator[Expected | None]:
    make_assignment(stage.user, stage.sede, "Rol_Anulador", stage.delegate)
    entry = Ministry(stage.folder).reps()
    yield None
    effects.undo(entry)
    after = _kept(stage, "Rol_Anulador") | _why(entry, "Se deshizo la carga de REPS que los había terminado.")
    yield by_nobody(stage, stage.user, before=_kept(stage), after=after)


DEAD = "La persona figura como fallecida en los registros oficiales."


def _kept(stage: Stage, *roles: str, until: str | None = None) -> dict[str, Any]:
    """How history keeps these roles."""
    day = today().isoformat()
    return {"sede": stage.sede.code, "roles": [{"role": role, "from": day, "until": until} for role in roles]}


def _why(entry: RegistryLoad, cause: str) -> dict[str, Any]:
    return {"cause": cause, "reason": f"Carga {entry.pk} de {entry.get_kind_display()}", "load": entry.pk}


TABLE |= {f"{kind}.loaded": [loading(kind)] for kind in REGISTRIES}


# ---------------------------------------------------------------- asked for in the admin

WHY = "Corte de marzo"
NO_OPTIONS = {"strict": False, "force": False, "allow_closing": False}


def uploaded(stage: Stage) -> RegistryLoad:
    content = csv_file(stage.folder / "reps.csv", [sede_row()]).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    file = Upload("reps.csv", digest, len(content), zlib.compress(content))
    waiting, _ = upload_registry(by=stage.ministry, kind="reps", file=file, reason=WHY)
    return waiting


def previewed(stage: Stage) -> RegistryLoad:
    """A REPS that closes little, looked at by the worker."""
    waiting = uploaded(stage)
    stage.sede.delete()
    take()
    waiting.refresh_from_db()
    return waiting


@act("registry.uploaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    waiting = uploaded(stage)
    after = {"state": "uploaded", "reason": WHY, "file": "reps.csv", "sha256": waiting.sha256}
    yield Expected(waiting, stage.ministry, None, before={}, after=after)


@act("registry.queued")
def _(stage: Stage) -> Iterator[Expected | None]:
    waiting = previewed(stage)
    yield None
    queue_load(by=stage.ministry, load=waiting, reason=WHY)
    after = {"state": "queued", "reason": WHY, "file": "reps.csv", "sha256": waiting.sha256, **NO_OPTIONS}
    yield Expected(waiting, stage.ministry, None, before={"state": "previewed"}, after=after)


@act("reps.loaded")
def applied_from_the_admin(stage: Stage) -> Iterator[Expected | None]:
    waiting = previewed(stage)
    queue_load(by=stage.ministry, load=waiting, reason=WHY)
    yield None
    take()
    waiting.refresh_from_db()
    cut = waiting.snapshot_date and waiting.snapshot_date.isoformat()
    after = {"file": "reps.csv", "sha256": waiting.sha256, "cut_on": cut, **waiting.counts, "reason": WHY}
    yield Expected(waiting, stage.ministry, None, after=after)


@act("registry.cancelled")
def _(stage: Stage) -> Iterator[Expected | None]:
    waiting = previewed(stage)
    yield None
    cancel_load(by=stage.ministry, load=waiting, reason=WHY)
    after = {"state": "cancelled", "reason": WHY}
    yield Expected(waiting, stage.ministry, None, before={"state": "previewed"}, after=after)


def _applied(stage: Stage) -> RegistryLoad:
    waiting = previewed(stage)
    queue_load(by=stage.ministry, load=waiting, reason=WHY)
    take()
    waiting.refresh_from_db()
    return waiting


@act("registry.undo_queued")
def _(stage: Stage) -> Iterator[Expected | None]:
    done = _applied(stage)
    yield None
    queue_undo(by=stage.ministry, load=done, reason=WHY)
    after = {"state": "undo_queued", "reason": WHY}
    yield Expected(done, stage.ministry, None, before={"state": "applied"}, after=after)


@act("registry.undone")
def _(stage: Stage) -> Iterator[Expected | None]:
    done = _applied(stage)
    queue_undo(by=stage.ministry, load=done, reason=WHY)
    yield None
    take()
    before = {
        "file": done.file_name,
        "sha256": done.sha256,
        "cut_on": done.snapshot_date and done.snapshot_date.isoformat(),
    }
    after = {"reason": WHY, "restored": 0, "deleted": 2, "skipped": 0, "kept": 0}
    yield Expected(done, stage.ministry, None, before=before, after=after)
