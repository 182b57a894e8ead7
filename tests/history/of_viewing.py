"""Which row does each look of the Ministry at the portal as a delegate leave?"""

from collections.abc import Iterator

from accounts.actions.viewing import end_viewing, end_viewings_that_are_over, start_viewing
from accounts.viewing.models import Viewing
from tests.cast import make_session
from tests.history.stage import Expected, Stage, act, by_nobody

WHY = "Pidió ayuda por teléfono"


def seeing(stage: Stage) -> Viewing:
    start_viewing(by=stage.ministry, account=stage.delegate, session=make_session(stage.ministry), reason=WHY)
    return Viewing.objects.get()


@act("view_as.started")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, session = stage.ministry, make_session(stage.ministry)
    yield None
    start_viewing(by=by, account=stage.delegate, session=session, reason=WHY)
    yield Expected(stage.delegate, by, stage.sede.entity, after={"reason": WHY, "minutes": 30})


@act("view_as.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    viewing = seeing(stage)
    yield None
    end_viewing(viewing=viewing, by=stage.ministry, why=Viewing.End.STOPPED)
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, after={"end": "stopped", "reason": WHY})


@act("view_as.ended")
def by_itself(stage: Stage) -> Iterator[Expected | None]:
    viewing = seeing(stage)
    assert viewing.session is not None
    viewing.session.ended_at = viewing.session.started_at
    viewing.session.save()
    yield None
    end_viewings_that_are_over()
    yield by_nobody(stage, stage.delegate, after={"end": "session", "reason": WHY})
