"""Record that a part of the history was downloaded."""

from typing import Any

from django.db import models, transaction

from mipres_admin.history.events import Event
from mipres_admin.history.recording import record


@transaction.atomic
def record_history_download(
    *, by: Any, obj: models.Model, entity: models.Model | None, filters: dict[str, Any], rows: int
) -> None:
    """Record a download of events: its filters (without the words that name a person) and its number of rows.

    `obj` is the entity whose history it was; for the history of the whole portal, the account that downloads it.
    """
    after = {"filters": filters, "rows": rows}
    record(by=by, event=Event.HISTORY_DOWNLOADED, obj=obj, entity=entity, after=after)
