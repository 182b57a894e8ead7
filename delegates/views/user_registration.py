"""Registro de Usuarios of MIPRES: choose the application, the type of user, and register."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import Account
from accounts.requests import PersonRequest
from delegates.actions import user_registration as actions
from delegates.actions.personal_data import person_of
from delegates.forms.user_registration import (
    DelegateForm,
    EnrolmentForm,
    EntityKindForm,
    OwnDocumentForm,
    PpnForm,
    TerritorialDelegateForm,
)
from delegates.rules.user_registration import Delegacy, Enrolment, beginning_refusal, delegate_refusal
from entities.models import EntityKind
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, View, Viewable, person, public
from mipres_admin.database.text import masked_email
from mipres_admin.refusals import Refusal
from roles.matrix import UserKind


@dataclass(frozen=True)
class Kind:
    """One of the four types of user: where it is explained and where it is registered."""

    slug: str
    label: str
    hint: str
    icon: str
    url_name: str

    @property
    def steps(self) -> str:
        """The template that explains its steps."""
        return f"delegates/steps/{self.slug}.html"


KINDS = (
    Kind(
        "profesional",
        "Profesional de la salud",
        "Prescribe, ordena o integra juntas. Debe estar inscrito en ReTHUS.",
        "health",
        "register_professional",
    ),
    Kind(
        "delegado",
        "Delegado Administrativo",
        "Administra MIPRES para una entidad que lo nombró, o para usted mismo como Proveedor Persona Natural.",
        "building",
        "register_delegate",
    ),
    Kind(
        "sso",
        "Servicio Social Obligatorio",
        "Presta el servicio en una plaza que asignó el Ministerio.",
        "map-pin",
        "register_sso",
    ),
    Kind(
        "otro",
        "Otro Usuario",
        "Admisión, transcripción, dispensación y otras labores de apoyo.",
        "users",
        "register_other",
    ),
)


# ---------------------------------------------------------------- public: what there is, and which steps


@public(
    methods=SAFE,
    menu=MenuEntry(
        "Registro de Usuarios de MIPRES",
        "Regístrese como delegado, profesional, SSO u otro usuario.",
        "user-plus",
        order=110,
        only_persons=True,
    ),
    viewable=Viewable.YES,
)
def registration(request: HttpRequest) -> HttpResponse:
    """ "Seleccione la aplicación en la que debe registrarse" (route for territorial entities, 2020)."""
    return render(request, "delegates/registration.html")


@public(methods=SAFE, viewable=Viewable.YES)
def registration_kinds(request: HttpRequest) -> HttpResponse:
    """ "Seleccione el tipo de usuario"."""
    return render(request, "delegates/registration_kinds.html", {"kinds": KINDS})


@public(methods=SAFE, viewable=Viewable.YES)
def registration_steps(request: HttpRequest, slug: str) -> HttpResponse:
    """The steps of one type of user; who has logged in with his own account goes on to the form."""
    kind = next((kind for kind in KINDS if kind.slug == slug), None)
    if kind is None:
        raise Http404
    return render(request, "delegates/registration_steps.html", {"kind": kind, "form_url": reverse(kind.url_name)})


# ---------------------------------------------------------------- Delegado Administrativo


def _chosen_kind(request: HttpRequest) -> tuple[EntityKindForm, EntityKind | None]:
    form = EntityKindForm(request.GET if "tipo" in request.GET else None)
    return form, EntityKind(form.cleaned_data["tipo"]) if form.is_valid() else None


def _delegate_form(request: PersonRequest, kind: EntityKind) -> OwnDocumentForm:
    forms: dict[EntityKind, type[OwnDocumentForm]] = {
        EntityKind.ET: TerritorialDelegateForm,
        EntityKind.PPN: PpnForm,
    }
    return forms.get(kind, DelegateForm).sent(request, person=person_of(request.account))


def _registered(request: PersonRequest, kind: EntityKind, typed: dict[str, Any]) -> Account:
    by = request.account
    if kind == EntityKind.PPN:
        return actions.register_ppn(
            by=by, phone=typed["phone"], address=typed["address"], municipality_id=typed["municipality"]
        )
    return actions.register_delegate(by=by, kind=kind, nit=typed["nit"], et_model=typed.get("et_model"))


def _beginning(request: PersonRequest, kind: EntityKind) -> Refusal | None:
    """What stands against a PPN, whose entity needs no typing, before he types anything."""
    asked = Delegacy.of_himself(person_of(request.account))
    return delegate_refusal(asked) if kind == EntityKind.PPN else None


@person(methods=FORM)
def register_delegate(request: PersonRequest) -> HttpResponse:
    """ "Registrar usuario (Administrador EPS - IPS - Entidad territorial - Proveedor)": kind first, then its form."""
    chooser, kind = _chosen_kind(request)
    if kind is None:
        return render(request, "delegates/register_delegate.html", {"chooser": chooser, "form": chooser})
    form = _delegate_form(request, kind)
    form.refusal = blocked = _beginning(request, kind)
    if not blocked and form.is_valid():
        with form.attempt():
            account = _registered(request, kind, form.cleaned_data)
            messages.success(
                request,
                f"Registro exitoso. Su usuario es {account.login}. Enviamos a {masked_email(account.email)} el enlace "
                "para asignar su contraseña; sirve durante 60 minutos.",
            )
            return redirect("role_list")
    context = {"chooser": chooser, "kind": kind, "form": form, "refusal": form.refusal, "blocked": blocked}
    return render(request, "delegates/register_delegate.html", context)


# ---------------------------------------------------------------- Profesional, SSO, Otro Usuario


def _register_user(request: PersonRequest, slug: str, user_kind: UserKind) -> HttpResponse:
    kind = next(kind for kind in KINDS if kind.slug == slug)
    asked = Enrolment(person_of(request.account), user_kind)
    form = EnrolmentForm.sent(request, asked=asked)
    form.refusal = blocked = beginning_refusal(asked)
    if not blocked and form.is_valid():
        profession = form.cleaned_data.get("profession")
        with form.attempt():
            user = actions.register_user(by=request.account, kind=user_kind, profession=profession)
            messages.success(
                request,
                f"Registro exitoso. Su usuario de MIPRES es {user.login}. Ahora el delegado de la entidad donde "
                "trabaja debe activarlo y asignarle roles.",
            )
            return redirect("role_list")
    context = {"kind": kind, "asked": asked, "form": form, "refusal": form.refusal, "blocked": blocked}
    return render(request, "delegates/register_user.html", context)


def _view(slug: str, user_kind: UserKind) -> View:
    def view(request: PersonRequest) -> HttpResponse:
        return _register_user(request, slug, user_kind)

    return person(methods=FORM)(view)


register_professional = _view("profesional", UserKind.PROFESIONAL)
register_sso = _view("sso", UserKind.SSO)
register_other = _view("otro", UserKind.OTRO)
