""" "Dejar de ver": the end of a look at the portal as a delegate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.actions.viewing import end_viewing
from accounts.viewing.models import Viewing
from accounts.views.users import account_of
from mipres_admin.access import FORM, Viewable, staff


@staff(methods=FORM, viewable=Viewable.OWN)
def stop_viewing(request: HttpRequest) -> HttpResponse:
    """End the viewing of this session, and go back to the account that was seen."""
    viewing: Viewing | None = request.viewing  # type: ignore[attr-defined]
    if request.method != "POST" or viewing is None:
        return redirect("home")
    end_viewing(viewing=viewing, by=account_of(request), why=Viewing.End.STOPPED)
    messages.success(request, f"Dejó de ver el portal como {viewing.account.login}.")
    if request.user.has_perm("accounts.view_account"):
        return redirect("admin:accounts_account_change", viewing.account_id)
    return redirect("home")
