"""The page "Cambiar de entidad": go on as another account of the same person."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions.entity_switch import switch_account
from accounts.models import Account
from accounts.requests import AnyRequest
from accounts.rules.entity_switch import switchable_accounts
from accounts.rules.second_factor import ENROL, next_login_step
from accounts.security import sessions
from accounts.views.proof import Proof
from mipres_admin.access.declarations import FORM, signed_in
from mipres_admin.formatting import one_point
from mipres_admin.refusals import Refused

TEMPLATE = "accounts/switch_entity.html"


def _go_on(request: AnyRequest, to: Account, how: sessions.Proven, *, remembered: bool) -> HttpResponse:
    """End this session and begin one of `to`, which may have to add its first second factor before."""
    switch_account(by=request.account, to=to, session=request.account_session, remembered=remembered)
    if next_login_step(to) == ENROL:
        request.session.flush()
        sessions.start_pending_login(request, to)
        return redirect("second_factor")
    sessions.switch_session(request, to, how)
    messages.success(request, one_point(f"Ahora trabaja para {to.entity or 'usted mismo, como persona natural'}."))
    return redirect("home")


@signed_in(methods=FORM)
@sensitive_post_parameters("code", "answer", "password")
def switch_entity(request: AnyRequest) -> HttpResponse:
    """ "Cambiar de entidad": go on as another account of the same person, without logging out.

    Once in each session of the browser, the other account asks for its second factor or its password.
    """
    others = switchable_accounts(request.account)
    if request.method != "POST":
        return render(request, TEMPLATE, {"others": others})
    to = next((other for other in others if other.login == request.POST.get("cuenta")), None)
    if to is None:
        raise Http404
    remembered, proof = sessions.proven(request, to), Proof(request, to)
    how = remembered
    if how is None and (method := proof.verify()) is not None:
        how = sessions.Proven(timezone.now(), method)
    if how is None:
        return render(request, TEMPLATE, {"to": to, "proof": proof, "form": proof.form})
    try:
        return _go_on(request, to, how, remembered=remembered is not None)
    except Refused as refused:
        return render(request, TEMPLATE, {"others": others, "refusal": refused.refusal})
