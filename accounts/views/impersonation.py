""" "Dejar de ver": the end of a look at the portal as a delegate."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.actions.impersonation import end_viewing
from accounts.models.impersonation import Viewing
from accounts.requests import AnyRequest
from mipres_admin.access.declarations import FORM, Viewable, staff


@staff(methods=FORM, viewable=Viewable.OWN)
def stop_viewing(request: AnyRequest) -> HttpResponse:
    """End the viewing of this session, and go back to the account that was seen."""
    viewing = request.viewing
    if request.method != "POST" or viewing is None:
        return redirect("home")
    end_viewing(viewing=viewing, by=request.account, why=Viewing.End.STOPPED)
    messages.success(request, f"Dejó de ver el portal como {viewing.account.login}.")
    if request.account.has_perm("accounts.view_account"):
        return redirect("admin:accounts_account_change", viewing.account_id)
    return redirect("home")
