"""Log in, log out, home and change of password."""

from typing import Any

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import session as actions
from accounts.forms.session import ChangePasswordForm, LoginForm
from accounts.models import Account
from accounts.news import NEWS_DAYS, news_of
from accounts.overview import overview_of
from accounts.requests import AnyRequest
from accounts.security import kept, sessions
from accounts.security.rules import compulsory_from, has_factor, step_of
from accounts.viewing.models import Viewing
from mipres_admin.access import FORM, SAFE, MenuEntry, Viewable, public, signed_in


def _next(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal; else home."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else resolve_url("home")


def destination(request: HttpRequest, wanted: str) -> str:
    """Where a session begins: at the form that waits for its sender, else where the person was going."""
    return resolve_url("resume_form") if kept.kept_form(request, request.user) else wanted


def _enter(request: HttpRequest, form: LoginForm) -> str:
    """Try to log in with a valid form; where to go now, or "" when it failed. What went wrong is in the form."""
    with form.attempt():
        account = actions.open_session(login=form.cleaned_data["login"], password=form.cleaned_data["password"])
        if step_of(account):
            sessions.start_second_step(request, account, _next(request))
            return resolve_url("second_factor")
        sessions.begin(request, account)
        return destination(request, _next(request))
    return ""


@public(methods=FORM)
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Ask for Usuario, Contraseña and the code of the image, and begin a session."""
    if request.user.is_authenticated:
        return redirect("home")
    form = LoginForm.sent(request)
    if form.is_valid():
        goal = _enter(request, form)
        if goal:
            return HttpResponseRedirect(goal)
    why = sessions.WHY_CLOSED.get(request.session.pop(sessions.WHY, ""), "")
    context = {"form": form, "why": why, "kept": kept.KEPT in request.session}
    return render(request, "accounts/login.html", context)


@public(methods=FORM, viewable=Viewable.OWN)
def logout(request: HttpRequest) -> HttpResponse:
    """End the session. Opening the address ends nothing: it asks first."""
    if not isinstance(request.user, Account):
        return redirect("login")
    if request.method != "POST":
        return render(request, "accounts/logout.html")
    actions.close_session(by=request.user)
    auth.logout(request)
    messages.success(request, "Usted ha salido del portal.")
    return redirect("login")


def viewings_told(account: Account) -> list[Viewing]:
    """The last times that the Ministry saw the portal as a delegate of this account's entity: some, and one more."""
    return list(Viewing.objects.told_to(account.entity).select_related("account")[:4]) if account.entity else []


@signed_in(methods=SAFE, viewable=Viewable.YES)
def home(request: AnyRequest) -> HttpResponse:
    """What this account can do here, and how its entity stands; a natural person's home is "Mi lista de roles"."""
    account = request.account
    if account.is_natural_person:
        return redirect("role_list")
    since = compulsory_from(account)
    announced = since if since and since > timezone.localdate() and not has_factor(account) else None
    context: dict[str, Any] = {"second_factor_from": announced, "viewings": viewings_told(account)}
    if account.entity is not None and account.entity.is_active:
        context |= {"overview": overview_of(account.entity), "news": news_of(account.entity), "news_days": NEWS_DAYS}
    return render(request, "accounts/home.html", context)


@signed_in(methods=FORM, menu=MenuEntry("Cambiar Contraseña", "Cambie la contraseña de su cuenta.", "key", order=130))
@sensitive_post_parameters("old", "new", "confirmation")
def change_password(request: AnyRequest) -> HttpResponse:
    """Change one's own password; this session stays, under a new key."""
    form = ChangePasswordForm(request.POST or None, account=request.account)
    if form.is_valid():
        with form.attempt():
            account = actions.change_password(
                by=request.account,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                keep=request.whole_session,
            )
            auth.update_session_auth_hash(request, account)
            messages.success(request, "Contraseña cambiada exitosamente")
            return redirect("change_password")
    return render(request, "accounts/change_password.html", {"form": form})
