"""Mi Seguridad Social after log-in: Mi lista de roles, Mis roles en MIPRES, and Mis datos."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.models import Account
from accounts.requests import DelegateRequest, PersonRequest
from accounts.views.confirmation import recently_confirmed
from accounts.views.mailed_link_decorator import opened_by_link
from delegates.actions import personal_data as actions
from delegates.forms.sign_up_and_personal_data import (
    EmailForm,
    SexForm,
)
from delegates.models import PrivacyAcceptance, Representation, person_of
from delegates.views.identity_claims import show_claim
from entities.models import EntityKind
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, delegate_of, own_account, person, public
from mipres_admin.database.text import masked_email
from mipres_admin.forms import fields_of
from mipres_admin.paging import page_of
from roles.matrix import MEANINGS, Role, derived_roles
from roles.models import RegisteredUser, RoleAssignment

ENDED_SHOWN = timedelta(days=365)


@person(methods=SAFE)
def role_list(request: PersonRequest) -> HttpResponse:
    """Mi lista de roles (provider manual, step 2): persona natural, and each persona jurídica that they represent."""
    who = person_of(request.account)
    delegacies = Account.objects.filter(person=who, entity__isnull=False, is_active=True).select_related("entity")
    context = {
        "entities": Representation.objects.entities_of(who),
        "delegacies": delegacies.order_by("login"),
        "user": RegisteredUser.objects.filter(person=who).select_related("person", "profession").first(),
    }
    return render(request, "delegates/role_list.html", context)


@person(
    methods=SAFE,
    menu=MenuEntry("Mis roles en MIPRES", "Vea qué roles tiene, en qué entidad y hasta cuándo.", "users", order=103),
)
def my_roles(request: PersonRequest) -> HttpResponse:
    """The roles of the person, wherever they are, and those that ended within a year (Ley 1581 de 2012, art. 8)."""
    roles = RoleAssignment.objects.filter(user__person=person_of(request.account))
    roles = roles.not_ended(timezone.now() - ENDED_SHOWN).select_related("entity", "sede", "user")
    page = page_of(request, roles.prefetch_related("endings"), "starts_at", newest_first=True)
    rows = [(row, MEANINGS[Role(row.role)], derived_roles({row.role}, row.user.profession_id)) for row in page.rows]
    return render(request, "delegates/my_roles.html", {"page": page, "rows": rows})


# ---------------------------------------------------------------- Mis datos


def _show(request: PersonRequest, *, sex: SexForm | None = None, email: EmailForm | None = None) -> HttpResponse:
    if request.account.is_unverified:
        return show_claim(request, form=email)
    who = person_of(request.account)
    context = {
        "person": who,
        "sex_form": sex or SexForm(initial={"sex": who.sex}),
        "email_form": email or EmailForm(auto_id="id_correo_%s"),
        "form": sex or email,
        "accounts": Account.objects.filter(person=who).select_related("entity").order_by("pk"),
        "acceptances": PrivacyAcceptance.objects.filter(account=request.account),
        "user": RegisteredUser.objects.filter(person=who).select_related("person", "profession").first(),
    }
    return render(request, "delegates/my_data.html", context)


@person(
    methods=SAFE,
    menu=MenuEntry("Mis datos", "Vea, corrija y descargue lo que el portal sabe de usted.", "user", order=100),
)
def my_data(request: PersonRequest) -> HttpResponse:
    """What the portal has on the person, and how to correct and download it (Ley 1581 de 2012, art. 8)."""
    return _show(request)


@person(methods=FORM, resumable=fields_of(SexForm))
def correct_my_data(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("my_data")
    form = SexForm(request.POST)
    if not form.is_valid():
        return _show(request, sex=form)
    if actions.correct_sex(by=request.account, sex=form.cleaned_data["sex"]):
        messages.success(request, "Sus datos se guardaron.")
    else:
        messages.info(request, "Sus datos ya estaban así, no hubo cambios.")
    return redirect("my_data")


def _requested(request: PersonRequest | DelegateRequest, form: EmailForm) -> bool:
    """Whether the link went out to the e-mail of a valid form; otherwise the form has the error."""
    email = form.cleaned_data["email"]
    with form.attempt():
        actions.request_email_change(by=request.account, email=email)
        where = f"Enviamos un enlace a {masked_email(email)}."
        messages.info(request, f"{where} Su correo cambia cuando lo use, en los próximos 60 minutos.")
        return True
    return False


@own_account(methods=FORM, resumable=fields_of(EmailForm))
@recently_confirmed()
def change_my_email(request: PersonRequest) -> HttpResponse:
    """Request another e-mail: it changes when the mailed link is used."""
    own_page = "identity_claim" if request.account.is_unverified else "my_data"
    if request.method != "POST":
        return redirect(own_page)
    form = EmailForm(request.POST, auto_id="id_correo_%s")
    if form.is_valid() and _requested(request, form):
        return redirect(own_page)
    return _show(request, email=form)


@delegate_of(
    EntityKind.PPN,
    methods=FORM,
    resumable=fields_of(EmailForm),
    menu=MenuEntry("Correo de la cuenta", "Cambie el correo de su cuenta de proveedor.", "user", order=105),
)
@recently_confirmed()
def change_provider_email(request: DelegateRequest) -> HttpResponse:
    """Request another e-mail for the account of a Proveedor Persona Natural, which nobody else gives one."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _requested(request, form):
        return redirect("home")
    return render(request, "delegates/provider_email.html", {"form": form})


@public(methods=FORM)
@opened_by_link("delegates/dead_email_link.html")
@sensitive_variables("secret")
def confirm_email(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the mail's link shows a button and changes nothing; pressing it changes the e-mail."""
    change = actions.find_email_change(secret)
    if request.method == "POST":
        actions.change_email(secret=secret)
        messages.success(request, "Su correo cambió. Avisamos también al correo anterior.")
        return redirect("home")
    return render(request, "delegates/confirm_email.html", {"change": change})


@own_account(methods=SAFE)
def download_my_data(request: PersonRequest) -> HttpResponse:
    """A machine-readable copy of all data (Ley 1581 de 2012, art. 8 a and 14)."""
    return JsonResponse(
        actions.download_personal_data(by=request.account),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="mis-datos.json"'},
    )
