"""Which row does each impersonation of a delegate leave?"""

from collections.abc import Iterator

from accounts.actions.impersonation import end_expired_impersonations, end_impersonation, start_impersonation
from accounts.events import Event
from accounts.models import Impersonation
from tests.factories import make_session
from tests.history.scenario import Expected, Scenario, by_nobody, case

WHY = "Pidió ayuda por teléfono"


def seeing(scenario: Scenario) -> Impersonation:
    start_impersonation(
        by=scenario.ministry, account=scenario.delegate, session=make_session(scenario.ministry), reason=WHY
    )
    return Impersonation.objects.get()


@case(Event.IMPERSONATION_STARTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, session = scenario.ministry, make_session(scenario.ministry)
    yield None
    start_impersonation(by=by, account=scenario.delegate, session=session, reason=WHY)
    yield Expected(scenario.delegate, by, scenario.sede.entity, after={"minutes": 30}, reason=WHY)


@case(Event.IMPERSONATION_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    impersonation = seeing(scenario)
    yield None
    end_impersonation(impersonation=impersonation, by=scenario.ministry, why=Impersonation.End.STOPPED)
    yield Expected(scenario.delegate, scenario.ministry, scenario.sede.entity, after={"end": "stopped"}, reason=WHY)


@case(Event.IMPERSONATION_ENDED)
def by_itself(scenario: Scenario) -> Iterator[Expected | None]:
    impersonation = seeing(scenario)
    assert impersonation.session is not None
    impersonation.session.ended_at = impersonation.session.started_at
    impersonation.session.save()
    yield None
    end_expired_impersonations()
    yield by_nobody(scenario, scenario.delegate, after={"end": "session"}, reason=WHY)
