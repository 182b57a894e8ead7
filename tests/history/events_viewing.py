"""Which row does each look of the Ministry at the portal as a delegate leave?"""

from collections.abc import Iterator

from accounts.actions.impersonation import end_viewing, end_viewings_that_are_over, start_viewing
from accounts.events import Event
from accounts.models.impersonation import Viewing
from tests.factories import make_session
from tests.history.scenario import Expected, Scenario, by_nobody, case

WHY = "Pidió ayuda por teléfono"


def seeing(scenario: Scenario) -> Viewing:
    start_viewing(by=scenario.ministry, account=scenario.delegate, session=make_session(scenario.ministry), reason=WHY)
    return Viewing.objects.get()


@case(Event.VIEW_AS_STARTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, session = scenario.ministry, make_session(scenario.ministry)
    yield None
    start_viewing(by=by, account=scenario.delegate, session=session, reason=WHY)
    yield Expected(scenario.delegate, by, scenario.sede.entity, after={"minutes": 30}, reason=WHY)


@case(Event.VIEW_AS_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    viewing = seeing(scenario)
    yield None
    end_viewing(viewing=viewing, by=scenario.ministry, why=Viewing.End.STOPPED)
    yield Expected(scenario.delegate, scenario.ministry, scenario.sede.entity, after={"end": "stopped"}, reason=WHY)


@case(Event.VIEW_AS_ENDED)
def by_itself(scenario: Scenario) -> Iterator[Expected | None]:
    viewing = seeing(scenario)
    assert viewing.session is not None
    viewing.session.ended_at = viewing.session.started_at
    viewing.session.save()
    yield None
    end_viewings_that_are_over()
    yield by_nobody(scenario, scenario.delegate, after={"end": "session"}, reason=WHY)
