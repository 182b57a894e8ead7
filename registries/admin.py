"""Where does the Ministry load registries? Upload, preview, apply, progress, report, undo; every load in one list."""

import csv
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from mipres_admin.backoffice.admin_base import ObjectAction, ObjectActionsAdmin
from mipres_admin.excel import writer
from registries import actions as actions
from registries.forms import ApplyForm, LoadForm, UploadForm
from registries.loading.undo import undo_summary
from registries.models import RegistryLoad, RegistryProgress, RegistryReport
from registries.queue import is_loading
from registries.registry import count_labels
from registries.report import ROW_LABELS
from registries.rules import BOXES

State = RegistryLoad.State
AT_WORK = (State.UPLOADED, State.QUEUED, State.UNDO_QUEUED)
SHOWN = 20
READING = 0.8
"""How much of the bar is the reading of the file; what is left is the writing."""
WAITING = timedelta(minutes=2)
LATE = "Sigue en cola: hay otra carga en marcha, o el worker está detenido. Avise a quien opera el portal."
UNDONE_LABELS = {
    "restored": "filas que volvieron a como estaban",
    "deleted": "filas nuevas borradas",
    "kept": "filas nuevas que se quedan porque ya se usan",
    "skipped": "filas que se dejan porque cambiaron después",
}


def _undo_preview(load: RegistryLoad) -> str:
    would = undo_summary(load)
    return f"Volverían a como estaban {would['restored']} filas y se borrarían {would['deleted']} nuevas."


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
)
CANCEL = ObjectAction(
    slug="cancelar",
    label="Cancelar",
    confirmation="El archivo se borra y no se aplica. Nada del registro ha cambiado.",
    permission="registries.load_registry",
    success_message="La carga quedó cancelada y su archivo borrado.",
    is_available=lambda load: load.state in actions.OPEN,
    perform=actions.cancel_load,
    argument="load",
    form=LoadForm,
)
UNDO = ObjectAction(
    slug="deshacer",
    label="Deshacer",
    confirmation=(
        "El registro vuelve a como estaba antes de esta carga, y los roles que ella terminó vuelven. Lo que otros "
        "cambiaron después no se toca: el informe lo nombra. Lo hace el portal en segundo plano, todo o nada."
    ),
    permission="registries.undo_load",
    success_message="Quedó pedido: esta página muestra el avance.",
    is_available=lambda load: load.state == State.APPLIED and load.is_undoable,
    perform=actions.queue_undo,
    argument="load",
    form=LoadForm,
    preview=_undo_preview,
)


@admin.register(RegistryLoad)
class RegistryLoadAdmin(ObjectActionsAdmin):
    """All loads, those by command too; nothing is edited."""

    list_display = ("file_name", "kind", "state", "cut", "result", "who", "uploaded", "loaded")
    list_filter = ("kind", "state", "uploaded_at")
    list_select_related = ("uploaded_by__person",)
    search_fields = ("file_name", "sha256")
    object_actions = (APPLY, CANCEL, UNDO)
    add_permission = "registries.load_registry"
    add_form = UploadForm
    add_title = "Subir el archivo de un registro"
    add_template = "admin/registries/registryload/upload.html"

    @admin.display(description="quién")
    def who(self, load: RegistryLoad) -> str:
        """Who uploaded it; nobody, when a command loaded it."""
        return load.uploaded_by.display_name if load.uploaded_by else "Por comando"

    @admin.display(description="corte", ordering="snapshot_date")
    def cut(self, load: RegistryLoad) -> str:
        """The day of the cut."""
        return load.snapshot_date.isoformat() if load.snapshot_date else "—"

    @admin.display(description="subida", ordering="uploaded_at")
    def uploaded(self, load: RegistryLoad) -> str:
        """When its file came."""
        return _moment(load.uploaded_at)

    @admin.display(description="cargada", ordering="loaded_at")
    def loaded(self, load: RegistryLoad) -> str:
        """When it was applied."""
        return _moment(load.loaded_at) if load.loaded_at else "—"

    @admin.display(description="resultado")
    def result(self, load: RegistryLoad) -> str:
        """The counts that are not zero, in a line."""
        shown = {end: label for end, label in ROW_LABELS.items() if end != "same" and load.counts.get(end)}
        return ", ".join(f"{load.counts[end]} {label}" for end, label in shown.items()) or (
            "sin cambios" if load.counts else "—"
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may see loads, or ask for them."""
        asks = (APPLY.permission, UNDO.permission)
        return super().has_view_permission(request, obj) or any(map(request.user.has_perm, asks))

    def get_urls(self) -> list[URLPattern]:
        """The admin's, the progress of a load, and what is downloaded of its report."""
        at = "<path:object_id>"
        view = self.admin_site.admin_view
        return [
            path(f"{at}/avance/", view(self.progress_view), name=f"{self.url_prefix}_progress"),
            path(f"{at}/<slug:rows>.<slug:form>", view(self.download_view), name=f"{self.url_prefix}_download"),
            *super().get_urls(),
        ]

    # ------------------------------------------------------------ upload

    def add_object(self, request: Any, form: UploadForm) -> RegistryLoad:
        """Take a file; its preview will be on the page of the load."""
        kind, reason = form.cleaned_data["kind"], form.cleaned_data["reason"]
        load, is_new = actions.upload_registry(by=request.user, kind=kind, file=form.upload, reason=reason)
        _add_upload_messages(request, load, is_new=is_new)
        return load

    # ------------------------------------------------------------ one load

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What a load would do, how far it is, or what it did; with what may be done to it now."""
        load = self.get_viewable(request, object_id)
        told = _told(load)
        # what the worker has begun can not be cancelled
        buttons = {} if told["in_hand"] else self.actions_context(request, load)
        context = {"title": str(load), **buttons, **told}
        return self.page(request, "admin/registries/registryload/load.html", context)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far the worker is: the part of the page that a script asks for again and again."""
        context = _progress(self.get_viewable(request, object_id))
        return render(request, "admin/registries/registryload/_progress.html", context)

    def download_view(self, request: HttpRequest, object_id: str, rows: str, form: str) -> HttpResponseBase:
        """All rejected or closed rows, as CSV or .xlsx."""
        load = self.get_viewable(request, object_id)
        report = RegistryReport.objects.filter(load=load).first()
        maker, table = FORMS.get(form), TABLES.get(rows)
        if report is None or maker is None or table is None:
            raise Http404
        columns, cells = table
        return maker(f"{load.kind}-{load.pk}-{rows}", rows, columns, cells(report))


def _add_upload_messages(request: HttpRequest, load: RegistryLoad, *, is_new: bool) -> None:
    """That the file came; that it had come before."""
    if not is_new:
        messages.info(request, "Ese archivo ya estaba subido y sin aplicar: esta es su carga.")
        return
    messages.success(request, "El archivo quedó subido: el portal lo revisa y muestra aquí qué cambiaría.")
    before = RegistryLoad.objects.not_undone(load.kind).filter(sha256=load.sha256).first()
    if before is not None and before.loaded_at is not None:
        messages.warning(request, f"Este mismo archivo ya se cargó el {_moment(before.loaded_at)}.")


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


# ---------------------------------------------------------------- what a page tells


def _progress(load: RegistryLoad) -> dict[str, Any]:
    """The bar and its words; `note` is what else there is to know."""
    progress = RegistryProgress.objects.filter(load=load).first() or RegistryProgress(load=load, at=timezone.now())
    busy = load.state in AT_WORK
    begun = busy and progress.attempts > 0
    in_hand = begun and is_loading()
    told = {
        "load": load,
        "busy": busy,
        "in_hand": in_hand,
        "begun": begun,
        "progress": progress,
        "writing": progress.done >= 1,
    }
    return told | {
        "percent": round(progress.done * READING * 100),
        "note": _note(load, progress, begun=begun, in_hand=in_hand),
    }


def _note(load: RegistryLoad, progress: RegistryProgress, *, begun: bool, in_hand: bool) -> str:
    if not begun:
        late = timezone.now() - (load.asked_at or load.uploaded_at) > WAITING
        return LATE if late else ""
    if not in_hand:
        return "Se interrumpió y no cambió nada. Empieza de nuevo por sí sola en cuanto un worker la tome."
    if progress.attempts > 1:
        return f"Se interrumpió y empezó de nuevo: va en el intento {progress.attempts}."
    return ""


def _counts(load: RegistryLoad) -> list[tuple[str, int]]:
    """What was counted, in the order of the report: what PostgreSQL keeps as an object has no order."""
    labels = count_labels()
    labels |= {name: name for name in load.counts if name not in labels}
    return [(label, load.counts[name]) for name, label in labels.items() if name in load.counts]


def _told(load: RegistryLoad) -> dict[str, Any]:
    """What the page of a load shows."""
    report = RegistryReport.objects.filter(load=load).first()
    told = _progress(load) | {"counts": _counts(load)}
    is_preview = load.state in (State.PREVIEWED, State.UPLOADED, State.QUEUED)
    if report is None:
        return told | {"report": None, "is_preview": is_preview}
    undone = {word: report.undone[name] for name, word in UNDONE_LABELS.items() if name in report.undone}
    others = {name: count for name, count in report.undone.items() if isinstance(count, int)}
    labels = count_labels()
    undone |= {labels.get(name, name): count for name, count in others.items() if name not in UNDONE_LABELS}
    return told | {
        "report": report,
        "is_preview": is_preview,
        "obstacles": [(cause, BOXES[option]) for option, cause in report.obstacles if option != "strict"],
        "closed": report.closed[:SHOWN],
        "rejections": report.rejections[:SHOWN],
        "shown": SHOWN,
        "undone": undone,
        "left": [*report.undone.get("kept_rows", ()), *report.undone.get("skipped_rows", ())][:SHOWN],
    }


# ---------------------------------------------------------------- downloads

Cells = list[tuple[str, ...]]


def _rejected(report: RegistryReport) -> Cells:
    return [(str(line), reason) for line, reason in report.rejections]


def _closed(report: RegistryReport) -> Cells:
    return [(text,) for text in report.closed]


def _left(report: RegistryReport) -> Cells:
    return [(text,) for text in (*report.undone.get("kept_rows", ()), *report.undone.get("skipped_rows", ()))]


FORMULA = ("=", "+", "-", "@", "\t", "\r")
Columns = Sequence[writer.Column]
TABLES: dict[str, tuple[Columns, Callable[[RegistryReport], Cells]]] = {
    "rechazadas": ((writer.Column("LÍNEA", 10), writer.Column("MOTIVO", 100)), _rejected),
    "cerradas": ((writer.Column("CERRADA", 60),), _closed),
    "sin-deshacer": ((writer.Column("FILA", 100),), _left),
}


def _as_csv(name: str, title: str, columns: Columns, rows: Cells) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow([column.heading for column in columns])
    writer.writerows(map(_harmless, rows))
    return response


def _harmless(cells: Sequence[str]) -> list[str]:
    """A spreadsheet takes a cell of a CSV that begins so for a formula: an apostrophe makes it text."""
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _as_xlsx(name: str, title: str, columns: Columns, rows: Cells) -> HttpResponseBase:
    return writer.download(f"{name}.xlsx", title.capitalize(), columns, rows, len(rows))


FORMS: dict[str, Callable[[str, str, Columns, Cells], HttpResponseBase]] = {"csv": _as_csv, "xlsx": _as_xlsx}
