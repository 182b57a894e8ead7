"""Which row does each action on sedes leave?"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from accounts.actions.desk import close_sede, open_sede, reactivate_entity, suspend_entity
from accounts.models import Account
from accounts.validity import today
from entities.actions.sedes import create_main_sede, create_sede, disable_sede, edit_sede, enable_sede
from entities.models import Sede
from entities.rules.sedes import SedeDetails, SedeUse
from tests.cast import make_delegate, make_entity, make_session
from tests.history.stage import Expected, Stage, act

DETAILS = SedeDetails("Farmacia Norte", "601 555 0101", "Calle 1 # 2-3", "05001")


def provider() -> Account:
    return make_delegate(make_entity("PROV"))


def made(by: Account, **fields: Any) -> Sede:
    sede = create_sede(by=by, details=DETAILS, key=uuid4())
    Sede.objects.filter(pk=sede.pk).update(**fields)
    return sede


def kept(**changed: Any) -> dict[str, Any]:
    """How history keeps the sede."""
    town = {"municipality": "05001 MEDELLÍN", "closed_on": None}
    return {"name": DETAILS.name, "phone": DETAILS.phone, "address": DETAILS.address} | town | changed


@act("sede.created")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    yield None
    yield Expected(create_sede(by=by, details=DETAILS, key=uuid4()), by, by.entity, after=kept())


@act("sede.created")
def main(stage: Stage) -> Iterator[Expected | None]:
    entity = make_entity("PROV")
    yield None
    yield Expected(create_main_sede(by=None, entity=entity, details=DETAILS), None, entity, after=kept())


@act("sede.edited")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    wanted = SedeDetails("Farmacia Sur", DETAILS.phone, DETAILS.address, DETAILS.municipality_id)
    yield None
    edit_sede(by=by, sede=sede, details=wanted, fingerprint=DETAILS.fingerprint)
    yield Expected(sede, by, by.entity, kept(), kept(name="Farmacia Sur"))


@act("sede.disabled")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    yield None
    disable_sede(by=by, sede=sede, seen=SedeUse(users=0, roles=0))
    yield Expected(sede, by, by.entity, kept(), kept(closed_on=today().isoformat()))


@act("sede.enabled")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by, closed_on=today())
    yield None
    enable_sede(by=by, sede=sede)
    yield Expected(sede, by, by.entity, kept(closed_on=today().isoformat()), kept())


@act("sede.disabled")
def by_the_ministry(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    yield None
    close_sede(by=stage.ministry, sede=sede, reason="Sin habilitación")
    after = kept(closed_on=today().isoformat()) | {"reason": "Sin habilitación"}
    yield Expected(sede, stage.ministry, by.entity, kept(), after)


@act("sede.enabled")
def by_the_ministry_too(stage: Stage) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by, closed_on=today())
    yield None
    open_sede(by=stage.ministry, sede=sede, reason="Ya la tiene")
    before, after = kept(closed_on=today().isoformat()), kept() | {"reason": "Ya la tiene"}
    yield Expected(sede, stage.ministry, by.entity, before, after)


@act("entity.suspended")
def _(stage: Stage) -> Iterator[Expected | None]:
    entity = stage.sede.entity
    make_session(stage.delegate)
    yield None
    suspend_entity(by=stage.ministry, entity=entity, reason="Liquidada")
    after = {"is_active": False, "sessions": 1, "reason": "Liquidada"}
    yield Expected(entity, stage.ministry, entity, {"is_active": True}, after)


@act("entity.reactivated")
def _(stage: Stage) -> Iterator[Expected | None]:
    entity = make_entity(is_active=False)
    yield None
    reactivate_entity(by=stage.ministry, entity=entity, reason="Error")
    yield Expected(entity, stage.ministry, entity, {"is_active": False}, {"is_active": True, "reason": "Error"})
