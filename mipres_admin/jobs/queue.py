"""How does a worker take the next row of a queue, and what if its work fails? Each row has its own transaction.

A worker that dies changes nothing: its row is unlocked again, as it was before.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.db import models, transaction


class Postponed(Exception):
    """Raised by work that is to be undone and done another time, as if it had not begun."""


class Result(NamedTuple):
    """The error of the work, or None when it was done."""

    error: Exception | None

    @property
    def is_done(self) -> bool:
        return self.error is None


def run_next[Row: models.Model](
    rows: models.QuerySet[Row], work: Callable[[Row], object], on_error: Callable[[Row, Exception], object]
) -> Result | None:
    """Do `work(row)` for the first row that no other worker has locked; None without such a row, or when postponed.

    Work that raises is undone; `on_error(row, error)` then records, in the same transaction, what comes next. What
    `on_error` raises undoes everything. Record only the kind of an error: its text may quote personal data.
    """
    with transaction.atomic():
        row = rows.select_for_update(skip_locked=True, no_key=True).first()
        if row is None:
            return None
        try:
            with transaction.atomic():
                work(row)
        except Postponed:
            return None
        except Exception as error:
            on_error(row, error)
            return Result(error)
        return Result(None)
