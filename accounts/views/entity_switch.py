"""The page "Cambiar de entidad": go on as another account of the same person."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.actions.entity_switch import switch_account
from accounts.requests import AnyRequest
from accounts.rules.entity_switch import switchable_accounts
from accounts.rules.second_factor import next_login_step
from accounts.security import sessions
from mipres_admin.access.declarations import FORM, signed_in
from mipres_admin.refusals import Refused


@signed_in(methods=FORM)
def switch_entity(request: AnyRequest) -> HttpResponse:
    """ "Cambiar de entidad": go on as another account of the same person, without logging out."""
    account = request.account
    others = switchable_accounts(account)
    if request.method != "POST":
        return render(request, "accounts/switch_entity.html", {"others": others})
    to = next((other for other in others if other.login == request.POST.get("cuenta")), None)
    if to is None:
        raise Http404
    try:
        switch_account(by=account, to=to, session=request.account_session)
    except Refused as refused:
        return render(request, "accounts/switch_entity.html", {"others": others, "refusal": refused.refusal})
    if next_login_step(to):
        request.session.flush()
        sessions.start_pending_login(request, to)
        return redirect("second_factor")
    sessions.start_session(request, to)
    messages.success(request, f"Ahora trabaja para {to.entity or 'usted mismo, como persona natural'}.")
    return redirect("home")
