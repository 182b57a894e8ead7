"""Which row of history does each action of `mipres_admin` leave?"""

from collections.abc import Iterator

from django.db.models.functions import Now

from mipres_admin.history.actions import record_history_download
from mipres_admin.history.events import Event
from mipres_admin.outbox.delivery import retry
from mipres_admin.outbox.events import Event as MailEvent
from mipres_admin.outbox.models import OutgoingMail
from tests.history.scenario import Expected, Scenario, by_delegate, case


@case(Event.HISTORY_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    entity = scenario.sede.entity
    yield None
    record_history_download(by=scenario.delegate, obj=entity, entity=entity, filters={"acto": "x"}, rows=3)
    yield by_delegate(scenario, entity, after={"filters": {"acto": "x"}, "rows": 3})


@case(MailEvent.MAIL_RETRIED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    mail = OutgoingMail.objects.create(
        recipient="a@b.example", template="roles_changed", text="Hola", state="failed", given_up_at=Now()
    )
    by = scenario.ministry
    yield None
    retry(by=by, mail=mail, reason="El servidor volvió")
    yield Expected(mail, by, None, {"state": "failed"}, {"state": "pending"}, reason="El servidor volvió")
