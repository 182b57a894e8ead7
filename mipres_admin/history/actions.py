"""Record that a part of the history was downloaded."""

from typing import Any

from django.db import models, transaction

from mipres_admin.history.events import Event
from mipres_admin.history.recording import record


@transaction.atomic
def record_history_download(
    *, by: Any, obj: models.Model, entity: models.Model | None, filters: dict[str, Any], rows: int
) -> None:
    """Record that events left the portal: with which filters (never the words that name a person), and how many.

    `obj` is whose history it was: the entity, or, for the whole portal's, the account that downloads it.
    """
    after = {"filters": filters, "rows": rows}
    record(by=by, event=Event.HISTORY_DOWNLOADED, obj=obj, entity=entity, after=after)
