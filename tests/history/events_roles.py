"""Which row does each action on users, their roles and networks leave?"""

from collections.abc import Iterator
from typing import Any

from accounts.models import Account
from entities.models import Entity, Sede
from roles.actions.certificates import issue_certificate
from roles.actions.lookup import look_up_user, record_download
from roles.actions.provider_networks import (
    associate,
    change_network,
    dissociate,
)
from roles.actions.role_assignments import activate_user, change_last_day, end_assignment, end_roles, update_roles
from roles.actions.uploads import apply_upload, make_upload
from roles.events import Event
from roles.matrix import Option
from roles.models import Certificate
from roles.uploads.workbook_reader import SheetRow
from roles.validity import today
from tests.factories import make_assignment, make_delegate, make_entity, make_sede
from tests.history.scenario import Expected, Scenario, by_delegate, case

ANULADOR, JUNTA = "Rol_Anulador", "Rol_JuntaMedicaIPS"
NO_ROWS = dict.fromkeys(("error", "alta", "cambio", "baja", "igual"), 0)


def here(scenario: Scenario) -> dict[str, Any]:
    """The delegate does it to the user at the sede."""
    return {"by": scenario.delegate, "user": scenario.user, "sede": scenario.sede, "option": Option.PROFESIONAL}


def give_role(scenario: Scenario, *roles: str) -> None:
    for role in roles:
        make_assignment(scenario.user, scenario.sede, role, scenario.delegate)


def state_of(scenario: Scenario, *roles: str, until: Any = None) -> dict[str, Any]:
    """How history keeps these roles."""
    day = today().isoformat()
    return {"sede": scenario.sede.code, "roles": [{"role": role, "from": day, "until": until} for role in roles]}


# ---------------------------------------------------------------- roles


@case(Event.ROLES_GIVEN)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    activate_user(**here(scenario), roles=[ANULADOR])
    yield by_delegate(scenario, scenario.user, before=state_of(scenario), after=state_of(scenario, ANULADOR))


@case(Event.ROLES_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR)
    yield None
    update_roles(**here(scenario), roles=[JUNTA], expected_roles=[ANULADOR])
    yield by_delegate(scenario, scenario.user, before=state_of(scenario, ANULADOR), after=state_of(scenario, JUNTA))


@case(Event.ROLES_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR, JUNTA)
    yield None
    update_roles(**here(scenario), roles=[], expected_roles=[ANULADOR, JUNTA])
    yield by_delegate(scenario, scenario.user, before=state_of(scenario, ANULADOR, JUNTA), after=state_of(scenario))


@case(Event.ROLES_ENDED)
def by_something_else(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR)
    yield None
    end_roles(by=scenario.delegate, user=scenario.user, sede=scenario.sede, roles=[ANULADOR], cause="Porque sí.")
    yield by_delegate(
        scenario, scenario.user, before=state_of(scenario, ANULADOR), after=state_of(scenario) | {"cause": "Porque sí."}
    )


@case(Event.ROLES_CHANGED)
def by_the_ministry(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR, JUNTA)
    yield None
    end_assignment(by=scenario.ministry, assignment=scenario.user.assignments.get(role=JUNTA), reason="Oficio 42")
    cause = {"cause": "Lo terminó el Ministerio: Oficio 42"}
    before, after = state_of(scenario, ANULADOR, JUNTA), state_of(scenario, ANULADOR) | cause
    yield Expected(scenario.user, scenario.ministry, scenario.sede.entity, before, after, reason="Oficio 42")


@case(Event.ROLES_LAST_DAY_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR)
    yield None
    change_last_day(**here(scenario), role=ANULADOR, last=today())
    after = state_of(scenario, ANULADOR, until=today().isoformat())
    yield by_delegate(scenario, scenario.user, before=state_of(scenario, ANULADOR), after=after)


@case(Event.ROLES_PREVIEWED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    file = make_upload(by=scenario.delegate, file_name="a.xlsx", sha256="0" * 64, rows=list[SheetRow]())
    yield by_delegate(scenario, file, after={"sha256": "0" * 64, "rows": NO_ROWS, "looked_up": 0})


@case(Event.ROLES_UPLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    file = make_upload(by=scenario.delegate, file_name="a.xlsx", sha256="0" * 64, rows=list[SheetRow]())
    yield None
    apply_upload(by=scenario.delegate, upload=file, mode="todo")
    yield by_delegate(scenario, file, after={"sha256": "0" * 64, "mode": "todo", "rows": NO_ROWS})


# ---------------------------------------------------------------- looking up and taking away


@case(Event.USER_LOOKED_UP)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    person = scenario.user.person
    yield None
    look_up_user(by=scenario.delegate, document_type=person.document_type, document_number=person.document_number)
    yield by_delegate(scenario, scenario.user)


@case(Event.USER_NOT_FOUND)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    look_up_user(by=scenario.delegate, document_type="CC", document_number="1")
    yield by_delegate(scenario, scenario.sede.entity)


@case(Event.USERS_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    record_download(by=scenario.delegate, filters=["rol"], rows=3)
    yield by_delegate(scenario, scenario.sede.entity, after={"filters": ["rol"], "rows": 3})


@case(Event.NETWORK_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    record_download(by=scenario.delegate, filters=[], rows=0, event=Event.NETWORK_DOWNLOADED)
    yield by_delegate(scenario, scenario.sede.entity, after={"filters": [], "rows": 0})


@case(Event.CERTIFICATE_ISSUED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    give_role(scenario, ANULADOR)
    yield None
    issue_certificate(by=scenario.delegate, as_of=today(), user=scenario.user)
    after = {"as_of": today().isoformat(), "user": str(scenario.user.public_id), "roles": 1}
    yield by_delegate(scenario, Certificate.objects.get(), after=after)


# ---------------------------------------------------------------- networks


def eps() -> Account:
    entity = make_entity("EPS_C")
    make_sede(entity, code=entity.eps_code, municipality_id=None)
    return make_delegate(entity)


def since() -> dict[str, str]:
    return {"relation": "EPS_IPS", "from": today().isoformat()}


def until(users: int = 0, roles: int = 0) -> dict[str, Any]:
    return since() | {"until": today().isoformat(), "users": users, "roles": roles}


@case(Event.NETWORK_ASSOCIATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, member = eps(), scenario.sede.entity
    yield None
    associate(by=by, members=[member])
    yield Expected(member, by, by.entity, after=since())


@case(Event.NETWORK_DISSOCIATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, member = eps(), independent(scenario)
    associate(by=by, members=[member])
    sede = Sede.objects.get(entity=by.entity)
    activate_user(by=by, user=scenario.user, sede=sede, option=Option.INDEPENDIENTE, roles=["Rol_Prescriptor"])
    yield None
    dissociate(by=by, members=[member], expected_endings=1)
    yield Expected(member, by, by.entity, since(), until(users=1, roles=1), also=(Event.ROLES_ENDED,))


def independent(scenario: Scenario) -> Entity:
    """The user as an entity: a Profesional Independiente."""
    person = scenario.user.person
    entity = make_entity("PI", identification_type="CC", nit=person.document_number, name=str(person))
    make_sede(entity, provider_class="PI")
    return entity


@case(Event.NETWORK_DISSOCIATED)
def while_another_comes(scenario: Scenario) -> Iterator[Expected | None]:
    by, goes, comes = eps(), scenario.sede.entity, make_entity("PROV")
    make_sede(comes)
    associate(by=by, members=[goes])
    yield None
    change_network(by=by, associated=[comes], dissociated=[goes])
    yield Expected(goes, by, by.entity, since(), until(), also=(Event.NETWORK_ASSOCIATED,))
