"""How does an action record its event? With `record(...)`, in its own transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from mipres_admin.history import event_registry
from mipres_admin.history.models import HistoryEntry
from mipres_admin.origin import origin

# the default entity of an event; None says that it has none
ACTORS_ENTITY: Any = object()
BATCH_SIZE = 1_000


@dataclass(frozen=True)
class EventRow:
    """One event to record; `entity` is the tenant whose delegate may read it, None for none."""

    event: models.TextChoices
    obj: models.Model
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    entity: Any = ACTORS_ENTITY
    reason: str = ""


def record_all(*, by: Any, events: Iterable[EventRow]) -> list[HistoryEntry]:
    """Write one row of history for each event, in their order, and return them.

    `by` is the account that acts, or None for a command. Raises ValueError for an event that no app registered or
    that requires a reason and has none, and TransactionManagementError outside a transaction: a change and its event
    are saved together or not at all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("history.record() must run in the transaction of the change.")
    request = origin.get()
    rows = []
    for row in events:
        event_registry.check(row.event, row.reason)
        rows.append(
            HistoryEntry(
                event=row.event,
                actor=by,
                entity=getattr(by, "entity", None) if row.entity is ACTORS_ENTITY else row.entity,
                object_type=row.obj._meta.label_lower,
                object_id=str(row.obj.pk),
                before=row.before,
                after=row.after,
                reason=row.reason,
                address=request.address,
                request_id=request.request_id,
            )
        )
    return HistoryEntry.objects.bulk_create(rows, batch_size=BATCH_SIZE)


def record(
    *,
    by: Any,
    event: models.TextChoices,
    obj: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    entity: Any = ACTORS_ENTITY,
    reason: str = "",
) -> HistoryEntry:
    """Write the row of history of one event and return it; see `record_all`."""
    (entry,) = record_all(by=by, events=[EventRow(event, obj, before or {}, after or {}, entity, reason)])
    return entry
