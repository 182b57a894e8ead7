"""The pages "Ingresar", with a password or a passkey, "Salir" and "Cambiar Contraseña"."""

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import login_and_password as actions
from accounts.actions.passkey_login import open_session_with_passkey
from accounts.forms.login import ChangePasswordForm, LoginForm
from accounts.forms.second_factor import PasskeyAnswerForm
from accounts.models import Account, LoginObstacle
from accounts.models.sessions import VerificationMethod
from accounts.requests import AnyRequest
from accounts.rules.second_factor import next_login_step
from accounts.security import challenges, devices, saved_forms, sessions, webauthn
from accounts.views.confirmation import recently_confirmed
from accounts.views.destinations import destination, next_page
from accounts.views.proof import site_of
from mipres_admin.access.declarations import FORM, POST, MenuEntry, Viewable, public, signed_in

# the purpose of a challenge
LOG_IN = "log in"


def _log_in(request: HttpRequest, form: LoginForm) -> str:
    """Log in with a valid form and return the next address; "" when it fails, which the form explains."""
    if not form.is_valid():
        return ""
    with form.attempt():
        account = actions.open_session(login=form.cleaned_data["login"], password=form.cleaned_data["password"])
        if next_login_step(account):
            sessions.start_pending_login(request, account, next_page(request))
            return resolve_url("second_factor")
        sessions.start_session(request, account)
        return destination(request, next_page(request))
    return ""


def _log_in_with_passkey(request: HttpRequest, form: PasskeyAnswerForm) -> str:
    """As `_log_in`, with what the browser answered."""
    if not form.is_valid():
        return ""
    with form.attempt():
        challenge, answer = challenges.take(request.session, LOG_IN), form.cleaned_data["answer"]
        account = open_session_with_passkey(answer=answer, challenge=challenge, site=site_of(request))
        sessions.start_session(request, account, VerificationMethod.PASSKEY)
        return destination(request, next_page(request))
    return ""


@public(methods=FORM)
@sensitive_post_parameters("password", "answer")
def login(request: HttpRequest) -> HttpResponse:
    """Ask for Usuario, Contraseña and the code of the image, or for a passkey alone, and begin a session."""
    if request.user.is_authenticated:  # in another tab: this one goes on where it was, too
        return redirect(next_page(request))
    by_passkey = "answer" in request.POST
    passkey_form = PasskeyAnswerForm(request.POST if by_passkey else None)
    form = LoginForm(session=request.session) if by_passkey else LoginForm.sent(request)
    if url := _log_in_with_passkey(request, passkey_form) or _log_in(request, form):
        return HttpResponseRedirect(url)
    why_ended = request.session.pop(sessions.END_REASON, "")
    context = {
        "form": form,
        "passkey_form": passkey_form,
        "takes_passkeys": site_of(request).takes_passkeys,
        "end_message": sessions.END_MESSAGES.get(why_ended, ""),
        "may_go_on": why_ended not in LoginObstacle,
        "has_saved_form": saved_forms.SAVED_FORM in request.session,
    }
    return render(request, "accounts/login.html", context)


@public(methods=POST)
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to log in with any passkey that it has for the portal: JSON, good for one answer.

    Fetched when the button is pressed, so that a page that stayed open works too.
    """
    options, challenge = webauthn.assertion_options([], site_of(request))
    challenges.keep(request.session, LOG_IN, challenge)
    return HttpResponse(options, content_type="application/json")


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
    response = redirect("login")
    # not "cookies": it would also end a log-in that another tab has just begun
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in(
    methods=FORM,
    menu=MenuEntry("Cambiar Contraseña", "Cambie la contraseña de su cuenta.", "key", order=130),
    unverified=True,
)
@sensitive_post_parameters("old", "new", "confirmation")
@recently_confirmed(form_asks_password=True)
def change_password(request: AnyRequest) -> HttpResponse:
    """Change the password of the account; this session stays, under a new key."""
    form = ChangePasswordForm(request.POST or None, account=request.account)
    if form.is_valid():
        with form.attempt():
            account = actions.change_password(
                by=request.account,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                keep=request.account_session,
            )
            auth.update_session_auth_hash(request, account)
            devices.remember(request, account, request.account_session)
            messages.success(request, "Contraseña cambiada exitosamente")
            return redirect("change_password")
    return render(request, "accounts/change_password.html", {"form": form})
