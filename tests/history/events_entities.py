"""Which row does each action on sedes leave?"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from accounts.actions.ministry_interventions import (
    close_sede,
    open_sede,
    reactivate_entity,
    suspend_entity,
)
from accounts.events import Event as AccountEvent
from accounts.models import Account
from entities.actions.sedes import create_main_sede, create_sede, disable_sede, edit_sede, enable_sede
from entities.events import Event
from entities.models import Sede
from entities.rules.sedes import SedeDetails, SedeUse
from roles.validity import today
from tests.factories import make_delegate, make_entity, make_session
from tests.history.scenario import Expected, Scenario, case
from tests.roles.registry_loads import Ministry

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


@case(Event.SEDE_CREATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    yield None
    yield Expected(create_sede(by=by, details=DETAILS, key=uuid4()), by, by.entity, after=kept())


@case(Event.SEDE_CREATED)
def main(scenario: Scenario) -> Iterator[Expected | None]:
    entity = make_entity("PROV")
    yield None
    yield Expected(create_main_sede(by=None, entity=entity, details=DETAILS), None, entity, after=kept())


@case(Event.SEDE_EDITED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    wanted = SedeDetails("Farmacia Sur", DETAILS.phone, DETAILS.address, DETAILS.municipality_id)
    yield None
    edit_sede(by=by, sede=sede, details=wanted, fingerprint=DETAILS.fingerprint)
    yield Expected(sede, by, by.entity, kept(), kept(name="Farmacia Sur"))


@case(Event.SEDE_DISABLED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    yield None
    disable_sede(by=by, sede=sede, expected_use=SedeUse(users=0, roles=0))
    yield Expected(sede, by, by.entity, kept(), kept(closed_on=today().isoformat()))


@case(Event.SEDE_ENABLED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by, closed_on=today())
    yield None
    enable_sede(by=by, sede=sede)
    yield Expected(sede, by, by.entity, kept(closed_on=today().isoformat()), kept())


@case(Event.SEDE_DISABLED)
def by_the_ministry(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by)
    yield None
    close_sede(by=scenario.ministry, sede=sede, reason="Sin habilitación")
    after = kept(closed_on=today().isoformat())
    yield Expected(sede, scenario.ministry, by.entity, kept(), after, reason="Sin habilitación")


@case(Event.SEDE_ENABLED)
def by_the_ministry_too(scenario: Scenario) -> Iterator[Expected | None]:
    by = provider()
    sede = made(by, closed_on=today())
    yield None
    open_sede(by=scenario.ministry, sede=sede, reason="Ya la tiene")
    before, after = kept(closed_on=today().isoformat()), kept()
    yield Expected(sede, scenario.ministry, by.entity, before, after, reason="Ya la tiene")


@case(AccountEvent.ENTITY_SUSPENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    entity = scenario.sede.entity
    make_session(scenario.delegate)
    yield None
    suspend_entity(by=scenario.ministry, entity=entity, reason="Liquidada")
    after = {"is_active": False, "sessions": 1}
    yield Expected(entity, scenario.ministry, entity, {"is_active": True}, after, reason="Liquidada")


@case(AccountEvent.ENTITY_REACTIVATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    entity = make_entity(is_active=False)
    yield None
    reactivate_entity(by=scenario.ministry, entity=entity, reason="Error")
    yield Expected(entity, scenario.ministry, entity, {"is_active": False}, {"is_active": True}, reason="Error")


@case(Event.SEDE_TRANSFERRED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    former, buyer = scenario.sede.entity, make_entity(name="La que compra")
    sede = Sede.objects.get(pk=scenario.sede.pk)
    sede.entity = buyer
    yield None
    load = Ministry(scenario.folder).reps(sede)
    before, after = {"entity": former.name}, {"entity": buyer.name, "load": load.pk}
    for entity, also in ((former, (Event.REPS_LOADED,)), (buyer, ())):
        yield Expected(sede, None, entity, before, after, also=also, reason=f"Carga {load.pk} de REPS")
