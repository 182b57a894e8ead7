"""What is done with the frame's own things? A part of the history is taken away, and that is history too."""

from typing import Any

from django.db import models, transaction

from mipres_admin import history


@transaction.atomic
def record_history_download(
    *, by: Any, thing: models.Model, entity: models.Model | None, filters: dict[str, Any], rows: int
) -> None:
    """Write down that acts left the portal: with which filters (never the words that name a person), and how many.

    `thing` is whose history it was: the entity's, or, for the whole portal's, the account that took it.
    """
    after = {"filters": filters, "rows": rows}
    history.record(by=by, act="history.downloaded", thing=thing, entity=entity, before={}, after=after)
