"""How is an act written down? `record(...)`, inside the act's own transaction."""

from typing import Any

from django.db import models, transaction

from mipres_admin.models import HistoryEntry
from mipres_admin.origin import Origin, origin

__all__ = ["Origin", "origin", "record"]


def record(*, by: Any, act: str, thing: models.Model, before: Any, after: Any, entity: Any = None) -> HistoryEntry:
    """Write one row of history and return it.

    `by` is the account that acts, or None for a command; `entity` is the tenant whose delegate may read the row,
    the actor's own by default. Raises TransactionManagementError outside a transaction: an act without its
    history, or a history without its act, can not be kept.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("history.record() belongs in the transaction of the act.")
    here = origin.get()
    return HistoryEntry.objects.create(
        act=act,
        actor=by,
        entity=entity or getattr(by, "entity", None),
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk),
        before=before,
        after=after,
        address=here.address,
        request_id=here.request_id,
    )
