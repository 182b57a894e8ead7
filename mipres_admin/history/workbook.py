"""How is history downloaded? As a workbook of the events that a form finds; the download is an event too."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db import models
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from mipres_admin.excel.writer import LAST_ROW, Column, download
from mipres_admin.formatting import format_number
from mipres_admin.history.actions import record_history_download
from mipres_admin.history.forms import BaseHistoryForm
from mipres_admin.history.models import HistoryQuerySet
from mipres_admin.paging import count_to


def history_workbook(
    request: Any,
    found: tuple[BaseHistoryForm, HistoryQuerySet],
    columns: Sequence[Column],
    rows_of: Callable[[HistoryQuerySet], Iterator[tuple[str, ...]]],
    *,
    back: str,
    entity: models.Model | None,
) -> HttpResponseBase:
    """The workbook of the events that a form found, or a redirect to the page `back`, which says why not.

    `entity` is the one whose history it is, None for that of the whole portal.
    """
    form, events = found
    back = f"{back}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(back)
    events = events.so_far()
    count = count_to(events, LAST_ROW - 1)
    if count >= LAST_ROW:
        messages.error(
            request,
            f"El Excel debe tener máximo {format_number(LAST_ROW - 1)} actos y los filtros encuentran más. Elija un "
            "rango de fechas más corto y descárguelo por partes.",
        )
        return redirect(back)
    by, filters = request.user, form.recorded_filters()
    record_history_download(by=by, obj=entity or by, entity=entity, filters=filters, rows=count)
    return download("historia.xlsx", "Historia", columns, rows_of(events.order_by("-at", "-id")), count)
