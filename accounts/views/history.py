"""Historia: what was done in an entity, by whom and when, to read and to take away."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.acts import told
from accounts.exports import ACT_COLUMNS, act_rows
from accounts.forms.history import EntityActsForm
from accounts.logins import DELEGATE_KINDS
from accounts.requests import AccountRequest, DelegateRequest
from entities.models import Entity
from mipres_admin.access import SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.actions import record_history_download
from mipres_admin.excel.writer import LAST_ROW, download
from mipres_admin.models import HistoryEntry, HistoryQuerySet
from mipres_admin.paging import count_to, page_of

COUNTED_TO = 10_000


def _asked(request: AccountRequest[Any], entity: Entity) -> tuple[EntityActsForm, HistoryQuerySet]:
    """The form of the address and the entity's acts that it asks for; a wrong filter finds none."""
    form = EntityActsForm(request.GET, entity=entity)
    acts = HistoryEntry.objects.visible_to(entity).select_related("actor__person", "actor__entity")
    return form, form.chosen(acts) if form.is_valid() else acts.none()


def history_page(request: AccountRequest[Any], entity: Entity, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of one entity's history; whoever calls has seen to it that the reader may read it."""
    form, acts = _asked(request, entity)
    page = page_of(request, acts, "at", newest_first=True, counted_to=COUNTED_TO)
    used = {name: value for name, value in form.data.items() if value and name in form.fields}
    here = {"entity": entity, "form": form, "page": page, "acts": told(page.rows, entity), "filter": urlencode(used)}
    return render(request, template, here | context)


def history_workbook(request: AccountRequest[Any], entity: Entity, back: str) -> HttpResponseBase:
    """The workbook of the acts that the filter asks for, itself an act; or `back` to the page that says why not."""
    form, acts = _asked(request, entity)
    back = f"{back}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(back)
    acts = acts.so_far()
    count = count_to(acts, LAST_ROW - 1)
    if count >= LAST_ROW:
        most = f"{LAST_ROW - 1:,}".replace(",", ".")
        messages.error(
            request,
            f"El Excel debe tener máximo {most} actos y los filtros encuentran más. Elija un rango de fechas más corto "
            "y descárguelo por partes.",
        )
        return redirect(back)
    filters = form.written()
    record_history_download(by=request.account, thing=entity, entity=entity, filters=filters, rows=count)
    return download("historia.xlsx", "Historia", ACT_COLUMNS, act_rows(acts.order_by("-at", "-id"), entity), count)


@delegate_of(
    *DELEGATE_KINDS,
    methods=SAFE,
    menu=MenuEntry("Historia", "Vea qué se hizo en su entidad, quién y cuándo; descargue el Excel.", "file", order=90),
    viewable=Viewable.YES,
)
def history(request: DelegateRequest) -> HttpResponse:
    """ "Historia" of the delegate's own entity."""
    return history_page(request, request.entity, "accounts/history.html", {})


@delegate_of(*DELEGATE_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_history(request: DelegateRequest) -> HttpResponseBase:
    """Its workbook."""
    return history_workbook(request, request.entity, reverse("history"))
