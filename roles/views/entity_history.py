"""Historia: what was done in an entity, by whom and when, as a page and as a workbook."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.requests import AccountRequest, DelegateRequest
from accounts.usernames import DELEGATE_KINDS
from entities.models import Entity
from mipres_admin.access.declarations import SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.forms import used_filters
from mipres_admin.history import workbook
from mipres_admin.history.models import HistoryEntry, HistoryQuerySet
from mipres_admin.paging import page_of
from roles.exports import EVENT_COLUMNS, event_rows
from roles.forms.entity_history import EntityHistoryForm
from roles.page_content.entity_history import present

COUNTED_TO = 10_000


def _filtered(request: AccountRequest[Any], entity: Entity) -> tuple[EntityHistoryForm, HistoryQuerySet]:
    """The form of the address and the entity's events that match it; none for a wrong filter."""
    form = EntityHistoryForm(request.GET, entity=entity)
    events = HistoryEntry.objects.visible_to(entity).select_related("actor__person")
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
    rows_of = partial(event_rows, entity=entity)
    return workbook.history_workbook(
        request, _filtered(request, entity), EVENT_COLUMNS, rows_of, back=back, entity=entity
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
