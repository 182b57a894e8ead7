"""Crear Sede Proveedor and Consultar Sedes Proveedor: create, find, edit, disable and enable a provider's sedes."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from entities.actions import sedes as actions
from entities.exports import PROVIDER_TO_SEDE, SEDE_COLUMNS, sede_rows
from entities.forms.sedes import CreateSedeForm, DisableSedeForm, EditSedeForm, SedeForm, SedesFilterForm, SimilarForm
from entities.models import Entity, EntityKind, Sede, SedeQuerySet
from entities.rules.sedes import SedeDetails, SedeUse, keeping_refusal
from mipres_admin.access import delegate_of
from mipres_admin.models import HistoryEntry
from mipres_admin.paging import page_of
from mipres_admin.refusals import Refusal, Refused
from mipres_admin.workbook import download

show_and_act = require_http_methods(["GET", "HEAD", "POST"])
CREATED = "La creación de la Entidad se ha realizado con éxito. Código generado para la sede del proveedor: {code}"


def provider_of(request: HttpRequest) -> Entity:
    """The provider of this session's delegate; the access declaration has seen to it that there is one."""
    entity = getattr(request.user, "entity", None)
    assert isinstance(entity, Entity)  # noqa: S101  narrows the type
    return entity


def sede_for(request: HttpRequest, codigo: str) -> Sede:
    """One of the provider's own sedes by its code; else 404."""
    own = Sede.objects.visible_to(provider_of(request)).select_related("entity", "municipality__department")
    return get_object_or_404(own, code=codigo)


# ---------------------------------------------------------------- create and edit


def _show_form(
    request: HttpRequest,
    form: SedeForm,
    *,
    sede: Sede | None = None,
    refusal: Refusal | None = None,
    similar: list[Sede] | None = None,
) -> HttpResponse:
    seen = " ".join(other.code for other in similar or ())
    return render(
        request,
        "entities/edit_sede.html" if sede else "entities/create_sede.html",
        {
            "form": form,
            "sede": sede,
            "refusal": refusal,
            "similar": similar,
            "confirm": SimilarForm(initial={"similar": seen}) if similar else None,
        },
    )


def _save_new(request: HttpRequest, form: CreateSedeForm) -> HttpResponse:
    try:
        made = actions.create_sede(
            by=request.user, details=form.details, key=form.cleaned_data["key"], seen=SimilarForm(request.POST).seen
        )
    except actions.SimilarFound as found:
        return _show_form(request, form, similar=found.sedes)
    except Refused as refused:
        form.renew(uuid4())
        return _show_form(request, form, refusal=refused.refusal)
    messages.success(request, CREATED.format(code=made.code))
    return redirect("sedes")


@delegate_of(EntityKind.PROVEEDOR)
@show_and_act
def create_sede(request: HttpRequest) -> HttpResponse:
    """ "Crear Sede Proveedor": the form, and the new sede with its code."""
    form = CreateSedeForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    return _save_new(request, form) if form.is_valid() else _show_form(request, form)


def _save_changes(request: HttpRequest, form: EditSedeForm, sede: Sede) -> HttpResponse:
    try:
        changed = actions.edit_sede(
            by=request.user,
            sede=sede,
            details=form.details,
            fingerprint=form.cleaned_data["fingerprint"],
            seen=SimilarForm(request.POST).seen,
        )
    except actions.SimilarFound as found:
        return _show_form(request, form, sede=sede, similar=found.sedes)
    except Refused as refused:
        now = sede_for(request, sede.code)
        return _show_form(request, _edit_form(now), sede=now, refusal=refused.refusal)
    if changed:
        messages.success(request, f"Los cambios de la sede {sede.code} se guardaron.")
    else:
        messages.info(request, f"La sede {sede.code} ya tenía esos datos: no hubo cambios.")
    return redirect("edit_sede", sede.code)


def _edit_form(sede: Sede, data: Any = None) -> EditSedeForm:
    return EditSedeForm(data, sede=sede, initial={"fingerprint": SedeDetails.of(sede).fingerprint})


@delegate_of(EntityKind.PROVEEDOR)
@show_and_act
def edit_sede(request: HttpRequest, codigo: str) -> HttpResponse:
    """The data of one sede, or of the initial record, and the form that changes them."""
    sede = sede_for(request, codigo)
    refusal = keeping_refusal(sede)
    form = _edit_form(sede, request.POST if request.method == "POST" and not refusal else None)
    if form.is_valid():
        return _save_changes(request, form, sede)
    return _show_form(request, form, sede=sede, refusal=refusal)


# ---------------------------------------------------------------- disable and enable


def _show_disable(request: HttpRequest, sede: Sede, refusal: Refusal | None) -> HttpResponse:
    use = SedeUse.of(sede)
    others = Sede.objects.visible_to(provider_of(request)).open().exclude(pk=sede.pk)
    context = {
        "sede": sede,
        "refusal": refusal,
        "use": use,
        "form": DisableSedeForm(initial={"users": use.users, "roles": use.roles}),
        "is_last": not others.exists(),
    }
    return render(request, "entities/disable_sede.html", context)


@delegate_of(EntityKind.PROVEEDOR)
@show_and_act
def disable_sede(request: HttpRequest, codigo: str) -> HttpResponse:
    """Say how many users hold roles at a sede, and disable it once that is confirmed."""
    sede = sede_for(request, codigo)
    refusal = keeping_refusal(sede)
    if request.method != "POST":
        return _show_disable(request, sede, refusal)
    try:
        done = actions.disable_sede(by=request.user, sede=sede, seen=DisableSedeForm(request.POST).use)
    except Refused as refused:
        return _show_disable(request, sede, refused.refusal)
    if done:
        messages.success(request, f"La sede {sede.code} quedó deshabilitada: ya no puede recibir usuarios.")
    else:
        messages.info(request, f"La sede {sede.code} ya estaba deshabilitada: no hubo cambios.")
    return redirect("edit_sede", sede.code)


@delegate_of(EntityKind.PROVEEDOR)
@show_and_act
def enable_sede(request: HttpRequest, codigo: str) -> HttpResponse:
    """Open a disabled sede again; opening the address changes nothing."""
    sede = sede_for(request, codigo)
    if request.method != "POST":
        return redirect("edit_sede", sede.code)
    try:
        done = actions.enable_sede(by=request.user, sede=sede)
    except Refused as refused:
        return _show_form(request, _edit_form(sede), sede=sede, refusal=refused.refusal)
    if done:
        messages.success(request, f"La sede {sede.code} quedó habilitada: ya puede recibir usuarios.")
    else:
        messages.info(request, f"La sede {sede.code} ya estaba habilitada: no hubo cambios.")
    return redirect("edit_sede", sede.code)


# ---------------------------------------------------------------- history


FIELDS = {
    "name": "Nombre",
    "phone": "Teléfono",
    "address": "Dirección",
    "municipality": "Municipio",
    "closed_on": "Deshabilitada desde",
}


def _changes(entry: HistoryEntry) -> list[tuple[str, str, str]]:
    """What an event changed: the field, its value before and after."""
    pairs = ((label, entry.before.get(key), entry.after.get(key)) for key, label in FIELDS.items())
    return [(label, old or "—", new or "—") for label, old, new in pairs if old != new]


@delegate_of(EntityKind.PROVEEDOR)
@require_safe
def sede_history(request: HttpRequest, codigo: str) -> HttpResponse:
    """What was done to one sede: who, when, from where, before and after."""
    sede = sede_for(request, codigo)
    acts = HistoryEntry.objects.of(sede).visible_to(provider_of(request)).select_related("actor__person")
    page = page_of(request, acts, "id", newest_first=True)
    changes = [(entry, _changes(entry)) for entry in page.rows]
    return render(request, "entities/sede_history.html", {"sede": sede, "page": page, "acts": changes})


# ---------------------------------------------------------------- Consultar Sedes Proveedor


def _filtered(provider: Entity, form: SedesFilterForm) -> SedeQuerySet:
    """The provider's sedes that the filter asks for; a wrong filter finds none."""
    sedes = Sede.objects.visible_to(provider)
    if not form.is_valid():
        return sedes.none()
    asked = form.cleaned_data
    if asked["tipo"]:
        sedes = sedes.filter(is_main=asked["tipo"] == "proveedor")
    if asked["estado"]:
        sedes = sedes.open() if asked["estado"] == "habilitadas" else sedes.closed()
    return sedes.matching(asked["criterio"])


@delegate_of(EntityKind.PROVEEDOR)
@require_safe
def sedes(request: HttpRequest) -> HttpResponse:
    """ "Consultar Sedes Proveedor": the filter, the exact count, and a page of the list."""
    provider, form = provider_of(request), SedesFilterForm(request.GET)
    found = _filtered(provider, form).select_related("municipality__department")
    used = urlencode({name: value for name, value in form.data.items() if value and name in form.fields})
    context = {
        "form": form,
        "page": page_of(request, found, "code"),
        "filter": used,
        "provider": provider,
        "relation": PROVIDER_TO_SEDE,
    }
    return render(request, "entities/sedes.html", context)


@delegate_of(EntityKind.PROVEEDOR)
@require_safe
def download_sedes(request: HttpRequest) -> HttpResponseBase:
    """ "Descargar Datos": the workbook with the same rows as the filter."""
    form = SedesFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('sedes')}?{request.GET.urlencode()}")
    found = _filtered(provider_of(request), form)
    return download("sedes.xlsx", "Sedes", SEDE_COLUMNS, sede_rows(found), found.count())
