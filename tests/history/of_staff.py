"""Which row does each deed on the Ministry's own people leave?"""

from collections.abc import Iterator
from dataclasses import replace

from accounts.actions.staff import StaffDetails, change_groups, close_staff, make_staff, reopen_staff
from tests.cast import make_session
from tests.cast import make_staff as staff
from tests.history.stage import Expected, Stage, act

WHY = "Entró a la mesa de ayuda"
DETAILS = StaffDetails("APEREZ", "aperez@minsalud.example", "CC", "1025000777", "Ana", "", "Pérez", "Gil")


@act("staff.made")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = stage.ministry
    yield None
    account = make_staff(by=by, details=replace(DETAILS), groups=["soporte"], reason=WHY)
    yield Expected(account, by, None, {}, {"groups": ["soporte"], "reason": WHY}, beside=("password.link_sent",))


@act("staff.groups_changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, account = stage.ministry, staff("soporte")
    yield None
    change_groups(by=by, account=account, groups=["revisor", "cargador"], seen=["soporte"], reason=WHY)
    after = {"groups": ["cargador", "revisor"], "reason": WHY}
    yield Expected(account, by, None, {"groups": ["soporte"]}, after)


@act("staff.closed")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, account = stage.ministry, staff("soporte")
    make_session(account)
    yield None
    close_staff(by=by, account=account, reason=WHY)
    yield Expected(account, by, None, {"active": True}, {"active": False, "sessions_ended": 1, "reason": WHY})


@act("staff.reopened")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, account = stage.ministry, staff("soporte", is_active=False)
    yield None
    reopen_staff(by=by, account=account, reason=WHY)
    yield Expected(account, by, None, {"active": False}, {"active": True, "reason": WHY})
