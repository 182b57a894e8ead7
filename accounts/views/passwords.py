"""Forgotten password, and the page that the link of the mail opens."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.actions import password_links as actions
from accounts.forms.session import NewPasswordForm, RecoverPasswordForm
from mipres_admin.access import FORM, public
from mipres_admin.refusals import Refusal, Refused

LINK_ON_ITS_WAY = (
    "Solicitud recibida. Si los datos corresponden a una cuenta activa, en unos minutos llegará a su correo un enlace "
    "para asignar la contraseña. Si no llega, revise el correo no deseado y que los datos sean los que registró."
)
ASSIGNED = "Contraseña cambiada exitosamente. Ingrese con su usuario y su contraseña nueva."
GONE = 410


def _recover_form(request: HttpRequest) -> RecoverPasswordForm:
    """The form as it was sent; with nothing checked when only another image was asked for."""
    if "actualizar" in request.POST:
        typed = {name: request.POST.get(name, "") for name in RecoverPasswordForm.field_order}
        return RecoverPasswordForm(session=request.session, initial=typed)
    return RecoverPasswordForm(request.POST or None, session=request.session)


def _asked(form: RecoverPasswordForm) -> bool:
    """Ask for the link with a valid form; whether it was accepted. What went wrong is in the form."""
    try:
        actions.recover_password(**{name: form.cleaned_data[name] for name in form.field_order})
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@public(methods=FORM)
def recover_password(request: HttpRequest) -> HttpResponse:
    """ "Olvidé mi clave - Recordar contraseña": the same answer, whoever asks for whomever."""
    form = _recover_form(request)
    if form.is_valid() and _asked(form):
        messages.info(request, LINK_ON_ITS_WAY)
        return redirect("login")
    return render(request, "accounts/recover_password.html", {"form": form})


def _private(response: HttpResponse) -> HttpResponse:
    """The secret of the address goes to no other page, ours included.

    Not "no-referrer": with it browsers send the form with `Origin: null`, which the CSRF check must refuse.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _dead_link(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _private(render(request, "accounts/dead_password_link.html", {"refusal": refusal}, status=GONE))


def _assigned(secret: str, form: NewPasswordForm) -> bool:
    """Set the password with a valid form; whether it was accepted. Raises Refused when the link does not open."""
    try:
        actions.assign_password(secret=secret, new=form.cleaned_data["new"])
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@public(methods=FORM)
@sensitive_post_parameters("new", "confirmation")
@sensitive_variables("secret")
def assign_password(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a form and changes nothing (scanners open links); sending it sets the password."""
    try:
        form = NewPasswordForm(request.POST or None, account=actions.find_link(secret).account)
        if form.is_valid() and _assigned(secret, form):
            messages.success(request, ASSIGNED)
            return _private(redirect("login"))
    except Refused as refused:
        return _dead_link(request, refused.refusal)
    return _private(render(request, "accounts/assign_password.html", {"form": form}))
