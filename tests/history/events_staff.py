"""Which row does each action on the Ministry's staff accounts leave?"""

from collections.abc import Iterator
from dataclasses import replace

from accounts.actions.staff import StaffDetails, change_groups, close_staff, create_staff, reopen_staff
from accounts.events import Event
from tests.factories import make_session
from tests.factories import make_staff as staff
from tests.history.scenario import Expected, Scenario, case

WHY = "Entró a la mesa de ayuda"
DETAILS = StaffDetails("APEREZ", "aperez@minsalud.example", "CC", "1025000777", "Ana", "", "Pérez", "Gil")


@case(Event.STAFF_CREATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = scenario.ministry
    yield None
    account = create_staff(by=by, details=replace(DETAILS), groups=["soporte"], reason=WHY)
    yield Expected(account, by, None, {}, {"groups": ["soporte"]}, also=(Event.PASSWORD_LINK_SENT,), reason=WHY)


@case(Event.STAFF_GROUPS_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, account = scenario.ministry, staff("soporte")
    yield None
    change_groups(by=by, account=account, groups=["revisor", "cargador"], expected_groups=["soporte"], reason=WHY)
    after = {"groups": ["cargador", "revisor"]}
    yield Expected(account, by, None, {"groups": ["soporte"]}, after, reason=WHY)


@case(Event.STAFF_CLOSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, account = scenario.ministry, staff("soporte")
    make_session(account)
    yield None
    close_staff(by=by, account=account, reason=WHY)
    yield Expected(account, by, None, {"active": True}, {"active": False, "sessions_ended": 1}, reason=WHY)


@case(Event.STAFF_REOPENED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, account = scenario.ministry, staff("soporte", is_active=False)
    yield None
    reopen_staff(by=by, account=account, reason=WHY)
    yield Expected(account, by, None, {"active": False}, {"active": True}, reason=WHY)
