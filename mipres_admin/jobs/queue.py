"""How is waiting work done once, and again after it failed? `run_next`: each row in a transaction of its own.

A worker that dies leaves nothing behind: its row is free again, as it was before.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.db import models, transaction


class Left(Exception):
    """Raised by work that is to be undone and left for another turn, as if nobody had begun it."""


class Result(NamedTuple):
    """What became of a row: done, or failed with this error."""

    error: Exception | None

    @property
    def is_done(self) -> bool:
        return self.error is None


def run_next[Row: models.Model](
    rows: models.QuerySet[Row], work: Callable[[Row], object], failed: Callable[[Row, Exception], object]
) -> Result | None:
    """Do `work(row)` for the first row that no other worker holds; None when there is no such row, or it is left.

    Work that raises is undone; `failed(row, error)` then writes down, in the same transaction, what comes next. What
    `failed` raises undoes everything. Record the kind of an error only: its text may quote personal data.
    """
    with transaction.atomic():
        row = rows.select_for_update(skip_locked=True, no_key=True).first()
        if row is None:
            return None
        try:
            with transaction.atomic():
                work(row)
        except Left:
            return None
        except Exception as error:
            failed(row, error)
            return Result(error)
        return Result(None)
