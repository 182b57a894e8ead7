"""How does the Ministry load registries in the admin? Upload, preview, apply, progress, report, undo; all loads."""

import csv
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from mipres_admin.access.bodies import Upload
from mipres_admin.access.declarations import staff
from mipres_admin.backoffice.admin_base import ObjectAction, ObjectActionsAdmin, column
from mipres_admin.backoffice.filters import ChoiceFilter
from mipres_admin.excel import writer
from mipres_admin.formatting import format_moment
from registries import actions
from registries.forms import MAX_FILE_SIZE, ApplyForm, LoadForm, UploadForm
from registries.loading.report import ROW_LABELS, count_labels
from registries.loading.undo import undo_summary
from registries.models import RegistryLoad, RegistryProgress, RegistryReport
from registries.queue import is_loading
from registries.registry import registry_choices
from registries.rules import BOXES

State = RegistryLoad.State
MAX_SHOWN = 20
READING_SHARE = 0.8
"""How much of the progress bar is the reading of the file; the rest is the writing."""
USUAL_WAIT = timedelta(minutes=2)
LATE = "Sigue en cola: hay otra carga en marcha, o el worker está detenido. Avise a quien opera el portal."
UNDONE_LABELS = {
    "restored": "filas que volvieron a como estaban",
    "deleted": "filas nuevas borradas",
    "in_use": "filas nuevas que se quedan porque ya se usan",
    "skipped": "filas que se dejan porque cambiaron después",
}


def _undo_preview(load: RegistryLoad) -> str:
    summary = undo_summary(load)
    return f"Volverían a como estaban {summary['restored']} filas y se borrarían {summary['deleted']} nuevas."


def _apply_preview(load: RegistryLoad) -> str:
    report = RegistryReport.objects.filter(load=load).first()
    return " ".join(report.notes) if report else ""


APPLY = ObjectAction(
    slug="aplicar",
    label="Aplicar",
    confirmation=(
        "El registro del portal queda como dice el archivo: lo que falta en él se cierra, y los roles que dependan de "
        "lo cerrado terminan. Lo hace el portal en segundo plano, todo o nada."
    ),
    permission="registries.load_registry",
    success_message="La carga quedó pedida: esta página muestra el avance.",
    is_available=lambda load: load.state == State.PREVIEWED,
    perform=actions.queue_load,
    argument="load",
    form=ApplyForm,
    initial=lambda load: {"reason": load.reason},
    preview=_apply_preview,
)
CANCEL = ObjectAction(
    slug="cancelar",
    label="Cancelar",
    confirmation="El archivo se borra y no se aplica. Nada del registro ha cambiado.",
    permission="registries.load_registry",
    success_message="La carga quedó cancelada y su archivo borrado.",
    is_available=lambda load: load.state in RegistryLoad.CANCELLABLE,
    perform=actions.cancel_load,
    argument="load",
    form=LoadForm,
)
UNDO = ObjectAction(
    slug="deshacer",
    label="Deshacer",
    confirmation=(
        "El registro vuelve a como estaba antes de esta carga, y los roles que ella terminó vuelven. Lo que otros "
        "cambiaron después no se toca: el informe lo nombra. Lo hace el portal en segundo plano."
    ),
    permission="registries.undo_load",
    success_message="Quedó pedido: esta página muestra el avance.",
    is_available=lambda load: load.state == State.APPLIED and load.is_undoable,
    perform=actions.queue_undo,
    argument="load",
    form=LoadForm,
    preview=_undo_preview,
)


class RegistryFilter(ChoiceFilter):
    """The registered registries, by their labels."""

    title = "registro"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return registry_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(RegistryLoad)
class RegistryLoadAdmin(ObjectActionsAdmin):
    """All loads, those by command too; nothing is edited."""

    list_display = ("file_name", "registry", "state", "cut", "result", "uploaded", "loaded")
    list_filter = (RegistryFilter, "state", "uploaded_at")
    list_select_related = ("uploaded_by__person",)
    search_fields = ("file_name", "sha256")
    object_actions = (APPLY, CANCEL, UNDO)
    add_permission = "registries.load_registry"
    add_form = UploadForm
    add_title = "Subir el archivo de un registro"
    add_template = "admin/registries/registryload/upload.html"

    registry = column("registro", lambda load: load.registry_label, "kind")
    cut = column("corte", lambda load: load.snapshot_date.isoformat() if load.snapshot_date else "—", "snapshot_date")
    uploaded = column("subida", lambda load: f"{format_moment(load.uploaded_at)}, {_who(load)}", "uploaded_at")
    loaded = column("cargada", lambda load: format_moment(load.loaded_at) or "—", "loaded_at")

    @admin.display(description="resultado")
    def result(self, load: RegistryLoad) -> str:
        """The counts that are not zero, in a line."""
        shown = {name: label for name, label in ROW_LABELS.items() if name != "same" and load.counts.get(name)}
        changes = ", ".join(f"{label}: {load.counts[name]}" for name, label in shown.items())
        return changes or ("sin cambios" if load.counts else "—")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = (APPLY.permission, UNDO.permission)
        return super().has_view_permission(request, obj) or any(map(request.user.has_perm, permissions))

    def get_urls(self) -> list[URLPattern]:
        at = "<path:object_id>"
        view = self.admin_site.admin_view
        return [
            path(f"{at}/avance/", view(self.progress_view), name=f"{self.url_prefix}_progress"),
            path(f"{at}/<slug:table>.<slug:file_format>", view(self.download_view), name=f"{self.url_prefix}_download"),
            *super().get_urls(),
        ]

    # ------------------------------------------------------------ upload

    @staff(permission=add_permission, upload=Upload(MAX_FILE_SIZE))
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return super().add_view(request, form_url, extra_context)

    def add_object(self, request: Any, form: UploadForm) -> RegistryLoad:
        kind, reason = form.cleaned_data["kind"], form.cleaned_data["reason"]
        load, is_new = actions.upload_registry(by=request.user, kind=kind, file=form.upload, reason=reason)
        _add_upload_messages(request, load, is_new=is_new)
        return load

    # ------------------------------------------------------------ one load

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What a load would do, how far it is, or what it did; with its buttons."""
        load = self.get_viewable(request, object_id)
        content = _page_content(load)
        # a load that is running cannot be cancelled
        buttons = {} if content["running"] else self.actions_context(request, load)
        context = {"title": str(load), **buttons, **content}
        return self.page(request, "admin/registries/registryload/load.html", context)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The progress alone: a script refreshes this part of the page."""
        context = _progress(self.get_viewable(request, object_id))
        return render(request, "admin/registries/registryload/_progress.html", context)

    def download_view(self, request: HttpRequest, object_id: str, table: str, file_format: str) -> HttpResponseBase:
        """All rows of one table of the report, as CSV or .xlsx."""
        load = self.get_viewable(request, object_id)
        report = RegistryReport.objects.filter(load=load).first()
        write, content = FORMATS.get(file_format), TABLES.get(table)
        if report is None or write is None or content is None:
            raise Http404
        columns, rows = content
        return write(f"{load.kind}-{load.pk}-{table}", table, columns, rows(report))


def _who(load: RegistryLoad) -> str:
    return load.uploaded_by.display_name if load.uploaded_by else "por comando"


def _add_upload_messages(request: HttpRequest, load: RegistryLoad, *, is_new: bool) -> None:
    if not is_new:
        messages.info(request, "Ese archivo ya estaba subido y sin aplicar: esta es su carga.")
        return
    messages.success(request, "El archivo quedó subido: el portal lo revisa y muestra aquí qué cambiaría.")
    before = RegistryLoad.objects.not_undone(load.kind).filter(sha256=load.sha256).first()
    if before is not None and before.loaded_at is not None:
        messages.warning(request, f"Este mismo archivo ya se cargó el {format_moment(before.loaded_at)}.")


# ---------------------------------------------------------------- the page of a load


def _progress(load: RegistryLoad) -> dict[str, Any]:
    """The bar and its words."""
    progress = RegistryProgress.objects.filter(load=load).first() or RegistryProgress(load=load, at=timezone.now())
    busy = load.state in RegistryLoad.DUE
    begun = busy and progress.attempts > 0
    running = begun and is_loading()
    return {
        "load": load,
        "busy": busy,
        "running": running,
        "begun": begun,
        "progress": progress,
        "writing": progress.done >= 1,
        "percent": round(progress.done * READING_SHARE * 100),
        "note": _note(load, progress, begun=begun, running=running),
    }


def _note(load: RegistryLoad, progress: RegistryProgress, *, begun: bool, running: bool) -> str:
    if not begun:
        late = timezone.now() - (load.requested_at or load.uploaded_at) > USUAL_WAIT
        return LATE if late else ""
    if not running:
        return "Se interrumpió y no cambió nada. Empieza de nuevo por sí sola en cuanto un worker la tome."
    if progress.attempts > 1:
        return f"Se interrumpió y empezó de nuevo: va en el intento {progress.attempts}."
    return ""


def _labelled(counts: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, int]]:
    """The counts in the order of the labels (PostgreSQL keeps an object without order); then those without label."""
    labels = labels | {name: name for name in counts if name not in labels}
    return [(label, counts[name]) for name, label in labels.items() if isinstance(counts.get(name), int)]


def _page_content(load: RegistryLoad) -> dict[str, Any]:
    labels = count_labels()
    report = RegistryReport.objects.filter(load=load).first()
    content = _progress(load) | {
        "counts": _labelled(load.counts, labels),
        "report": report,
        "is_preview": load.state in RegistryLoad.CANCELLABLE,
    }
    if report is None:
        return content
    return content | {
        "obstacles": [(cause, BOXES[option]) for option, cause in report.obstacles if option != "strict"],
        "notices": [(labels.get(word, word), texts[:MAX_SHOWN], len(texts)) for word, texts in _notices(report)],
        "closed": report.closed[:MAX_SHOWN],
        "rejections": report.rejections[:MAX_SHOWN],
        "shown": MAX_SHOWN,
        "undone": _labelled(report.undone, UNDONE_LABELS | labels),
        "not_undone": _not_undone(report)[:MAX_SHOWN],
    }


def _notices(report: RegistryReport) -> list[tuple[str, list[str]]]:
    return list(report.samples.get("notices", {}).items())


def _not_undone(report: RegistryReport) -> list[str]:
    return [*report.undone.get("in_use_rows", ()), *report.undone.get("skipped_rows", ())]


# ---------------------------------------------------------------- downloads

Rows = list[tuple[str, ...]]
Columns = Sequence[writer.Column]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TABLES: dict[str, tuple[Columns, Callable[[RegistryReport], Rows]]] = {
    "rechazadas": (
        (writer.Column("LÍNEA", 10), writer.Column("MOTIVO", 100)),
        lambda report: [(str(line), reason) for line, reason in report.rejections],
    ),
    "novedades": (
        (writer.Column("NOVEDAD", 30), writer.Column("FILA", 100)),
        lambda report: [(count_labels().get(word, word), text) for word, texts in _notices(report) for text in texts],
    ),
    "cerradas": ((writer.Column("CERRADA", 60),), lambda report: [(text,) for text in report.closed]),
    "sin-deshacer": ((writer.Column("FILA", 100),), lambda report: [(text,) for text in _not_undone(report)]),
}


def _csv_response(name: str, title: str, columns: Columns, rows: Rows) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    lines = csv.writer(response)
    lines.writerow([column.heading for column in columns])
    lines.writerows(map(_without_formulas, rows))
    return response


def _without_formulas(cells: Sequence[str]) -> list[str]:
    """An apostrophe makes text of a cell that a spreadsheet would take for a formula."""
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _xlsx_response(name: str, title: str, columns: Columns, rows: Rows) -> HttpResponseBase:
    return writer.download(f"{name}.xlsx", title.capitalize(), columns, rows, len(rows))


FORMATS: dict[str, Callable[[str, str, Columns, Rows], HttpResponseBase]] = {
    "csv": _csv_response,
    "xlsx": _xlsx_response,
}
