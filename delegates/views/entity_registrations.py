"""Persona jurídica: a person registers an entity that they represent, follows the request, and opens the entity."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.requests import AnyRequest, PersonRequest
from delegates.actions import entity_registrations as actions
from delegates.forms.entity_registrations import ProviderRoleForm, RegistrationForm
from delegates.models import (
    MAX_RUT_BYTES,
    OPEN_STATES,
    Appointment,
    EntityRegistration,
    RegistrationKind,
    Representation,
    RutDocument,
)
from delegates.rules.entity_registrations import ALREADY_SENT, CORRECTABLE, may_read_ruts, own_ips
from delegates.rut.rules import Verdict, stored_checks
from delegates.views.represented_entity_or_404 import represented_entity
from entities.models import Entity, EntityKind
from mipres_admin.access.bodies import Upload
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, person, signed_in
from mipres_admin.formatting import format_day
from mipres_admin.forms import fields_of
from mipres_admin.reading.identifiers import check_digit
from mipres_admin.uploaded_file import uploaded_file

RUT = Upload(MAX_RUT_BYTES, by_origin=True)
KIND_HINTS = {
    RegistrationKind.IPS: "Debe estar habilitada en el REPS.",
    RegistrationKind.EPS: "De régimen contributivo, subsidiado o ambos; también una entidad adaptada u otra obligada a "
    "compensar (EOC).",
    RegistrationKind.PROVEEDOR: "Entrega lo que no es PBS con cargo a la UPC. Si es IPS, agregue el rol en su página.",
    RegistrationKind.ET: "La registra el gobernador o el alcalde.",
}


def _registration(request: PersonRequest, public_id: UUID) -> EntityRegistration:
    """The request, for its applicant; else 404."""
    registrations = EntityRegistration.objects.visible_to(request.account)
    return get_object_or_404(registrations.select_related("municipality__department"), public_id=public_id)


@person(
    methods=SAFE,
    menu=MenuEntry(
        "Personas jurídicas",
        "Registre la entidad que usted representa y administre sus autorizados.",
        "building",
        order=120,
    ),
)
def my_entities(request: PersonRequest) -> HttpResponse:
    """ "Personas jurídicas": the entities that the person represents, and their requests."""
    account = request.account
    context = {
        "entities": Representation.objects.entities_of(account.person),
        "registrations": EntityRegistration.objects.visible_to(account),
    }
    return render(request, "delegates/my_entities.html", context)


def _send(
    request: PersonRequest, form: RegistrationForm, action: Callable[..., EntityRegistration]
) -> HttpResponse | None:
    """Send a valid form; None when it was not sent, with the reason in the form."""
    if not form.is_valid():
        return None
    with form.attempt():
        registration = action(by=request.account, details=form.entity_details, rut=form.checked_rut)
        if any(check.verdict == Verdict.NOT_MET for check in form.checked_rut.checks):
            messages.warning(
                request,
                "La solicitud fue enviada. El RUT no cumple alguna regla: véala abajo y corrija la solicitud antes de "
                "que la revisen.",
            )
        else:
            messages.success(request, "La solicitud fue enviada. Le avisaremos al correo cuando un revisor la atienda.")
        return redirect("entity_registration", registration.public_id)
    return None


def _form_page(
    request: PersonRequest, form: RegistrationForm, registration: EntityRegistration | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "kind": RegistrationKind(form.kind),
        "registration": registration,
    }
    return render(request, "delegates/register_entity.html", context)


def _typed_own_ips(request: PersonRequest, form: RegistrationForm) -> Entity | None:
    """The IPS of the applicant whose NIT was typed to register a Proveedor."""
    if form.kind != RegistrationKind.PROVEEDOR or form.errors.get("nit") or not form.is_bound:
        return None
    return own_ips(form.cleaned_data["nit"], request.account)


def _role_request(request: PersonRequest, entity: Entity) -> EntityRegistration | None:
    """The open request of the person that their IPS be a Proveedor too."""
    if entity.kind != EntityKind.IPS:
        return None
    sent = EntityRegistration.objects.visible_to(request.account).filter(state__in=OPEN_STATES)
    return sent.filter(kind=RegistrationKind.PROVEEDOR, nit=entity.nit).first()


def _present_role(request: PersonRequest, ips: Entity) -> HttpResponse | None:
    """To the Proveedor that the IPS is, or to the open request that it be one; None without either."""
    represented = Representation.objects.entities_of(request.account.person)
    if provider := represented.filter(kind=EntityKind.PROVEEDOR, nit=ips.nit).first():
        messages.info(request, "La IPS ya tiene el rol proveedor/dispensador: este es su Proveedor.")
        return redirect("legal_entity", provider.pk)
    if sent := _role_request(request, ips):
        messages.info(request, f"{ALREADY_SENT.headline}: aquí ve en qué va.")
        return redirect("entity_registration", sent.public_id)
    return None


@person(methods=FORM, upload=RUT, resumable=fields_of(RegistrationForm))
def register_entity(request: PersonRequest) -> HttpResponse:
    """The kind of entity first (`?tipo=`), then its form with its RUT."""
    kind = request.GET.get("tipo", "")
    if kind not in RegistrationKind.values:
        kinds = [(choice, KIND_HINTS[choice]) for choice in RegistrationKind]
        return render(request, "delegates/choose_entity_kind.html", {"kinds": kinds})
    form = RegistrationForm(request.POST or None, request.FILES or None, kind=kind, applicant=request.account)
    if ips := _typed_own_ips(request, form):
        if present := _present_role(request, ips):
            return present
        messages.info(
            request,
            f"El NIT {ips.nit} es el de su IPS {ips.name}: no registre otra entidad, agréguele aquí el rol "
            "proveedor/dispensador.",
        )
        return redirect("add_provider_role", ips.pk)
    return _send(request, form, actions.send_registration) or _form_page(request, form)


@person(methods=FORM, upload=RUT, resumable=fields_of(RegistrationForm))
def add_provider_role(request: PersonRequest, pk: int) -> HttpResponse:
    """The request that an IPS of the person be a Proveedor too (manual of the rol proveedor/dispensador)."""
    ips = represented_entity(request, pk)
    if ips.kind != EntityKind.IPS:
        raise Http404
    if present := _present_role(request, ips):
        return present
    form = ProviderRoleForm(request.POST or None, request.FILES or None, ips=ips, applicant=request.account)
    if sent := _send(request, form, actions.send_registration):
        return sent
    return render(request, "delegates/add_provider_role.html", {"form": form, "ips": ips})


@person(methods=SAFE)
def entity_registration(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The state of a request, since when and why; and the result of each rule of the RUT."""
    registration = _registration(request, public_id)
    document = registration.documents.first()
    context = {
        "registration": registration,
        "check_digit": check_digit(registration.nit),
        "steps": registration.steps.order_by("-id"),
        "document": document,
        "checks": stored_checks(document),
        "can_correct": registration.state in CORRECTABLE,
    }
    return render(request, "delegates/entity_registration.html", context)


def _correction_form(request: PersonRequest, registration: EntityRegistration) -> RegistrationForm:
    sent = (request.POST or None, request.FILES or None)
    is_provider = registration.kind == RegistrationKind.PROVEEDOR
    if is_provider and (ips := own_ips(registration.nit, request.account)):
        return ProviderRoleForm(*sent, ips=ips, applicant=request.account, registration=registration)
    return RegistrationForm(*sent, kind=registration.kind, applicant=request.account, registration=registration)


@person(methods=FORM, upload=RUT, resumable=fields_of(RegistrationForm))
def correct_registration(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Correct the details of a request, or upload another RUT, while nobody reviews it."""
    registration = _registration(request, public_id)
    if registration.state not in CORRECTABLE:
        return redirect("entity_registration", registration.public_id)
    form = _correction_form(request, registration)
    action = partial(actions.correct_registration, registration=registration)
    return _send(request, form, action) or _form_page(request, form, _registration(request, public_id))


@signed_in(methods=SAFE)
def download_rut(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """A RUT, for its applicant and the Ministry's readers; else 404."""
    account = request.account
    documents = RutDocument.objects.all()
    if not may_read_ruts(account):
        documents = documents.filter(registration__applicant=account if account.is_natural_person else None)
    document = get_object_or_404(documents, public_id=public_id)
    actions.record_download(by=account, document=document)
    return uploaded_file(document.content, "application/pdf", f"rut-{format_day(document.uploaded_at)}.pdf")


@person(methods=SAFE)
def legal_entity(request: PersonRequest, pk: int) -> HttpResponse:
    """The menu "Persona jurídica" of one entity that the person represents."""
    entity = represented_entity(request, pk)
    others = Representation.objects.entities_of(request.account.person).filter(nit=entity.nit).exclude(pk=entity.pk)
    context = {
        "entity": entity,
        "check_digit": check_digit(entity.nit),
        "kind": EntityKind(entity.kind),
        "has_delegate": Appointment.objects.visible_to(entity).current().delegates().exists(),
        "other_entity": others.first(),
        "role_request": _role_request(request, entity),
    }
    return render(request, "delegates/legal_entity.html", context)
