"""What does the Ministry see of the history? Every event, its place in the chain, and a workbook of them."""

from collections.abc import Iterator
from itertools import batched
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from mipres_admin.backoffice.admin_base import ReadOnlyAdmin
from mipres_admin.excel.writer import ROWS_AT_ONCE, Column, fetched, texts_of
from mipres_admin.formatting import format_moment
from mipres_admin.forms import used_filters
from mipres_admin.history import chain
from mipres_admin.history.forms import HistoryForm
from mipres_admin.history.models import HistoryEntry, HistoryLink, HistoryQuerySet, HistorySeal
from mipres_admin.history.presenters import cell_text, diff, model_of, object_type_label, present, with_reason
from mipres_admin.history.workbook import history_workbook
from mipres_admin.paging import page_of

COUNTED_TO = 10_000

type Linked = tuple[HistoryEntry, HistoryLink | None]

COLUMNS: tuple[Column[Linked], ...] = (
    Column("ACTO NÚMERO", 14, lambda row: str(row[0].pk)),
    Column("FECHA", 22, lambda row: format_moment(row[0].at, seconds=True)),
    Column("ACTO", 40, lambda row: row[0].event_label),
    Column("USUARIO", 20, lambda row: row[0].actor.login if row[0].actor else ""),
    Column("NOMBRE", 34, lambda row: row[0].actor.display_name if row[0].actor else ""),
    Column("NIT ENTIDAD", 16, lambda row: row[0].entity.nit if row[0].entity else ""),
    Column("ENTIDAD", 40, lambda row: str(row[0].entity) if row[0].entity else ""),
    Column("OBJETO", 26, lambda row: object_type_label(row[0])),
    Column("IDENTIFICADOR", 20, lambda row: row[0].object_id),
    Column("MOTIVO", 40, lambda row: row[0].reason),
    Column("ANTES", 50, lambda row: cell_text(row[0].before)),
    Column("DESPUÉS", 50, lambda row: cell_text(with_reason(row[0]))),
    Column("DIRECCIÓN", 18, lambda row: row[0].address or ""),
    Column("PETICIÓN", 34, lambda row: row[0].request_id),
    Column("DÍA EN LA CADENA", 18, lambda row: row[1].day.isoformat() if row[1] else ""),
    Column("POSICIÓN", 12, lambda row: str(row[1].position) if row[1] else ""),
    Column("ESLABÓN (SHA-256)", 68, lambda row: row[1].sha256 if row[1] else ""),
)


def rows_of(events: HistoryQuerySet) -> Iterator[tuple[str, ...]]:
    """One row of text for each event, in the order of the list, each with its place in the chain."""
    for batch in batched(fetched(events), ROWS_AT_ONCE, strict=False):
        links = {link.entry_id: link for link in HistoryLink.objects.filter(entry_id__in=[entry.pk for entry in batch])}
        yield from texts_of(COLUMNS, ((entry, links.get(entry.pk)) for entry in batch))


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
        rows = present(page.rows)
        context = {"title": "Historia", "form": form, "page": page, "rows": rows, "filter": used_filters(form)}
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
        (row,) = present([entry])
        context = {
            "title": entry.event_label,
            "entry": entry,
            "row": row,
            "pairs": diff(entry.before, with_reason(entry), row.names),
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
        back = reverse("admin:history_historyentry_changelist")
        return history_workbook(request, self._filtered(request), COLUMNS, rows_of, back=back, entity=None)


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
