"""Registro in Mi Seguridad Social, persona natural: ask, read the mail, choose a password."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.forms.session import NewPasswordForm
from delegates.actions import sign_up as actions
from delegates.forms.persons import SignUpForm
from delegates.privacy import NOTICE_VERSION
from delegates.views.parts import dead_link, filled, private
from mipres_admin.access import FORM, SAFE, Viewable, public
from mipres_admin.refusals import Refused

OPENED = "Su cuenta de Mi Seguridad Social está lista. Ingrese con su usuario, {login}, y la contraseña que eligió."


@public(methods=SAFE, viewable=Viewable.YES)
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """Aviso de privacidad (Ley 1581 de 2012; Decreto 1377 de 2013, art. 15)."""
    return render(request, "delegates/privacy_notice.html", {"version": NOTICE_VERSION})


def _asked(form: SignUpForm) -> bool:
    """Ask with a valid form; whether it was accepted. What went wrong is in the form."""
    try:
        actions.request_account(applicant=form.applicant)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@public(methods=FORM)
@sensitive_post_parameters()
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an account: the same answer, whoever asks for whomever."""
    form = filled(request, SignUpForm)
    if form.is_valid() and _asked(form):
        return redirect("sign_up_sent")
    return render(request, "delegates/sign_up.html", {"form": form})


@public(methods=SAFE, viewable=Viewable.YES)
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """What happens next, for everybody who asked."""
    return render(request, "delegates/sign_up_sent.html")


@sensitive_variables("secret")
def _opened(secret: str, form: NewPasswordForm) -> str:
    """The login of the account that a valid form opened, or nothing. Raises Refused."""
    try:
        return actions.confirm_account(secret=secret, new=form.cleaned_data["new"]).login
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return ""


@public(methods=FORM)
@sensitive_post_parameters("new", "confirmation")
@sensitive_variables("secret")
def confirm_sign_up(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a form and changes nothing (scanners open links); sending it opens the account."""
    try:
        account = actions.future_account(actions.find_request(secret))
        form = NewPasswordForm(request.POST or None, account=account)
        if form.is_valid() and (login := _opened(secret, form)):
            messages.success(request, OPENED.format(login=login))
            return private(redirect("login"))
    except Refused as refused:
        return dead_link(request, refused.refusal)
    return private(render(request, "delegates/confirm_sign_up.html", {"form": form}))
