"""Where does the Ministry review registrations of entities, and see representatives, appointments and delegates?"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin.list_helpers import (
    DocumentColumn,
    OfAccountAdmin,
)
from accounts.admin.not_about_oneself import NotAboutOneself
from accounts.models import Account, Person, document_q
from delegates.actions import entity_registrations as actions
from delegates.forms.entity_registrations import ReviewForm
from delegates.models import (
    DAYS_TO_ANSWER,
    OPEN_STATES,
    WAITING_STATES,
    Appointment,
    DelegateAccount,
    EmailChange,
    EntityRegistration,
    PrivacyAcceptance,
    RegistrationKind,
    RegistrationState,
    Representation,
    RutDocument,
    SignUp,
)
from delegates.rules.entity_registrations import (
    ips_with_nit,
    may_review,
    own_registration_refusal,
    registration_refusal,
)
from delegates.rut.rules import stored_checks
from entities.admin import matching
from entities.models import Entity
from mipres_admin.backoffice.admin_base import (
    ReadOnlyAdmin,
    RelatedList,
    ReviewAdmin,
    column,
    register_related_lists,
)
from mipres_admin.backoffice.filters import ChoiceFilter
from mipres_admin.formatting import format_moment
from mipres_admin.reading.identifiers import check_digit

ITS_TURN = "Le llegó el turno: es la solicitud que más ha esperado."


def _review_context(registration: EntityRegistration, by: Any) -> dict[str, Any]:
    """What a reviewer weighs: the documents and their rules, what approval would change, other open requests."""
    known = registration.known_entities()
    documents = list(registration.documents.defer("content"))
    others = EntityRegistration.objects.filter(nit=registration.nit, state__in=OPEN_STATES).exclude(pk=registration.pk)
    representations = Representation.objects.current().filter(entity__in=known.values())
    is_open = registration.state in OPEN_STATES
    obstacle = own_registration_refusal(by, registration) or registration_refusal(registration)
    return {
        "documents": documents,
        "checks": stored_checks(documents[0] if documents else None),
        "entities": [(kind.label, known.get(kind)) for kind in registration.entity_kinds],
        "other_representations": representations.exclude(person=registration.applicant.person).select_related(
            "person", "entity"
        ),
        "others": others.select_related("applicant__person"),
        "ips": ips_with_nit(registration.nit) if is_open and registration.kind == RegistrationKind.PROVEEDOR else None,
        "obstacle": obstacle if is_open else None,
    }


class StateFilter(ChoiceFilter):
    """The queue by default; or one state, or all."""

    title = "estado"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("vencidas", "Con el plazo vencido"), *RegistrationState.choices, ("todas", "Todas")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": "Por revisar"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "todas":
            return queryset
        if self.value() == "vencidas":
            return queryset & EntityRegistration.objects.overdue(timezone.localdate())
        return queryset.filter(state__in=[self.value()] if self.value() else WAITING_STATES)


def _review_initial(registration: EntityRegistration) -> dict[str, Any]:
    """The last step of the page; and the reason, where it is this request's turn."""
    last = registration.steps.last()
    is_turn = _is_sent(registration) and not EntityRegistration.objects.ahead_of(registration).exists()
    return {"expected_step": last and last.pk, "reason": ITS_TURN if is_turn else ""}


def _is_sent(registration: EntityRegistration) -> bool:
    return registration.state == RegistrationState.SENT


def _is_in_review(registration: EntityRegistration) -> bool:
    return registration.state == RegistrationState.IN_REVIEW


APPROVED = "La solicitud quedó aprobada y la persona fue avisada."
SENT_BACK = "La solicitud volvió a la persona, que fue avisada."
REJECTED = "La solicitud quedó rechazada y la persona fue avisada."
REVIEW_ACTIONS = tuple(
    NotAboutOneself(
        slug=slug,
        label=label,
        confirmation="",  # the form is below what the reviewer reads
        permission="delegates.review_registration",
        success_message=success_message,
        is_available=is_available,
        perform=perform,
        argument="registration",
        form=ReviewForm,
        initial=_review_initial,
        own=own_registration_refusal,
    )
    for slug, label, perform, success_message, is_available in (
        ("tomar", "Tomar para revisión", actions.start_review, "Usted tomó la solicitud para revisión.", _is_sent),
        ("aprobar", "Aprobar", actions.approve_registration, APPROVED, _is_in_review),
        ("pedir", "Pedir información", actions.request_information, SENT_BACK, _is_in_review),
        ("rechazar", "Rechazar", actions.reject_registration, REJECTED, _is_in_review),
    )
)


@admin.register(EntityRegistration)
class EntityRegistrationAdmin(ReviewAdmin):
    """The reviewers' queue, the oldest first; a request is read and decided here, never edited."""

    list_display = ("name", "kind", "nit_number", "state", "clock", "applicant_name", "sent")
    list_filter = (StateFilter, "kind")
    list_select_related = ("applicant__person",)
    search = staticmethod(matching)
    search_help_text = "Razón social o NIT."
    ordering = ("sent_at", "pk")
    actions = None
    object_actions = REVIEW_ACTIONS
    may_review = staticmethod(may_review)

    nit_number = column("NIT", lambda registration: registration.nit, "nit")
    applicant_name = column("solicitante", lambda registration: registration.applicant.display_name)
    sent = column("enviada", lambda registration: format_moment(registration.sent_at), "sent_at")

    @admin.display(description="plazo")
    def clock(self, registration: EntityRegistration) -> str:
        if registration.state not in WAITING_STATES:
            return "—"
        days = (timezone.localdate() - timezone.localdate(registration.sent_at)).days + 1
        return f"Vencido: día {days}" if days > DAYS_TO_ANSWER else f"Día {days} de {DAYS_TO_ANSWER}"

    def new_form(self, obj: EntityRegistration) -> forms.Form:
        return ReviewForm(initial=_review_initial(obj))

    def review_page(self, request: HttpRequest, obj: EntityRegistration, form: forms.Form) -> HttpResponse:
        is_sent = _is_sent(obj)
        context = {
            "title": str(obj),
            "registration": obj,
            "check_digit": check_digit(obj.nit),
            "steps": obj.steps.select_related("by"),
            "clock": self.clock(obj),
            "answer_by": obj.sent_at + timedelta(days=DAYS_TO_ANSWER),
            "form": form,
            "ahead": EntityRegistration.objects.ahead_of(obj).count() if is_sent else 0,
            "is_sent": is_sent,
            "is_waiting": obj.state in WAITING_STATES,
        }
        context |= _review_context(obj, request.user) | self.actions_context(request, obj)
        return self.page(request, "admin/delegates/entityregistration/review.html", context)


# ---------------------------------------------------------------- read-only lists


def _of_entity_or_document(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    entities = Entity.objects.matching(words).values("pk")
    return rows.filter(Q(entity__in=entities) | document_q(words))


def _of_entity_or_person(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    entities, people = Entity.objects.matching(words).values("pk"), Person.objects.matching(words).values("pk")
    return rows.filter(Q(entity__in=entities) | Q(person__in=people))


def _of_registration(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(registration__in=EntityRegistration.objects.matching(words).values("pk"))


def _of_document(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(document_q(words))


class _ListAdmin(ReadOnlyAdmin):
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SignUp)
class SignUpAdmin(DocumentColumn, _ListAdmin):
    """Without the hash of the secret; the rows are deleted soon after they expire."""

    list_display = ("document", "first_name", "first_surname", "email", "accepted_at", "expires_at", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    search = staticmethod(_of_document)
    search_help_text = "Documento, con el tipo o sin él."
    fieldsets = (
        (None, {"fields": ("document_type", "document_number", "email", "sex")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname")}),
        ("Solicitud", {"fields": ("notice_version", "accepted_at", "expires_at", "used_at")}),
    )


@admin.register(PrivacyAcceptance)
class PrivacyAcceptanceAdmin(OfAccountAdmin):
    list_display = ("account", "notice_version", "accepted_at")
    fields = ("account", "notice_version", "accepted_at")


@admin.register(EmailChange)
class EmailChangeAdmin(OfAccountAdmin):
    """Without the hash of the secret."""

    list_display = ("account", "email", "expires_at")
    fields = ("account", "email", "expires_at")


@admin.register(RutDocument)
class RutDocumentAdmin(_ListAdmin):
    """Without the file: the portal's download records who has it."""

    list_display = ("registration", "uploaded_at", "uploaded_by")
    list_select_related = ("registration", "uploaded_by")
    search = staticmethod(_of_registration)
    search_help_text = "Razón social o NIT."
    fields = ("registration", "uploaded_at", "uploaded_by", "sha256", "rules", "file")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RutDocument]:
        return super().get_queryset(request).defer("content")

    @admin.display(description="reglas")
    def rules(self, document: RutDocument) -> str:
        return "; ".join(f"{check.rule_name}: {check.verdict_name}" for check in stored_checks(document)) or "—"

    @admin.display(description="documento")
    def file(self, document: RutDocument) -> str:
        return format_html('<a href="{}">Descargar el RUT</a>', reverse("download_rut", args=[document.public_id]))


@admin.register(Representation)
class RepresentationAdmin(_ListAdmin):
    list_display = ("entity", "person", "since", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("entity", "person")
    search = staticmethod(_of_entity_or_person)
    search_help_text = "Nombre o NIT de la entidad; documento o nombres de la persona."
    fields = ("entity", "person", "registration", "since", "ended_at")


@admin.register(Appointment)
class AppointmentAdmin(DocumentColumn, _ListAdmin):
    list_display = ("entity", "document", "first_name", "first_surname", "profile", "created_at", "ended_at")
    list_filter = ("profile", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("entity", "profile")
    search = staticmethod(_of_entity_or_document)
    search_help_text = "Nombre o NIT de la entidad; documento de la persona."
    fieldsets = (
        (None, {"fields": ("entity", "role", "profile", "sede")}),
        ("Persona", {"fields": ("document_type", "document_number", "sex", "email")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname")}),
        ("Vigencia", {"fields": ("created_at", "created_by", "ended_at", "ended_by")}),
    )


@admin.register(DelegateAccount)
class DelegateAccountAdmin(OfAccountAdmin):
    list_display = ("account", "appointment", "registered_at")
    list_select_related = ("account", "appointment")
    fields = ("account", "appointment", "registered_at")


register_related_lists(
    Appointment, RelatedList("Cuenta que se registró con él", DelegateAccount, "appointment__id__exact", 10)
)
register_related_lists(Person, RelatedList("Entidades que representa", Representation, "person__id__exact", 30))
register_related_lists(
    Entity,
    RelatedList("Representantes legales", Representation, "entity__id__exact", 30),
    RelatedList("Autorizados", Appointment, "entity__id__exact", 40),
)
register_related_lists(
    Account,
    RelatedList("Nombramientos que la sostienen", DelegateAccount, "account__id__exact", 30),
    RelatedList("Registros de personas jurídicas", EntityRegistration, "applicant__id__exact", 40),
    RelatedList("Aviso de privacidad", PrivacyAcceptance, "account__id__exact", 90),
)
