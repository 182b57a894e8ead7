"""Inicio: what an account can do in the portal, with the figures of its entity."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Account, Impersonation
from accounts.requests import AnyRequest
from accounts.rules.second_factor import compulsory_from, has_factor
from mipres_admin.access.declarations import SAFE, Viewable, signed_in
from roles.page_content.entity_overview import overview_of
from roles.page_content.registry_notices import (
    NOTICE_DAYS,
    notices_for,
)


def recent_impersonations(account: Account) -> list[Impersonation]:
    """The latest impersonations of this account's entity: three, and one that tells that there are more."""
    return (
        list(Impersonation.objects.recent_for(account.entity).select_related("account")[:4]) if account.entity else []
    )


@signed_in(methods=SAFE, viewable=Viewable.YES, unverified=True)
def home(request: AnyRequest) -> HttpResponse:
    """What this account can do and the figures of its entity; a natural person's home is "Mi lista de roles", and
    "Mi identidad" until it is verified."""
    account = request.account
    if account.is_unverified:
        return redirect("identity_claim")
    if account.is_natural_person:
        return redirect("role_list")
    since = compulsory_from(account)
    announced = since if since and since > timezone.localdate() and not has_factor(account) else None
    context: dict[str, Any] = {"second_factor_from": announced, "impersonations": recent_impersonations(account)}
    if account.entity is not None and account.entity.is_active:
        context |= {
            "overview": overview_of(account.entity),
            "registry_notices": notices_for(account.entity),
            "notice_days": NOTICE_DAYS,
        }
    return render(request, "roles/home.html", context)
