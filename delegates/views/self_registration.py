"""Registro de Usuarios of MIPRES: choose the type of user, read its steps, register as a user.

The form of delegates is in `delegate_registration`.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.requests import PersonRequest
from delegates.actions.self_registration import register_user
from delegates.forms.self_registration import UserRegistrationForm
from delegates.models import person_of
from delegates.rules.self_registration import (
    UserRegistration,
    preliminary_refusal,
)
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, View, Viewable, person, public
from mipres_admin.forms import fields_of
from roles.matrix import UserKind


@dataclass(frozen=True)
class Kind:
    """One of the four types of user, with the url name of its form."""

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
    return render(request, "delegates/registration_kinds.html", {"kinds": KINDS})


@public(methods=SAFE, viewable=Viewable.YES)
def registration_steps(request: HttpRequest, slug: str) -> HttpResponse:
    """The steps of one type of user; a person who has logged in with their own account goes on to the form."""
    kind = next((kind for kind in KINDS if kind.slug == slug), None)
    if kind is None:
        raise Http404
    return render(request, "delegates/registration_steps.html", {"kind": kind, "form_url": reverse(kind.url_name)})


def _register_user_view(slug: str, user_kind: UserKind) -> View:
    """The view of the form of one type of user."""
    kind = next(kind for kind in KINDS if kind.slug == slug)

    @person(methods=FORM, resumable=fields_of(UserRegistrationForm, added=["profession"]))
    def view(request: PersonRequest) -> HttpResponse:
        registration = UserRegistration(person_of(request.account), user_kind)
        form = UserRegistrationForm.sent(request, registration=registration)
        form.refusal = blocked = preliminary_refusal(registration)
        if not blocked and form.is_valid():
            with form.attempt():
                user = register_user(by=request.account, kind=user_kind, profession=form.cleaned_data.get("profession"))
                messages.success(
                    request,
                    f"Registro exitoso. Su usuario de MIPRES es {user.login}. Ahora el delegado de la entidad donde "
                    "trabaja debe activarlo y asignarle roles.",
                )
                return redirect("role_list")
        context = {"kind": kind, "registration": registration, "form": form, "blocked": blocked}
        return render(request, "delegates/register_user.html", context)

    return view


register_professional = _register_user_view("profesional", UserKind.PROFESIONAL)
register_sso = _register_user_view("sso", UserKind.SSO)
register_other = _register_user_view("otro", UserKind.OTRO)
