"""Which row does each action of the frame leave?"""

from collections.abc import Iterator

from django.db.models.functions import Now

from mipres_admin.actions import record_history_download
from mipres_admin.delivery import try_again
from mipres_admin.models import OutgoingMail
from tests.history.stage import Expected, Stage, act, of_delegate


@act("history.downloaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    entity = stage.sede.entity
    yield None
    record_history_download(by=stage.delegate, thing=entity, entity=entity, filters={"acto": "x"}, rows=3)
    yield of_delegate(stage, entity, after={"filters": {"acto": "x"}, "rows": 3})


@act("mail.retried")
def _(stage: Stage) -> Iterator[Expected | None]:
    mail = OutgoingMail.objects.create(
        recipient="a@b.example", template="roles_changed", text="Hola", state="failed", given_up_at=Now()
    )
    by = stage.ministry
    yield None
    try_again(by=by, mail=mail, reason="El servidor volvió")
    yield Expected(mail, by, None, {"state": "failed"}, {"state": "pending", "reason": "El servidor volvió"})
