"""Novedades de los registros: the roles of this entity that official registries ended, why, and what can be done."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import DelegateRequest
from entities.models import Entity
from mipres_admin.access.declarations import SAFE, Viewable, delegate_of
from mipres_admin.paging import page_of
from roles.forms.registry_notices import NoticesFilterForm
from roles.matrix import ACTIVATING_KINDS
from roles.models import RoleEnding, RoleEndingQuerySet


def _filtered(entity: Entity, form: NoticesFilterForm) -> RoleEndingQuerySet:
    endings = RoleEnding.objects.visible_to(entity).not_undone()
    if not form.is_valid():
        return endings.none()
    if form.cleaned_data["causa"]:
        endings = endings.filter(cause=form.cleaned_data["causa"])
    return endings.on(form.cleaned_data["dia"]) if form.cleaned_data["dia"] else endings


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.YES)
def registry_notices(request: DelegateRequest) -> HttpResponse:
    form = NoticesFilterForm(request.GET)
    endings = _filtered(request.entity, form).select_related("assignment__user__person", "assignment__sede")
    page = page_of(request, endings, "id", newest_first=True)
    context = {"form": form, "page": page, "filter": any(form.data.get(name) for name in form.fields)}
    return render(request, "roles/registry_notices.html", context)
