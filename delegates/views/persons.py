"""Mi Seguridad Social of a person who has logged in: Mi lista de roles, Mis datos."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.models import Account, RegisteredUser
from delegates.actions import personal_data as actions
from delegates.forms.persons import EmailForm, SexForm
from delegates.models import PrivacyAcceptance, Representation
from delegates.views.parts import account_of, dead_link, own_person, private
from mipres_admin.access import FORM, SAFE, MenuEntry, person, public
from mipres_admin.refusals import Refused
from mipres_admin.text import masked_email


@person(methods=SAFE)
def role_list(request: HttpRequest) -> HttpResponse:
    """Mi lista de roles (provider manual, step 2): persona natural, and a persona jurídica per entity he represents."""
    who = own_person(request)
    represented = Representation.objects.current().filter(person=who).select_related("entity").order_by("entity__name")
    delegacies = Account.objects.filter(person=who, entity__isnull=False, is_active=True).select_related("entity")
    context = {
        "represented": represented,
        "delegacies": delegacies.order_by("login"),
        "user": RegisteredUser.objects.filter(person=who).select_related("person", "profession").first(),
    }
    return render(request, "delegates/role_list.html", context)


# ---------------------------------------------------------------- Mis datos


def _show(request: HttpRequest, *, sex: SexForm | None = None, email: EmailForm | None = None) -> HttpResponse:
    who = own_person(request)
    context = {
        "person": who,
        "sex_form": sex or SexForm(initial={"sex": who.sex}),
        "email_form": email or EmailForm(auto_id="id_correo_%s"),
        "form": sex or email,
        "accounts": Account.objects.filter(person=who).select_related("entity").order_by("pk"),
        "acceptances": PrivacyAcceptance.objects.filter(account=account_of(request)),
        "user": RegisteredUser.objects.filter(person=who).select_related("person", "profession").first(),
    }
    return render(request, "delegates/my_data.html", context)


@person(
    methods=SAFE,
    menu=MenuEntry("Mis datos", "Vea, corrija y descargue lo que el portal sabe de usted.", "user", order=100),
)
def my_data(request: HttpRequest) -> HttpResponse:
    """What the portal holds on the person, and how to correct and take it (Ley 1581 de 2012, art. 8)."""
    return _show(request)


@person(methods=FORM)
def correct_my_data(request: HttpRequest) -> HttpResponse:
    """Save the sexo."""
    form = SexForm(request.POST)
    if request.method != "POST":
        return redirect("my_data")
    if not form.is_valid():
        return _show(request, sex=form)
    if actions.correct_sex(by=account_of(request), sex=form.cleaned_data["sex"]):
        messages.success(request, "Sus datos se guardaron.")
    else:
        messages.info(request, "Sus datos ya estaban así, no hubo cambios.")
    return redirect("my_data")


def _asked(request: HttpRequest, form: EmailForm) -> bool:
    """Ask for the change with a valid form; whether it was accepted. What went wrong is in the form."""
    try:
        actions.ask_email_change(
            by=account_of(request), email=form.cleaned_data["email"], password=form.cleaned_data["old"]
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@person(methods=FORM)
@sensitive_post_parameters("old")
def change_my_email(request: HttpRequest) -> HttpResponse:
    """Ask for another e-mail: it changes when the link that is mailed there is used."""
    if request.method != "POST":
        return redirect("my_data")
    form = EmailForm(request.POST, auto_id="id_correo_%s")
    if not form.is_valid() or not _asked(request, form):
        return _show(request, email=form)
    where = masked_email(form.cleaned_data["email"])
    messages.info(request, f"Enviamos un enlace a {where}. Su correo cambia cuando lo use, en los próximos 60 minutos.")
    return redirect("my_data")


@public(methods=FORM)
@sensitive_variables("secret")
def confirm_email(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a button and changes nothing; pressing it changes the e-mail."""
    try:
        change = actions.find_change(secret)
        if request.method == "POST":
            actions.change_email(secret=secret)
            messages.success(request, "Su correo cambió. Avisamos también al correo anterior.")
            return private(redirect("home"))
    except Refused as refused:
        return dead_link(request, refused.refusal)
    return private(render(request, "delegates/confirm_email.html", {"change": change}))


@person(methods=SAFE)
def download_my_data(request: HttpRequest) -> HttpResponse:
    """A copy of everything, that a program can read too (Ley 1581 de 2012, art. 8 a and 14)."""
    data = actions.download_data(by=account_of(request))
    return JsonResponse(
        data,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="mis-datos.json"'},
    )
