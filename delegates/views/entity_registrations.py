"""Persona jurídica: a natural person registers the entity he represents, follows the request, and opens it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Account
from accounts.requests import AnyRequest, PersonRequest
from delegates.actions import entity_registrations as actions
from delegates.forms.entity_registrations import RegistrationForm, check_digit
from delegates.models import Appointment, EntityRegistration, RegistrationKind, Representation, RutDocument
from delegates.rules.entity_registrations import CORRECTABLE
from delegates.rut.rules import Check, Verdict
from entities.models import Entity, EntityKind
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, person, signed_in

# what a browser may do with a document that somebody uploaded: keep it, nothing else
SANDBOX = "default-src 'none'; sandbox"
KIND_HINTS = {
    RegistrationKind.IPS: "Debe estar habilitada en el REPS.",
    RegistrationKind.EPS: "De régimen contributivo, subsidiado o ambos.",
    RegistrationKind.PROVEEDOR: "Entrega lo que no es PBS con cargo a la UPC y no está en el REPS.",
    RegistrationKind.ET: "La registra el gobernador o el alcalde.",
}


def represented(account: Account) -> Any:
    """The entities that this person represents now."""
    now = Representation.objects.current().filter(person=account.person)
    return Entity.objects.filter(representations__in=now).order_by("name", "kind")


def entity_of(request: PersonRequest, pk: int) -> Entity:
    """The entity, for its legal representative; else 404."""
    entity: Entity = get_object_or_404(represented(request.account), pk=pk)
    return entity


def _registration(request: PersonRequest, public_id: UUID) -> EntityRegistration:
    """The request, for whoever made it; else 404."""
    theirs = EntityRegistration.objects.visible_to(request.account)
    return get_object_or_404(theirs.select_related("municipality__department"), public_id=public_id)


def checks_of(document: RutDocument | None) -> list[Check]:
    """What the rules said of a document."""
    return [Check(**check) for check in document.checks] if document else []


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
    """ "Personas jurídicas": the entities that the person represents, and the requests he has made."""
    account = request.account
    context = {
        "entities": represented(account),
        "registrations": EntityRegistration.objects.visible_to(account),
    }
    return render(request, "delegates/my_entities.html", context)


def _send(
    request: PersonRequest, form: RegistrationForm, action: Callable[..., EntityRegistration]
) -> HttpResponse | None:
    """Send what a valid form says; None when it was not sent, with the reason in the form."""
    if not form.is_valid():
        return None
    with form.attempt():
        registration = action(by=request.account, details=form.details, rut=form.checked)
        if any(check.verdict == Verdict.NOT_MET for check in form.checked.checks):
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
        "refusal": form.refusal,
    }
    return render(request, "delegates/register_entity.html", context)


def _sent(request: PersonRequest) -> tuple[Any, ...]:
    """What the form takes of this request: nothing before it is sent."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


@person(methods=FORM)
def register_entity(request: PersonRequest) -> HttpResponse:
    """The kind of entity first (`?tipo=`), then its form with its RUT."""
    kind = request.GET.get("tipo", "")
    if kind not in RegistrationKind.values:
        kinds = [(choice, KIND_HINTS[choice]) for choice in RegistrationKind]
        return render(request, "delegates/choose_entity_kind.html", {"kinds": kinds})
    form = RegistrationForm(*_sent(request), kind=kind, applicant=request.account)
    return _send(request, form, actions.send_registration) or _form_page(request, form)


@person(methods=SAFE)
def entity_registration(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Where a request stands, since when and why; and what each rule said of the RUT."""
    registration = _registration(request, public_id)
    document = registration.documents.first()
    context = {
        "registration": registration,
        "check_digit": check_digit(registration.nit),
        "steps": registration.steps.order_by("-id"),
        "document": document,
        "checks": checks_of(document),
        "can_correct": registration.state in CORRECTABLE,
    }
    return render(request, "delegates/entity_registration.html", context)


@person(methods=FORM)
def correct_registration(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Correct the data of a request, or upload another RUT, while no reviewer has it."""
    registration = _registration(request, public_id)
    if registration.state not in CORRECTABLE:
        return redirect("entity_registration", registration.public_id)
    form = RegistrationForm(
        *_sent(request), kind=registration.kind, applicant=request.account, registration=registration
    )
    send_again = partial(actions.send_again, registration=registration)
    return _send(request, form, send_again) or _form_page(request, form, _registration(request, public_id))


def may_review(account: Account) -> bool:
    """Whether this account is a reviewer of registrations."""
    return account.is_staff and account.has_perm("delegates.review_registration")


def may_read_ruts(account: Account) -> bool:
    """Whether this account of the Ministry reads the RUT of a registration: reviewers, and who may see documents."""
    return may_review(account) or (account.is_staff and account.has_perm("delegates.view_rutdocument"))


@signed_in(methods=SAFE)
def download_rut(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """A RUT as it was uploaded, for whoever registers the entity and the Ministry's readers; else 404."""
    account = request.account
    documents = RutDocument.objects.all()
    if not may_read_ruts(account):
        mine = account.is_natural_person
        documents = documents.filter(registration__applicant=account) if mine else documents.none()
    document = get_object_or_404(documents, public_id=public_id)
    actions.record_download(by=account, document=document)
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="rut-{document.uploaded_at:%Y-%m-%d}.pdf"'
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


def has_delegate(entity: Entity) -> bool:
    """Whether somebody administers MIPRES for the entity."""
    return Appointment.objects.visible_to(entity).current().delegates().exists()


@person(methods=SAFE)
def legal_entity(request: PersonRequest, pk: int) -> HttpResponse:
    """The menu "Persona jurídica" of one entity that the person represents."""
    entity = entity_of(request, pk)
    others = represented(request.account).filter(nit=entity.nit).exclude(pk=entity.pk)
    context = {
        "entity": entity,
        "check_digit": check_digit(entity.nit),
        "kind": EntityKind(entity.kind),
        "has_delegate": has_delegate(entity),
        "other_regimen": others.first(),
    }
    return render(request, "delegates/legal_entity.html", context)
