"""Asociar Entidades and Consultar Entidades: the network of an EPS or a territorial entity."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.requests import DelegateRequest
from entities.models import NETWORK_MEMBERS, Association, AssociationQuerySet, Entity, EntityKind
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.excel.writer import download
from mipres_admin.formatting import one_point
from mipres_admin.forms import fields_of, used_filters
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.presenters import actor_for
from mipres_admin.paging import page_of
from roles.actions import provider_networks as actions
from roles.actions.lookup import record_download
from roles.events import Event
from roles.exports import ENTITY_COLUMNS, ENTITY_COLUMNS_WITH_END, entity_rows
from roles.forms.provider_networks import (
    EntitiesFilterForm,
    FindEntitiesForm,
    MembershipsFilterForm,
    NetworkForm,
)
from roles.models import death_of
from roles.rules import member_refusal

OWNER_KINDS = tuple(NETWORK_MEMBERS)
MEMBER_KINDS = (EntityKind.IPS, EntityKind.PROVEEDOR, EntityKind.PPN, EntityKind.EPS_S)
NAMES_SHOWN = 5


def _territorial(entity: Entity) -> list[Association]:
    if entity.kind != EntityKind.EPS_S:
        return []
    owners = Association.objects.with_member(entity).current().filter(owner_kind=EntityKind.ET)
    return list(owners.select_related("owner").order_by("owner__search", "pk"))


# ---------------------------------------------------------------- Asociar Entidades


def _search(request: DelegateRequest, owner: Entity) -> FindEntitiesForm:
    form = FindEntitiesForm(request.GET if "criterio" in request.GET else None, owner=owner)
    if not form.is_bound:
        kinds, kind = NETWORK_MEMBERS[owner.kind], request.GET.get("tipo", "")
        form.initial["tipo"] = kind if kind in kinds else kinds[0]
    return form


def _results(request: DelegateRequest, search: FindEntitiesForm) -> dict[str, Any]:
    """The page of entities that match the search, or nothing before a search."""
    if search.is_bound and search.is_valid():
        kind, words = search.cleaned_data["tipo"], search.cleaned_data["criterio"]
    elif not search.is_bound and search.may_be_blank:
        kind, words = search.initial["tipo"], ""
    else:
        return {"kind": search.data.get("tipo", ""), "page": None}
    entities = Entity.objects.filter(kind=kind).matching(words).with_main_sede().annotate(died_on=death_of())
    return {"kind": kind, "kind_name": EntityKind(kind).label, "page": page_of(request, entities, "search")}


def _lines(owner: Entity, entities: Iterable[Entity], form: NetworkForm | None) -> list[dict[str, Any]]:
    """Each entity with what the table shows of it: since when it is associated, its tick, or why it has none."""
    entities = list(entities)
    if not entities:
        return []
    current = Association.objects.of(owner).current().filter(member__in=[entity.pk for entity in entities])
    since = dict(current.values_list("member", "starts_at"))
    return [
        {
            "entity": entity,
            "since": since.get(entity.pk),
            "ticked": str(entity.pk) in form.ticked if form else entity.pk in since,
            "refusal": None if entity.pk in since else member_refusal(owner, entity),
        }
        for entity in entities
    ]


def _show_search(request: DelegateRequest, form: NetworkForm | None = None) -> HttpResponse:
    owner = request.entity
    search = _search(request, owner)
    results = _results(request, search)
    lines = _lines(owner, results["page"].rows, form) if results["page"] else []
    return render(
        request,
        "roles/associate_entities.html",
        {
            **results,
            "search": search,
            "lines": lines,
            "form": form if form and form.errors else search,
            "expected_members": " ".join(f"{line['entity'].pk}:{int(line['since'] is not None)}" for line in lines),
            "refusal": form and form.refusal,
            "territorial": _territorial(owner),
        },
    )


def _back(request: DelegateRequest) -> HttpResponseRedirect:
    """To the same search, so that the ticks show what is true now."""
    query = request.GET.urlencode()
    return redirect(f"{reverse('associate_entities')}{'?' if query else ''}{query}")


def _confirm(request: DelegateRequest, form: NetworkForm) -> HttpResponse | None:
    """The page that says what ends with the entities that lost their tick; None when none of them is associated."""
    owner = request.entity
    keys = [entity.pk for entity in form.cleaned_data["dissociated"]]
    current = Association.objects.of(owner).current().filter(member__in=keys).select_related("member")
    leaving = [association.member for association in current.order_by("member__search", "pk")]
    if not leaving:
        return None
    roles = actions.dependent_roles(owner, leaving)
    context = {
        "form": form,
        "leaving": leaving,
        "coming": form.cleaned_data["associated"],
        "roles": roles,
        "users": len({role.user_id for role in roles}),
        "refusal": form.refusal,
    }
    return render(request, "roles/confirm_dissociation.html", context)


def _names(entities: Iterable[Entity]) -> str:
    names = list(map(str, entities))
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" y {more} más" if more > 0 else "")


def _add_message(request: DelegateRequest, change: actions.NetworkChange) -> None:
    parts = []
    if change.associated:
        parts.append(f"Asociadas a su red: {_names(change.associated)}.")
    if change.dissociated:
        parts.append(f"Desasociadas de su red: {_names(change.dissociated)}.")
    if change.ended:
        users = len({role.user_id for role in change.ended})
        parts.append(f"Roles terminados: {len(change.ended)}, de {users} {'usuario' if users == 1 else 'usuarios'}.")
    if parts:
        messages.success(request, one_point(" ".join(("Operación exitosa.", *parts))))
    else:
        messages.info(request, "Su red ya estaba así, no hubo cambios.")


@delegate_of(
    *OWNER_KINDS,
    methods=FORM,
    resumable=fields_of(NetworkForm, added=["kind", "member"]),
    menu=MenuEntry("Asociar Entidades", "Busque entidades y agréguelas a su red, o retírelas.", "network", order=40),
    viewable=Viewable.YES,
)
def associate_entities(request: DelegateRequest) -> HttpResponse:
    """ "Asociar Entidades": search, tick, and "Asociar/Desasociar Entidad"; removals are confirmed first."""
    kinds, kind = NETWORK_MEMBERS[request.entity.kind], request.POST.get("kind", "")
    form = NetworkForm(request.POST, kind=kind if kind in kinds else "")
    if request.method != "POST":
        return _show_search(request)
    if not form.is_valid():
        return _show_search(request, form)
    confirmed = form.cleaned_data["expected_endings"] is not None
    return (None if confirmed else _confirm(request, form)) or _change(request, form)


def _change(request: DelegateRequest, form: NetworkForm) -> HttpResponse:
    values = {name: form.cleaned_data[name] for name in ("associated", "dissociated")}
    values["expected_endings"] = form.cleaned_data["expected_endings"] or 0
    with form.attempt():
        try:
            change = actions.change_network(by=request.account, **values)
        except actions.DependentsChanged as changed:
            form.refusal = changed.refusal
            return _confirm(request, form) or _show_search(request, form)
        _add_message(request, change)
        return _back(request)
    return _show_search(request, form)


# ---------------------------------------------------------------- Consultar Entidades


def _in_state(associations: AssociationQuerySet, state: str) -> AssociationQuerySet:
    if state == "todas":
        return associations
    return associations.ended() if state else associations.current()


def _filtered(owner: Entity, form: EntitiesFilterForm) -> AssociationQuerySet:
    network = Association.objects.of(owner)
    if not form.is_valid():
        return network.none()
    filters = form.cleaned_data
    if filters["tipo"]:
        network = network.filter(member_kind=filters["tipo"])
    return _in_state(network, filters["estado"]).matching(filters["criterio"])


@delegate_of(
    *OWNER_KINDS,
    methods=SAFE,
    menu=MenuEntry(
        "Consultar Entidades", "Vea su red, desde cuándo la tiene, y descargue el Excel.", "building", order=50
    ),
    viewable=Viewable.YES,
)
def entities(request: DelegateRequest) -> HttpResponse:
    owner = request.entity
    form = EntitiesFilterForm(request.GET, owner=owner)
    page = page_of(request, _filtered(owner, form).listed(), "member__search")
    context = {"form": form, "page": page, "filter": used_filters(form), "territorial": _territorial(owner)}
    return render(request, "roles/entities.html", context | {"ended": bool(form.data.get("estado"))})


@delegate_of(*OWNER_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_entities(request: DelegateRequest) -> HttpResponseBase:
    owner = request.entity
    form = EntitiesFilterForm(request.GET, owner=owner)
    if not form.is_valid():
        return redirect(f"{reverse('entities')}?{request.GET.urlencode()}")
    associations = _filtered(owner, form)
    count, filters = associations.count(), [name for name, value in form.cleaned_data.items() if value]
    record_download(by=request.account, filters=filters, rows=count, event=Event.NETWORK_DOWNLOADED)
    columns = ENTITY_COLUMNS_WITH_END if form.cleaned_data["estado"] else ENTITY_COLUMNS
    return download("entidades.xlsx", "Entidades", columns, entity_rows(associations, columns), count)


@delegate_of(*OWNER_KINDS, methods=SAFE, viewable=Viewable.YES)
def association_history(request: DelegateRequest, pk: int) -> HttpResponse:
    owner = request.entity
    association: Any = get_object_or_404(Association.objects.of(owner).listed(), pk=pk)
    member = association.member
    entries = HistoryEntry.objects.of(member).visible_to(owner).filter(event__startswith="network.")
    page = page_of(request, entries.select_related("actor__person"), "id", newest_first=True)
    current = Association.objects.of(owner).with_member(member).current().exists()
    rows = [(entry, actor_for(entry, owner)) for entry in page.rows]
    # not its NIT, which of a person is their document
    words = association.code or member.name
    context = {"member": member, "words": words, "page": page, "rows": rows, "current": current}
    return render(request, "roles/association_history.html", context)


# ---------------------------------------------------------------- Redes a las que pertenece


@delegate_of(
    *MEMBER_KINDS,
    methods=SAFE,
    menu=MenuEntry(
        "Redes a las que pertenece", "Vea quién tiene su entidad en su red y desde cuándo.", "network", order=80
    ),
    viewable=Viewable.YES,
)
def memberships(request: DelegateRequest) -> HttpResponse:
    form = MembershipsFilterForm(request.GET)
    networks = Association.objects.with_member(request.entity).select_related("owner")
    networks = _in_state(networks, form.cleaned_data["estado"]) if form.is_valid() else networks.none()
    page = page_of(request, networks, "owner__search")
    context = {"form": form, "page": page, "filter": bool(form.data.get("estado"))}
    return render(request, "roles/memberships.html", context)
