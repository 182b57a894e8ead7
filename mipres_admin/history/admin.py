"""What does the Ministry see of the history? Every event, its place in the chain, and a workbook of them."""

from collections.abc import Iterator
from itertools import batched
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from mipres_admin.backoffice.admin_base import ReadOnlyAdmin
from mipres_admin.excel.writer import LAST_ROW, Column, download
from mipres_admin.history import chain
from mipres_admin.history.actions import record_history_download
from mipres_admin.history.forms import HistoryForm
from mipres_admin.history.models import HistoryEntry, HistoryLink, HistoryQuerySet, HistorySeal
from mipres_admin.history.presenters import cell_text, diff, model_of, object_type_label, present, with_reason
from mipres_admin.paging import count_to, page_of

COUNTED_TO = 10_000
CHUNK = 2_000
COLUMNS = (
    Column("ACTO NÚMERO", 14),
    Column("FECHA", 22),
    Column("ACTO", 40),
    Column("CÓDIGO DEL ACTO", 26),
    Column("USUARIO", 20),
    Column("NOMBRE", 34),
    Column("NIT ENTIDAD", 16),
    Column("ENTIDAD", 40),
    Column("OBJETO", 26),
    Column("IDENTIFICADOR", 20),
    Column("MOTIVO", 40),
    Column("ANTES", 50),
    Column("DESPUÉS", 50),
    Column("DIRECCIÓN", 18),
    Column("PETICIÓN", 34),
    Column("DÍA EN LA CADENA", 18),
    Column("POSICIÓN", 12),
    Column("ESLABÓN (SHA-256)", 68),
)


def _cells(entry: Any, link: HistoryLink | None) -> tuple[str, ...]:
    actor, entity = entry.actor, entry.entity
    return (
        str(entry.pk),
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.event_label,
        entry.event,
        actor.login if actor else "",
        actor.display_name if actor else "",
        entity.nit if entity else "",
        entity.name if entity else "",
        object_type_label(entry),
        entry.object_id,
        entry.reason,
        cell_text(entry.before),
        cell_text(with_reason(entry)),
        entry.address or "",
        entry.request_id,
        link.day.isoformat() if link else "",
        str(link.position) if link else "",
        link.sha256 if link else "",
    )


def rows_of(events: HistoryQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text for each event, in the order of the list, each with its place in the chain."""
    # outside a transaction PostgreSQL would hold the whole list before it gives the first row
    with transaction.atomic():
        for batch in batched(events.iterator(chunk_size=CHUNK), CHUNK, strict=False):
            ids = [entry.pk for entry in batch]
            links = {link.entry_id: link for link in HistoryLink.objects.filter(entry_id__in=ids)}
            yield from (_cells(entry, links.get(entry.pk)) for entry in batch)


@admin.register(HistoryEntry)
class HistoryEntryAdmin(ReadOnlyAdmin):
    """Pages of its own: Django's list counts and skips rows, which is too slow in a table that only grows."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("descargar/", view, name="history_historyentry_download"), *super().get_urls()]

    def _filtered(self, request: HttpRequest) -> tuple[HistoryForm, HistoryQuerySet]:
        """The form of the query string and the events that it finds; an invalid filter finds none."""
        form = HistoryForm(request.GET)
        events = HistoryEntry.objects.select_related("actor__person", "entity")
        return form, form.filtered(events) if form.is_valid() else events.none()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, events = self._filtered(request)
        page = page_of(request, events, "at", newest_first=True, counted_to=COUNTED_TO)
        used = {name: value for name, value in form.data.items() if value and name in form.fields}
        rows = present(page.rows)
        context = {"title": "Historia", "form": form, "page": page, "rows": rows, "filter": urlencode(used)}
        context["may_export"] = request.user.has_perm("history.export_history")
        return self.page(request, "admin/history/events.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        link = HistoryLink.objects.filter(entry_id=entry.pk).first()
        context = {
            "title": entry.event_label,
            "entry": entry,
            "row": present([entry])[0],
            "pairs": diff(entry.before, with_reason(entry)),
            "link": link,
            "matches_link": link is not None and chain.matches_link(entry.pk),
            "sealed": link is not None and HistorySeal.objects.filter(day=link.day).exists(),
            "object_url": self._object_url(request, entry),
        }
        return self.page(request, "admin/history/event.html", context)

    def _object_url(self, request: HttpRequest, entry: HistoryEntry) -> str:
        """The admin page of the object, for those who may open it."""
        model = model_of(entry.object_type)
        if model is None or not self.admin_site.is_registered(model):
            return ""
        if not self.admin_site.get_model_admin(model).has_view_permission(request):
            return ""
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[entry.object_id])

    def download_view(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm("history.export_history"):
            raise PermissionDenied
        form, events = self._filtered(request)
        back = f"{reverse('admin:history_historyentry_changelist')}?{request.GET.urlencode()}"
        if not form.is_valid():
            return redirect(back)
        events = events.so_far()
        count = count_to(events, LAST_ROW - 1)
        if count >= LAST_ROW:
            messages.error(
                request,
                f"El Excel debe tener máximo {LAST_ROW - 1:,} actos y los filtros encuentran más. Elija un rango de "
                "fechas más corto y descárguelo por partes.".replace(",", "."),
            )
            return redirect(back)
        by: Any = request.user
        record_history_download(by=by, obj=by, entity=None, filters=form.recorded_filters(), rows=count)
        return download("historia.xlsx", "Historia", COLUMNS, rows_of(events.order_by("-at", "-id")), count)


@admin.register(HistoryLink)
class HistoryLinkAdmin(ReadOnlyAdmin):
    """The newest links; an older one by the number of its event."""

    list_display = ("id", "entry_id", "day", "position", "sha256")
    search_fields: ClassVar = ("=entry_id",)
    search_help_text = "Número del acto. Sin él se muestran los 10.000 eslabones más recientes."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(HistorySeal)
class HistorySealAdmin(ReadOnlyAdmin):
    list_display = ("day", "links", "sha256", "mac")
    ordering = ("-day",)
    sortable_by = ()
