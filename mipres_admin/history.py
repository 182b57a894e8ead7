"""How is an act written down? `record(...)`, inside the act's own transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from mipres_admin.models import HistoryEntry
from mipres_admin.origin import Origin, origin

__all__ = ["Act", "Origin", "origin", "record", "record_all"]
# the tenant of an act when nobody says another; None says that there is none
ACTORS_OWN: Any = object()


@dataclass(frozen=True)
class Act:
    """One act to be written down; `entity` is the tenant whose delegate may read it, None for none."""

    act: str
    thing: models.Model
    before: Any
    after: Any
    entity: Any = ACTORS_OWN


ROWS_A_STATEMENT = 1_000


def record_all(*, by: Any, acts: Iterable[Act]) -> list[HistoryEntry]:
    """Write one row of history for each act, in their order, and return them.

    `by` is the account that acts, or None for a command. Raises TransactionManagementError outside a transaction: an
    act without its history, or a history without its act, can not be kept.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("history.record() belongs in the transaction of the act.")
    here = origin.get()
    rows = [
        HistoryEntry(
            act=each.act,
            actor=by,
            entity=getattr(by, "entity", None) if each.entity is ACTORS_OWN else each.entity,
            object_type=each.thing._meta.label_lower,
            object_id=str(each.thing.pk),
            before=each.before,
            after=each.after,
            address=here.address,
            request_id=here.request_id,
        )
        for each in acts
    ]
    return HistoryEntry.objects.bulk_create(rows, batch_size=ROWS_A_STATEMENT)


def record(
    *, by: Any, act: str, thing: models.Model, before: Any, after: Any, entity: Any = ACTORS_OWN
) -> HistoryEntry:
    """Write the one row of history of an act and return it; see `record_all`."""
    (entry,) = record_all(by=by, acts=[Act(act, thing, before, after, entity)])
    return entry
