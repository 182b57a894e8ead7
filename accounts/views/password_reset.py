"""The page "Olvidé mi clave - Recordar contraseña", and the page that the link of the e-mail opens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.actions import password_links as actions
from accounts.forms.login import NewPasswordForm, RecoverPasswordForm
from accounts.security import devices
from accounts.views.mailed_link_decorator import opened_by_link
from mipres_admin.access.declarations import FORM, public
from mipres_admin.refusals import Refused

LINK_ON_ITS_WAY = (
    "Solicitud recibida. Si los datos corresponden a una cuenta activa, en unos minutos llegará al correo de la cuenta "
    "un enlace para asignar la contraseña; al de un delegado, el de «Administrar autorizados». Si no llega, revise el "
    "correo no deseado y que los datos sean los que registró."
)
ASSIGNED = "Contraseña cambiada exitosamente. Ingrese con su usuario y su contraseña nueva."


@public(methods=FORM)
def recover_password(request: HttpRequest) -> HttpResponse:
    """ "Olvidé mi clave - Recordar contraseña": the same answer, whether or not the account exists."""
    form = RecoverPasswordForm.sent(request)
    if form.is_valid():
        with form.attempt():
            actions.recover_password(**{name: form.cleaned_data[name] for name in form.field_order})
            messages.info(request, LINK_ON_ITS_WAY)
            return redirect("login")
    return render(request, "accounts/recover_password.html", {"form": form})


@public(methods=FORM)
@sensitive_post_parameters("new", "confirmation")
@opened_by_link("accounts/dead_password_link.html")
@sensitive_variables("secret")
def assign_password(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a form and changes nothing (scanners open links); sending it sets the password."""
    form = NewPasswordForm(request.POST or None, account=actions.find_link(secret).account)
    if form.is_valid():
        with form.attempt():
            account = actions.assign_password(secret=secret, new=form.cleaned_data["new"])
            devices.remember(request, account)
            messages.success(request, ASSIGNED)
            return redirect("login")
    if form.refusal:  # the link was used or ended meanwhile
        raise Refused(form.refusal)
    return render(request, "accounts/assign_password.html", {"form": form})
