"""Administrar autorizados: the legal representative of an entity appoints people, edits and inactivates them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.requests import PersonRequest
from accounts.views.confirmation import recently_confirmed
from delegates.actions import appointments as actions
from delegates.forms.appointments import AuthorizedForm, ChooseAuthorizedForm, EndAuthorizedForm
from delegates.models import Appointment, DelegateAccount
from delegates.views.represented_entity_or_404 import represented_entity
from entities.models import Entity
from mipres_admin.access.declarations import FORM, SAFE, person
from mipres_admin.forms import fields_of
from mipres_admin.paging import page_of

CHOICES = {"editar": "edit_authorized", "inactivar": "end_authorized"}


def _appointment(entity: Entity, public_id: UUID) -> Appointment:
    """The appointment, of this entity and in force; else 404."""
    appointments = Appointment.objects.visible_to(entity).current().select_related("role", "profile", "sede", "entity")
    return get_object_or_404(appointments, public_id=public_id)


@person(methods=SAFE)
def authorized_people(request: PersonRequest, pk: int) -> HttpResponse:
    """The list; its buttons lead to the page of the chosen person."""
    entity = represented_entity(request, pk)
    appointments = Appointment.objects.visible_to(entity).current()
    people = appointments.select_related("role", "profile", "sede", "delegate_account__account")
    form = ChooseAuthorizedForm(request.GET if "accion" in request.GET else None)
    if form.is_valid():
        chosen = _appointment(entity, form.cleaned_data["autorizado"])
        return redirect(CHOICES[form.cleaned_data["accion"]], entity.pk, chosen.public_id)
    context = {
        "entity": entity,
        "page": page_of(request, people, "created_at", newest_first=True),
        "form": form,
        "has_delegate": appointments.delegates().exists(),
    }
    return render(request, "delegates/authorized_people.html", context)


def _form_page(request: PersonRequest, form: AuthorizedForm, appointment: Appointment | None = None) -> HttpResponse:
    context = {"form": form, "entity": form.entity, "appointment": appointment}
    return render(request, "delegates/authorized_form.html", context)


@person(methods=FORM, resumable=fields_of(AuthorizedForm, added=["sede"]))
@recently_confirmed()
def new_authorized(request: PersonRequest, pk: int) -> HttpResponse:
    entity = represented_entity(request, pk)
    form = AuthorizedForm(request.POST or None, entity=entity)
    if form.is_valid():
        with form.attempt():
            appointment = actions.make_appointment(
                by=request.account, entity=entity, identity=form.identity, authorization=form.authorization
            )
            messages.success(
                request, f"{appointment} quedó como autorizado de {entity} con el perfil {appointment.profile}."
            )
            return redirect("authorized_people", entity.pk)
    return _form_page(request, form)


@person(methods=FORM, resumable=fields_of(AuthorizedForm, added=["sede"]))
@recently_confirmed()
def edit_authorized(request: PersonRequest, pk: int, public_id: UUID) -> HttpResponse:
    """ "Editar": everything but the document."""
    entity = represented_entity(request, pk)
    appointment = _appointment(entity, public_id)
    form = AuthorizedForm(request.POST or None, entity=entity, appointment=appointment)
    if form.is_valid():
        with form.attempt():
            changed = actions.change_appointment(
                by=request.account,
                appointment=appointment,
                authorization=form.authorization,
                expected_version=form.cleaned_data["expected_version"],
            )
            text = (
                "Los datos de %s quedaron actualizados." if changed else "No había nada que cambiar en los datos de %s."
            )
            messages.success(request, text % appointment)
            return redirect("authorized_people", entity.pk)
    return _form_page(request, form, appointment)


@person(methods=FORM, resumable=fields_of(EndAuthorizedForm))
@recently_confirmed()
def end_authorized(request: PersonRequest, pk: int, public_id: UUID) -> HttpResponse:
    """ "Inactivar", after a page that says what it will do."""
    entity = represented_entity(request, pk)
    appointment = _appointment(entity, public_id)
    form = EndAuthorizedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.attempt():
            actions.end_appointment(by=request.account, appointment=appointment, **form.cleaned_data)
            messages.success(request, f"{appointment} ya no está autorizado. El portal se lo avisó por correo.")
            return redirect("authorized_people", entity.pk)
    context = {
        "entity": entity,
        "appointment": appointment,
        "delegate_account": DelegateAccount.objects.filter(appointment=appointment).select_related("account").first(),
        "form": form,
    }
    return render(request, "delegates/end_authorized.html", context)
