"""Registro in Mi Seguridad Social, persona natural: the form, then the mailed link, which sets the password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.forms.login import NewPasswordForm
from accounts.views.mailed_link_decorator import opened_by_link
from delegates.actions import sign_up as actions
from delegates.forms.sign_up_and_personal_data import SignUpForm
from delegates.privacy_notice_version import NOTICE_VERSION
from mipres_admin.access.declarations import FORM, SAFE, Viewable, public
from mipres_admin.refusals import Refused

VERIFIED = "Su cuenta de Mi Seguridad Social está lista. Ingrese con su usuario, {login}, y la contraseña que eligió."
PENDING = (
    "Su cuenta está abierta y su identidad, por verificar. Ingrese con su usuario, {login}, y la contraseña que "
    "eligió: allí le decimos qué falta."
)


@public(methods=SAFE, viewable=Viewable.YES)
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """Aviso de privacidad (Ley 1581 de 2012; Decreto 1377 de 2013, art. 15)."""
    return render(request, "delegates/privacy_notice.html", {"version": NOTICE_VERSION})


@public(methods=FORM)
@sensitive_post_parameters()
def sign_up(request: HttpRequest) -> HttpResponse:
    """Request an account; the answer is the same for people with and without one."""
    form = SignUpForm.sent(request)
    if form.is_valid():
        with form.attempt():
            actions.request_account(applicant=form.applicant)
            return redirect("sign_up_sent")
    return render(request, "delegates/sign_up.html", {"form": form})


@public(methods=SAFE, viewable=Viewable.YES)
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "delegates/sign_up_sent.html")


@public(methods=FORM)
@sensitive_post_parameters("new", "confirmation")
@opened_by_link("delegates/dead_link.html")
@sensitive_variables("secret")
def confirm_sign_up(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a form and changes nothing (scanners open links); sending it opens the account."""
    form = NewPasswordForm(request.POST or None, account=actions.future_account(actions.find_sign_up(secret)))
    if form.is_valid():
        with form.attempt():
            account = actions.confirm_account(secret=secret, new=form.cleaned_data["new"])
            messages.success(request, (PENDING if account.is_unverified else VERIFIED).format(login=account.login))
            return redirect("login")
    if form.refusal:  # the link was used or expired meanwhile
        raise Refused(form.refusal)
    return render(request, "delegates/confirm_sign_up.html", {"form": form})
