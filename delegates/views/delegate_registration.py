"""Registro de Usuarios of MIPRES: register as the delegate of an entity, or as a Proveedor Persona Natural."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from accounts.requests import PersonRequest
from delegates.actions import delegate_registration as actions
from delegates.forms.delegate_registration import DelegateForm, EntityKindForm, PpnForm, TerritorialDelegateForm
from delegates.forms.self_registration import OwnDocumentForm
from delegates.models import person_of
from delegates.rules.delegate_registration import DelegateRegistration, delegate_registration_refusal
from entities.models import EntityKind
from mipres_admin.access.declarations import FORM, person
from mipres_admin.database.text import masked_email
from mipres_admin.forms import fields_of

FORMS: dict[EntityKind, type[OwnDocumentForm]] = {EntityKind.ET: TerritorialDelegateForm, EntityKind.PPN: PpnForm}


def _register(by: Account, kind: EntityKind, form: OwnDocumentForm) -> Account:
    data = form.cleaned_data
    if kind == EntityKind.PPN:
        return actions.register_ppn(
            by=by, phone=data["phone"], address=data["address"], municipality_id=data["municipality"]
        )
    return actions.register_delegate(by=by, kind=kind, nit=data["nit"], et_model=data.get("et_model"))


@person(methods=FORM, resumable=fields_of(DelegateForm, TerritorialDelegateForm, PpnForm))
def register_delegate(request: PersonRequest) -> HttpResponse:
    """ "Registrar usuario (Administrador EPS - IPS - Entidad territorial - Proveedor)": kind first, then its form."""
    kind_form = EntityKindForm(request.GET if "tipo" in request.GET else None)
    if not kind_form.is_valid():
        return render(request, "delegates/register_delegate.html", {"kind_form": kind_form, "form": kind_form})
    kind, who = EntityKind(kind_form.cleaned_data["tipo"]), person_of(request.account)
    form = FORMS.get(kind, DelegateForm).sent(request, person=who)
    # the entity of a PPN is known before anything is typed
    blocked = delegate_registration_refusal(DelegateRegistration.for_ppn(who)) if kind == EntityKind.PPN else None
    form.refusal = blocked
    if not blocked and form.is_valid():
        with form.attempt():
            account = _register(request.account, kind, form)
            messages.success(
                request,
                f"Registro exitoso. Su usuario es {account.login}. Enviamos a {masked_email(account.email)} el enlace "
                "para asignar su contraseña; sirve durante 60 minutos.",
            )
            return redirect("role_list")
    context = {"kind_form": kind_form, "kind": kind, "form": form, "blocked": blocked}
    return render(request, "delegates/register_delegate.html", context)
