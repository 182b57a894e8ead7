"""Historia of an entity, for its legal representative: all of it, also from before they represented it."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.requests import PersonRequest
from delegates.views.represented_entity_or_404 import represented_entity
from mipres_admin.access.declarations import SAFE, person
from roles.views.entity_history import history_page, history_workbook


@person(methods=SAFE)
def entity_history(request: PersonRequest, pk: int) -> HttpResponse:
    return history_page(request, represented_entity(request, pk), "delegates/entity_history.html", {})


@person(methods=SAFE)
def download_entity_history(request: PersonRequest, pk: int) -> HttpResponseBase:
    entity = represented_entity(request, pk)
    return history_workbook(request, entity, reverse("entity_history", args=[entity.pk]))
