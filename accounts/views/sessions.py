"""The pages "Seguridad de la cuenta", the open sessions of an account, and a form whose session had ended."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.actions import sessions as actions
from accounts.models import RecoveryCode
from accounts.requests import AnyRequest
from accounts.rules.second_factor import compulsory_from, factors_of, must_have_factor
from accounts.security import devices, saved_forms
from accounts.views.confirmation import recently_confirmed
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, Viewable, signed_in


@signed_in(
    methods=SAFE,
    menu=MenuEntry(
        "Seguridad de la cuenta", "Su segundo factor, sus códigos y sus sesiones abiertas.", "shield", order=140
    ),
)
def security(request: AnyRequest) -> HttpResponse:
    """ "Seguridad de la cuenta": the factors and the sessions of this account."""
    account = request.account
    context = {
        "factors": factors_of(account),
        "left": RecoveryCode.objects.filter(account=account).current().count(),
        "must_have_factor": must_have_factor(account),
        "compulsory_from": compulsory_from(account),
        "sessions": account.sessions.current(),
    }
    return render(request, "accounts/security.html", context)


@signed_in(methods=FORM)
@recently_confirmed()
def end_session(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """End one of this account's sessions; its own ends by "Salir"."""
    account = request.account
    session = get_object_or_404(account.sessions, public_id=public_id)
    if request.method == "POST" and session.pk != request.account_session.pk:
        actions.end_session(by=account, session=session)
        messages.success(request, f"La sesión de {session.device} se cerró.")
    return redirect("security")


@signed_in(methods=FORM)
@recently_confirmed()
def end_sessions(request: AnyRequest) -> HttpResponse:
    """End every session of this account but this one."""
    if request.method == "POST":
        ended = actions.end_sessions(account=request.account, by=request.account, keep=request.account_session)
        devices.remember(request, request.account, request.account_session)
        messages.success(request, f"Sesiones cerradas: {ended}. Esta sigue abierta.")
    return redirect("security")


@signed_in(methods=FORM, viewable=Viewable.OWN, unverified=True)
def keep_session(request: AnyRequest) -> HttpResponse:
    """ "Continuar" in the warning that the session ends: answers how many seconds it now has."""
    if request.method != "POST":
        return redirect("home")
    return JsonResponse({"seconds": request.account_session.seconds_left})


@signed_in(methods=FORM, unverified=True)
def resume_form(request: AnyRequest) -> HttpResponse:
    """The form that was sent after the session had ended: send it now, or discard it."""
    saved_form = saved_forms.load(request, request.account)
    if saved_form is None or request.method == "POST":
        saved_forms.discard(request)
        return redirect("home")
    return render(request, "accounts/resume_form.html", {"saved_form": saved_form})
