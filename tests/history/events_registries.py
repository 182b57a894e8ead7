"""Which row does the load of each official registry leave, and which the roles that it ends and gives back?

By command no actor, in the admin who requested it and why; the load itself has no entity.
"""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

from accounts.events import Event as AccountEvent
from entities.events import Event
from registries.actions import Upload, cancel_load, queue_load, queue_undo, upload_registry
from registries.events import Event as RegistryEvent
from registries.models import RegistryLoad
from registries.queue import run_next_load
from roles.events import Event as RoleEvent
from roles.validity import long_date, today
from tests.accounts import civil_registry
from tests.factories import make_assignment
from tests.history.scenario import Case, Expected, Scenario, by_nobody, case
from tests.registry_files import csv_file, load, sede_row
from tests.roles.registry_loads import Ministry, on

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
    "civil": [civil_registry.row()],
    "deceased": [
        {"tipo_identificacion": "CC", "numero_identificacion": "1025000111", "fecha_fallecimiento": "2026-01-01"}
    ],
}  # fmt: skip


def loading(kind: str) -> Case:
    """The load of one registry."""

    def _(scenario: Scenario) -> Iterator[Expected | None]:
        rows = [
            {key: scenario.sede.code if text == "SEDE" else text for key, text in r.items()} for r in REGISTRIES[kind]
        ]
        file = csv_file(scenario.folder / f"{kind}.csv", rows, tuple(rows[0])) if kind != "reps" else None
        path = file or csv_file(scenario.folder / "reps.csv", rows)
        yield None
        load(f"import_{kind}", path, allow_closing=True)
        entry = RegistryLoad.objects.get()
        cut = entry.snapshot_date and entry.snapshot_date.isoformat()
        after = {"file": path.name, "sha256": entry.sha256, "snapshot_date": cut, **entry.counts}
        yield Expected(entry, None, None, after=after)

    return _


@case(RoleEvent.ROLES_ENDED)
def by_a_registry(scenario: Scenario) -> Iterator[Expected | None]:
    make_assignment(scenario.user, scenario.sede, "Rol_Anulador", scenario.delegate)
    yield None
    entry = Ministry(scenario.folder).deceased(scenario.user.person)
    before, after = _roles_of_sede(scenario, "Rol_Anulador"), _roles_of_sede(scenario) | _why(entry, DEAD)
    yield by_nobody(
        scenario, scenario.user, before=before, after=after, also=(AccountEvent.DECEASED_LOADED,), reason=_reason(entry)
    )


@case(RoleEvent.ROLES_LAST_DAY_CHANGED)
def by_a_plaza(scenario: Scenario) -> Iterator[Expected | None]:
    scenario.user.kind = "SSO"
    scenario.user.save()
    make_assignment(scenario.user, scenario.sede, "Rol_Anulador", scenario.delegate)
    yield None
    entry = Ministry(scenario.folder).plazas((scenario.user, scenario.sede, 0, 9))
    last = on(9)
    cause = f"La plaza de Servicio Social Obligatorio de la persona en esta sede termina ahora el {long_date(last)}."
    before = _roles_of_sede(scenario, "Rol_Anulador")
    after = _roles_of_sede(scenario, "Rol_Anulador", until=last.isoformat()) | _why(entry, cause)
    yield by_nobody(
        scenario, scenario.user, before=before, after=after, also=(RoleEvent.SSO_LOADED,), reason=_reason(entry)
    )


@case(RoleEvent.ROLES_RESTORED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    make_assignment(scenario.user, scenario.sede, "Rol_Anulador", scenario.delegate)
    ministry = Ministry(scenario.folder)
    entry = ministry.reps()
    yield None
    ministry.undo(entry)
    after = _roles_of_sede(scenario, "Rol_Anulador") | _why(
        entry, "Se deshizo la carga de REPS que los había terminado."
    )
    undone = (RegistryEvent.REGISTRY_UNDONE,)
    before, reason = _roles_of_sede(scenario), _reason(entry)
    yield by_nobody(scenario, scenario.user, before=before, after=after, also=undone, reason=reason)


DEAD = "La persona figura como fallecida en los registros oficiales."


def _roles_of_sede(scenario: Scenario, *roles: str, until: str | None = None) -> dict[str, Any]:
    """How history keeps these roles."""
    day = today().isoformat()
    return {"sede": scenario.sede.code, "roles": [{"role": role, "from": day, "until": until} for role in roles]}


def _why(entry: RegistryLoad, cause: str) -> dict[str, Any]:
    return {"cause": cause, "load": entry.pk}


def _reason(entry: RegistryLoad) -> str:
    return f"Carga {entry.pk} de {entry.registry_label}"


LOADED = {
    "reps": Event.REPS_LOADED,
    "eps": Event.EPS_LOADED,
    "rethus": RoleEvent.RETHUS_LOADED,
    "sso": RoleEvent.SSO_LOADED,
    "civil": AccountEvent.CIVIL_REGISTRY_LOADED,
    "deceased": AccountEvent.DECEASED_LOADED,
}
for kind, event in LOADED.items():
    case(event)(loading(kind))


# ---------------------------------------------------------------- requested in the admin

WHY = "Corte de marzo"
NO_OPTIONS = {"strict": False, "force": False, "allow_closing": False}


def uploaded(scenario: Scenario) -> RegistryLoad:
    content = csv_file(scenario.folder / "reps.csv", [sede_row()]).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    file = Upload("reps.csv", digest, len(content), zlib.compress(content))
    waiting, _ = upload_registry(by=scenario.ministry, kind="reps", file=file, reason=WHY)
    return waiting


def previewed(scenario: Scenario) -> RegistryLoad:
    """A REPS that closes little, looked at by the worker."""
    waiting = uploaded(scenario)
    scenario.sede.delete()
    run_next_load()
    waiting.refresh_from_db()
    return waiting


@case(RegistryEvent.REGISTRY_UPLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    waiting = uploaded(scenario)
    after = {"state": "uploaded", "file": "reps.csv", "sha256": waiting.sha256}
    yield Expected(waiting, scenario.ministry, None, after=after, reason=WHY)


@case(RegistryEvent.REGISTRY_QUEUED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    waiting = previewed(scenario)
    yield None
    queue_load(by=scenario.ministry, load=waiting, reason=WHY)
    after = {"state": "queued", "file": "reps.csv", "sha256": waiting.sha256, **NO_OPTIONS}
    yield Expected(waiting, scenario.ministry, None, before={"state": "previewed"}, after=after, reason=WHY)


@case(Event.REPS_LOADED)
def applied_from_the_admin(scenario: Scenario) -> Iterator[Expected | None]:
    waiting = previewed(scenario)
    queue_load(by=scenario.ministry, load=waiting, reason=WHY)
    yield None
    run_next_load()
    waiting.refresh_from_db()
    cut = waiting.snapshot_date and waiting.snapshot_date.isoformat()
    after = {"file": "reps.csv", "sha256": waiting.sha256, "snapshot_date": cut, **waiting.counts}
    yield Expected(waiting, scenario.ministry, None, after=after, reason=WHY)


@case(RegistryEvent.REGISTRY_CANCELLED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    waiting = previewed(scenario)
    yield None
    cancel_load(by=scenario.ministry, load=waiting, reason=WHY)
    after = {"state": "cancelled"}
    yield Expected(waiting, scenario.ministry, None, before={"state": "previewed"}, after=after, reason=WHY)


def _applied(scenario: Scenario) -> RegistryLoad:
    waiting = previewed(scenario)
    queue_load(by=scenario.ministry, load=waiting, reason=WHY)
    run_next_load()
    waiting.refresh_from_db()
    return waiting


@case(RegistryEvent.REGISTRY_UNDO_QUEUED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    done = _applied(scenario)
    yield None
    queue_undo(by=scenario.ministry, load=done, reason=WHY)
    after = {"state": "undo_queued"}
    yield Expected(done, scenario.ministry, None, before={"state": "applied"}, after=after, reason=WHY)


@case(RegistryEvent.REGISTRY_UNDONE)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    done = _applied(scenario)
    queue_undo(by=scenario.ministry, load=done, reason=WHY)
    yield None
    run_next_load()
    before = {
        "file": done.file_name,
        "sha256": done.sha256,
        "snapshot_date": done.snapshot_date and done.snapshot_date.isoformat(),
    }
    after = {"restored": 0, "deleted": 2, "skipped": 0, "in_use": 0}
    yield Expected(done, scenario.ministry, None, before=before, after=after, reason=WHY)
