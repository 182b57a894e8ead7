"""Historia: what was done in an entity, by whom and when, as a page and as a workbook."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.requests import AccountRequest, DelegateRequest
from accounts.usernames import DELEGATE_KINDS
from entities.models import Entity
from mipres_admin.access.declarations import SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.excel.writer import LAST_ROW, download
from mipres_admin.formatting import format_number
from mipres_admin.forms import used_filters
from mipres_admin.history.actions import record_history_download
from mipres_admin.history.models import HistoryEntry, HistoryQuerySet
from mipres_admin.paging import count_to, page_of
from roles.exports import EVENT_COLUMNS, event_rows
from roles.forms.entity_history import EntityHistoryForm
from roles.page_content.entity_history import present

COUNTED_TO = 10_000


def _filtered(request: AccountRequest[Any], entity: Entity) -> tuple[EntityHistoryForm, HistoryQuerySet]:
    """The form of the address and the entity's events that match it; none for a wrong filter."""
    form = EntityHistoryForm(request.GET, entity=entity)
    events = HistoryEntry.objects.visible_to(entity).select_related("actor__person", "actor__entity")
    return form, form.filtered(events) if form.is_valid() else events.none()


def history_page(request: AccountRequest[Any], entity: Entity, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of one entity's history; the caller has checked that the reader may read it."""
    form, events = _filtered(request, entity)
    page = page_of(request, events, "at", newest_first=True, counted_to=COUNTED_TO)
    rows = present(page.rows, entity)
    own = {"entity": entity, "form": form, "page": page, "rows": rows, "filter": used_filters(form)}
    return render(request, template, own | context)


def history_workbook(request: AccountRequest[Any], entity: Entity, back: str) -> HttpResponseBase:
    """The workbook of the events that match the filter, or `back` to the page that says why not."""
    form, events = _filtered(request, entity)
    back = f"{back}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(back)
    events = events.so_far()
    count = count_to(events, LAST_ROW - 1)
    if count >= LAST_ROW:
        most = format_number(LAST_ROW - 1)
        messages.error(
            request,
            f"El Excel debe tener máximo {most} actos y los filtros encuentran más. Elija un rango de fechas más corto "
            "y descárguelo por partes.",
        )
        return redirect(back)
    filters = form.recorded_filters()
    record_history_download(by=request.account, obj=entity, entity=entity, filters=filters, rows=count)
    return download(
        "historia.xlsx", "Historia", EVENT_COLUMNS, event_rows(events.order_by("-at", "-id"), entity), count
    )


@delegate_of(
    *DELEGATE_KINDS,
    methods=SAFE,
    menu=MenuEntry("Historia", "Vea qué se hizo en su entidad, quién y cuándo; descargue el Excel.", "file", order=90),
    viewable=Viewable.YES,
)
def history(request: DelegateRequest) -> HttpResponse:
    return history_page(request, request.entity, "roles/history.html", {})


@delegate_of(*DELEGATE_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_history(request: DelegateRequest) -> HttpResponseBase:
    return history_workbook(request, request.entity, reverse("history"))
