"""The pages on which a provider creates, finds, edits, disables and enables its sedes."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from entities.actions import sedes as actions
from entities.exports import PROVIDER_TO_SEDE, SEDE_COLUMNS, sede_rows
from entities.forms.sedes import CreateSedeForm, DisableSedeForm, EditSedeForm, SedeForm, SedesFilterForm, SimilarForm
from entities.models import Entity, EntityKind, Sede, SedeQuerySet
from entities.rules.sedes import SedeDetails, SedeUse, provider_refusal
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, PortalRequest, Viewable, delegate_of
from mipres_admin.excel.writer import download
from mipres_admin.forms import fields_of, used_filters
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.presenters import actor_for
from mipres_admin.paging import page_of
from mipres_admin.refusals import Refusal

CREATED = "La creación de la Entidad se ha realizado con éxito. Código generado para la sede del proveedor: {code}"


type ProviderRequest = PortalRequest[Any, Entity]


def sede_for(request: ProviderRequest, codigo: str) -> Sede:
    """One of the provider's own sedes by its code; else 404."""
    own = Sede.objects.visible_to(request.entity).select_related("entity", "municipality__department")
    return get_object_or_404(own, code=codigo)


# ---------------------------------------------------------------- create and edit


def _show_form(
    request: ProviderRequest, form: SedeForm, *, sede: Sede | None = None, similar: list[Sede] | None = None
) -> HttpResponse:
    codes = " ".join(other.code for other in similar or ())
    return render(
        request,
        "entities/edit_sede.html" if sede else "entities/create_sede.html",
        {
            "form": form,
            "sede": sede,
            "refusal": form.refusal,
            "similar": similar,
            "confirm": SimilarForm(initial={"similar": codes}) if similar else None,
        },
    )


def _save_new(request: ProviderRequest, form: CreateSedeForm) -> HttpResponse:
    key, codes = form.cleaned_data["key"], SimilarForm(request.POST).confirmed_codes
    with form.attempt():
        try:
            sede = actions.create_sede(by=request.account, details=form.details, key=key, confirmed_codes=codes)
        except actions.SimilarFound as found:
            return _show_form(request, form, similar=found.sedes)
        messages.success(request, CREATED.format(code=sede.code))
        return redirect("sedes")
    form.renew(uuid4())
    return _show_form(request, form)


@delegate_of(
    EntityKind.PROVEEDOR,
    methods=FORM,
    resumable=fields_of(CreateSedeForm, SimilarForm),
    menu=MenuEntry(
        "Crear Sede Proveedor", "Cree una sede que no está en el REPS o tiene otro NIT.", "map-pin", order=60
    ),
    viewable=Viewable.YES,
)
def create_sede(request: ProviderRequest) -> HttpResponse:
    """ "Crear Sede Proveedor": the form, and the new sede with its code."""
    form = CreateSedeForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    return _save_new(request, form) if form.is_valid() else _show_form(request, form)


def _save_changes(request: ProviderRequest, form: EditSedeForm, sede: Sede) -> HttpResponse:
    fingerprint, codes = form.cleaned_data["fingerprint"], SimilarForm(request.POST).confirmed_codes
    with form.attempt():
        try:
            changed = actions.edit_sede(
                by=request.account, sede=sede, details=form.details, fingerprint=fingerprint, confirmed_codes=codes
            )
        except actions.SimilarFound as found:
            return _show_form(request, form, sede=sede, similar=found.sedes)
        if changed:
            messages.success(request, f"Los cambios de la sede {sede.code} se guardaron.")
        else:
            messages.info(request, f"La sede {sede.code} ya tenía esos datos: no hubo cambios.")
        return redirect("edit_sede", sede.code)
    # refused: the sede as it is now, and why
    sede, refusal = sede_for(request, sede.code), form.refusal
    form = _edit_form(sede)
    form.refusal = refusal
    return _show_form(request, form, sede=sede)


def _edit_form(sede: Sede, data: Any = None) -> EditSedeForm:
    return EditSedeForm(data, sede=sede, initial={"fingerprint": SedeDetails.of(sede).fingerprint})


@delegate_of(EntityKind.PROVEEDOR, methods=FORM, resumable=fields_of(EditSedeForm, SimilarForm), viewable=Viewable.YES)
def edit_sede(request: ProviderRequest, codigo: str) -> HttpResponse:
    """The data of one sede, or of the initial record, and the form that changes them."""
    sede = sede_for(request, codigo)
    refusal = provider_refusal(sede)
    form = _edit_form(sede, request.POST if request.method == "POST" and not refusal else None)
    form.refusal = refusal
    return _save_changes(request, form, sede) if form.is_valid() else _show_form(request, form, sede=sede)


# ---------------------------------------------------------------- disable and enable


def _show_disable(request: ProviderRequest, sede: Sede, refusal: Refusal | None) -> HttpResponse:
    use = SedeUse.of(sede)
    others = Sede.objects.visible_to(request.entity).open().exclude(pk=sede.pk)
    context = {
        "sede": sede,
        "refusal": refusal,
        "use": use,
        "form": DisableSedeForm(initial={"users": use.users, "roles": use.roles}),
        "is_last": not others.exists(),
    }
    return render(request, "entities/disable_sede.html", context)


@delegate_of(EntityKind.PROVEEDOR, methods=FORM, resumable=fields_of(DisableSedeForm), viewable=Viewable.YES)
def disable_sede(request: ProviderRequest, codigo: str) -> HttpResponse:
    """How many users have roles at a sede, and its disabling once that is confirmed."""
    sede = sede_for(request, codigo)
    if request.method != "POST":
        return _show_disable(request, sede, provider_refusal(sede))
    form = DisableSedeForm(request.POST)
    with form.attempt():
        if actions.disable_sede(by=request.account, sede=sede, expected_use=form.expected_use):
            messages.success(request, f"La sede {sede.code} quedó deshabilitada: ya no puede recibir usuarios.")
        else:
            messages.info(request, f"La sede {sede.code} ya estaba deshabilitada: no hubo cambios.")
        return redirect("edit_sede", sede.code)
    return _show_disable(request, sede, form.refusal)


@delegate_of(EntityKind.PROVEEDOR, methods=FORM, resumable=fields_of(), viewable=Viewable.YES)
def enable_sede(request: ProviderRequest, codigo: str) -> HttpResponse:
    """Open a disabled sede again; opening the address changes nothing."""
    sede = sede_for(request, codigo)
    if request.method != "POST":
        return redirect("edit_sede", sede.code)
    form = _edit_form(sede)
    with form.attempt():
        if actions.enable_sede(by=request.account, sede=sede):
            messages.success(request, f"La sede {sede.code} quedó habilitada: ya puede recibir usuarios.")
        else:
            messages.info(request, f"La sede {sede.code} ya estaba habilitada: no hubo cambios.")
        return redirect("edit_sede", sede.code)
    return _show_form(request, form, sede=sede)


# ---------------------------------------------------------------- history


FIELDS = {
    "entity": "Entidad",
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


@delegate_of(EntityKind.PROVEEDOR, methods=SAFE, viewable=Viewable.YES)
def sede_history(request: ProviderRequest, codigo: str) -> HttpResponse:
    """The events of one sede: who, when, from where, before and after."""
    sede = sede_for(request, codigo)
    entries = HistoryEntry.objects.of(sede).visible_to(request.entity).select_related("actor__person")
    page = page_of(request, entries, "id", newest_first=True)
    events = [(entry, actor_for(entry, request.entity), _changes(entry)) for entry in page.rows]
    return render(request, "entities/sede_history.html", {"sede": sede, "page": page, "events": events})


# ---------------------------------------------------------------- Consultar Sedes Proveedor


def _filtered(provider: Entity, form: SedesFilterForm) -> SedeQuerySet:
    """The provider's sedes that match the filter; a wrong filter finds none."""
    sedes = Sede.objects.visible_to(provider)
    if not form.is_valid():
        return sedes.none()
    filters = form.cleaned_data
    if filters["tipo"]:
        sedes = sedes.of_kind(filters["tipo"])
    if filters["estado"]:
        sedes = sedes.open() if filters["estado"] == "habilitadas" else sedes.closed()
    return sedes.matching(filters["criterio"])


@delegate_of(
    EntityKind.PROVEEDOR,
    methods=SAFE,
    menu=MenuEntry(
        "Consultar Sedes Proveedor", "Busque, edite, deshabilite o habilite sus sedes.", "building", order=70
    ),
    viewable=Viewable.YES,
)
def sedes(request: ProviderRequest) -> HttpResponse:
    """ "Consultar Sedes Proveedor": the filter, the exact count, and a page of the list."""
    provider, form = request.entity, SedesFilterForm(request.GET)
    matches = _filtered(provider, form).select_related("municipality__department")
    context = {
        "form": form,
        "page": page_of(request, matches, "code"),
        "filter": used_filters(form),
        "provider": provider,
        "relation": PROVIDER_TO_SEDE,
    }
    return render(request, "entities/sedes.html", context)


@delegate_of(EntityKind.PROVEEDOR, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_sedes(request: ProviderRequest) -> HttpResponseBase:
    """ "Descargar Datos": the workbook with the same rows as the filter."""
    form = SedesFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('sedes')}?{request.GET.urlencode()}")
    matches = _filtered(request.entity, form)
    return download("sedes.xlsx", "Sedes", SEDE_COLUMNS, sede_rows(matches), matches.count())
