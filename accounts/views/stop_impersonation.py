"""The button "Dejar de ver", which ends an impersonation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.actions.impersonation import end_impersonation
from accounts.models import Impersonation
from accounts.requests import AnyRequest
from mipres_admin.access.declarations import FORM, Viewable, staff


@staff(methods=FORM, viewable=Viewable.OWN)
def stop_impersonation(request: AnyRequest) -> HttpResponse:
    """End the impersonation of this session, and go back to the account that was impersonated."""
    impersonation = request.impersonation
    if request.method != "POST" or impersonation is None:
        return redirect("home")
    end_impersonation(impersonation=impersonation, by=request.account, why=Impersonation.End.STOPPED)
    messages.success(request, f"Dejó de ver el portal como {impersonation.account.login}.")
    if request.account.has_perm("accounts.view_account"):
        return redirect("admin:accounts_account_change", impersonation.account_id)
    return redirect("home")
