"""Cargar archivo: upload the workbook of Consultar Usuarios, preview it, apply it, download the result by row."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.requests import DelegateRequest
from mipres_admin.access.bodies import Upload
from mipres_admin.access.declarations import FORM, SAFE, Viewable, delegate_of
from mipres_admin.excel.writer import download
from mipres_admin.forms import fields_of
from mipres_admin.paging import Page
from mipres_admin.refusals import Refusal
from roles.actions import uploads as actions
from roles.exports import RESULT_COLUMNS, result_rows
from roles.forms.uploads import ApplyForm, PreviewFilterForm, UploadForm
from roles.matrix import ACTIVATING_KINDS
from roles.models import RoleUpload
from roles.uploads.rows import KIND, NUMBER, ROLE, SEDE, TITLE, RowNames
from roles.uploads.validation import Verdict
from roles.uploads.workbook_reader import LARGEST_FILE

ROWS_A_PAGE = 50
ORDER = {verdict.value: place for place, verdict in enumerate(Verdict)}


def _upload(request: DelegateRequest, public_id: UUID) -> RoleUpload:
    uploads = RoleUpload.objects.filter(entity=request.entity).select_related("applied_by", "entity")
    return get_object_or_404(uploads, public_id=public_id)


@delegate_of(*ACTIVATING_KINDS, methods=FORM, viewable=Viewable.YES, upload=Upload(LARGEST_FILE))
def upload_users(request: DelegateRequest) -> HttpResponse:
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        with form.attempt():
            name = form.cleaned_data["file"].name
            upload = actions.make_upload(by=request.account, file_name=name, sha256=form.sha256, rows=form.rows)
            return redirect("upload_preview", upload.public_id)
    return render(request, "roles/upload_users.html", {"form": form, "refusal": form.refusal})


def _display(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the page shows it: the registered person, and what the file calls them where that differs.

    An error names nobody but whom the file names: it may be of a person whom the entity may not know.
    """
    texts, registered = row["texts"], row["registered"]
    return row | {
        "label": Verdict(row["verdict"]).label,
        "person": registered.get("person"),
        "profession": registered.get("profession"),
        "typed": registered["typed"] if registered else str(RowNames.of(texts)),
        "document": f"{texts.get(KIND, '')} {texts.get(NUMBER, '')}",
        "sede": texts.get(SEDE),
        "role": texts.get(ROLE),
    }


def _page(request: DelegateRequest, upload: RoleUpload, form: PreviewFilterForm) -> Page[Any]:
    verdict = form.cleaned_data["ver"] if form.is_valid() else ""
    rows = [row for row in upload.rows if not verdict or row["verdict"] == verdict]
    rows.sort(key=lambda row: (ORDER[row["verdict"]], row["line"]))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("pagina"))

    def address(number: int) -> str:
        return f"{request.path}?{urlencode({'ver': verdict, 'pagina': number})}"

    return Page(
        rows=[_display(row) for row in page],
        count=page.paginator.count,
        previous_url=address(page.previous_page_number()) if page.has_previous() else "",
        next_url=address(page.next_page_number()) if page.has_next() else "",
    )


def _show(request: DelegateRequest, upload: RoleUpload, refusal: Refusal | None = None) -> HttpResponse:
    form, counts = PreviewFilterForm(request.GET), actions.counts_of(upload)
    context = {
        "upload": upload,
        "applied": upload.state == RoleUpload.State.APPLIED,
        "refusal": refusal,
        "form": form,
        "page": _page(request, upload, form),
        "counts": [(Verdict(verdict).label, number) for verdict, number in counts.items()],
        "errors": counts[Verdict.ERROR],
        "to_do": counts[Verdict.GRANT] + counts[Verdict.RESCHEDULE] + counts[Verdict.REVOKE],
    }
    return render(request, "roles/upload_preview.html", context)


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.YES)
def upload_preview(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    return _show(request, _upload(request, public_id))


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=fields_of(ApplyForm), viewable=Viewable.YES)
def apply_upload(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    upload = _upload(request, public_id)
    here = reverse("upload_preview", args=[upload.public_id])
    form = ApplyForm(request.POST or None)
    if request.method != "POST":
        return redirect(here)
    if not form.is_valid():
        messages.error(request, str(form.errors["mode"][0]))
        return redirect(here)
    with form.attempt():
        upload = actions.apply_upload(by=request.account, upload=upload, mode=form.cleaned_data["mode"])
        counts = actions.counts_of(upload)
        rows = ", ".join(f"{Verdict(verdict).label.lower()}: {number}" for verdict, number in counts.items())
        messages.success(request, f"Operación exitosa. El archivo se aplicó: {rows}.")
        return redirect(here)
    return _show(request, _upload(request, public_id), form.refusal)


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def upload_result(request: DelegateRequest, public_id: UUID) -> HttpResponseBase:
    upload = _upload(request, public_id)
    return download("usuarios-resultado.xlsx", TITLE, RESULT_COLUMNS, result_rows(upload), len(upload.rows))
