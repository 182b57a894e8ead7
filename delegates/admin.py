"""Where does the Ministry review registrations and see the chain of delegates? In its admin, by everybody's actions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin import AccountAdmin, DocumentColumn, of_accounts
from accounts.models import Account, Person, of_document
from delegates.actions import entity_registrations as actions
from delegates.actions.desk import suspend_delegate
from delegates.forms.entity_registrations import ReviewForm, check_digit
from delegates.models import (
    DAYS_TO_ANSWER,
    OPEN_STATES,
    WAITING_STATES,
    Appointment,
    AuthorizedProfile,
    AuthorizedRole,
    DelegateAccount,
    EmailChange,
    EntityRegistration,
    PrivacyAcceptance,
    RegistrationState,
    RegistrationStep,
    Representation,
    RutDocument,
    SignUp,
)
from delegates.rules.entity_registrations import Details, found_entities, registration_refusal
from delegates.views.entities import checks_of, may_review
from entities.models import Entity, EntityKind
from mipres_admin.desk import Also, DeskAct, ReadOnlyAdmin
from mipres_admin.forms import ReasonForm
from mipres_admin.refusals import Refused

CHANGE = "admin:delegates_entityregistration_change"
# act: the action, what to say
ACTS: dict[str, tuple[Callable[..., EntityRegistration], str]] = {
    "tomar": (actions.take_for_review, "Usted tomó la solicitud para revisión."),
    "aprobar": (actions.approve, "La solicitud quedó aprobada y la persona fue avisada."),
    "pedir": (actions.ask_for_information, "La solicitud volvió a la persona, que fue avisada."),
    "rechazar": (actions.reject, "La solicitud quedó rechazada y la persona fue avisada."),
}
ITS_TURN = "Le llegó el turno: es la solicitud que más ha esperado."


def days_waiting(registration: EntityRegistration) -> int:
    """Days since it was sent, the first being 1."""
    return (timezone.localdate() - timezone.localdate(registration.sent_at)).days + 1


def _consequences(registration: EntityRegistration) -> dict[str, Any]:
    """What a reviewer must weigh: the documents and their rules, what approval would change, who else asks."""
    details = Details.of(registration)
    found = found_entities(details)
    documents = list(registration.documents.defer("content"))
    others = EntityRegistration.objects.filter(nit=registration.nit, state__in=OPEN_STATES).exclude(pk=registration.pk)
    held = Representation.objects.current().filter(entity__in=found.values())
    is_open = registration.state in OPEN_STATES
    return {
        "documents": documents,
        "checks": checks_of(documents[0] if documents else None),
        "entities": [(kind.label, found.get(kind)) for kind in details.entity_kinds],
        "representatives": held.exclude(person=registration.applicant.person).select_related("person", "entity"),
        "others": others.select_related("applicant__person"),
        "obstacle": registration_refusal(details, registration.applicant) if is_open else None,
    }


class StateFilter(admin.SimpleListFilter):
    """The queue by default; a state, or all, on request."""

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


@admin.register(EntityRegistration)
class EntityRegistrationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The reviewers' queue, the oldest first; a request is read and decided here, never edited."""

    list_display = ("name", "kind", "nit", "applicant_name", "state", "sent_at", "clock")
    list_filter = (StateFilter, "kind")
    list_select_related = ("applicant__person",)
    search_fields = ("nit", "name")
    ordering = ("sent_at", "pk")
    actions = None

    @admin.display(description="solicitante")
    def applicant_name(self, registration: EntityRegistration) -> str:
        """Who asks."""
        return registration.applicant.display_name

    @admin.display(description="plazo")
    def clock(self, registration: EntityRegistration) -> str:
        """How much of the five days is gone, while it waits."""
        if registration.state not in WAITING_STATES:
            return "—"
        days = days_waiting(registration)
        return f"Vencido: día {days}" if days > DAYS_TO_ANSWER else f"Día {days} de {DAYS_TO_ANSWER}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: people send their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was asked and answered stays."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a decision is an action, not an edit."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may see requests, reviewers among them."""
        return may_review(request.user) or super().has_view_permission(request, obj)  # type: ignore[arg-type]

    def get_urls(self) -> list[URLPattern]:
        """The admin's, and the one to which decisions are posted."""
        review = self.admin_site.admin_view(self.review)
        return [path("<int:pk>/revisar/", review, name="review_registration"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One request, beside it what the rules said, and below it the decision."""
        registration: EntityRegistration | None = self.get_object(request, object_id)
        if not self.has_view_permission(request, registration):
            raise PermissionDenied
        if registration is None:
            return redirect("admin:delegates_entityregistration_changelist")
        return self._page(request, registration)

    def _page(
        self, request: HttpRequest, registration: EntityRegistration, form: ReviewForm | None = None
    ) -> HttpResponse:
        is_sent, last = registration.state == RegistrationState.SENT, registration.steps.last()
        ahead = EntityRegistration.objects.ahead_of(registration).count() if is_sent else 0
        reason = ITS_TURN if is_sent and not ahead else ""
        context = (
            self.admin_site.each_context(request)
            | _consequences(registration)
            | {
                "title": str(registration),
                "opts": self.opts,
                "registration": registration,
                "check_digit": check_digit(registration.nit),
                "steps": registration.steps.select_related("by"),
                "clock": self.clock(registration),
                "answer_by": registration.sent_at + timedelta(days=DAYS_TO_ANSWER),
                "form": form or ReviewForm(initial={"seen": last and last.pk, "reason": reason}),
                "ahead": ahead,
                "may_review": may_review(request.user),  # type: ignore[arg-type]
                "is_sent": is_sent,
                "is_waiting": registration.state in WAITING_STATES,
            }
        )
        return render(request, "admin/delegates/entityregistration/review.html", context)

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take, approve, ask for information or reject: POST; then back to the request."""
        if not may_review(request.user):  # type: ignore[arg-type]
            raise PermissionDenied
        here = redirect(reverse(CHANGE, args=[pk]))
        act = ACTS.get(request.POST.get("act", ""))
        if request.method != "POST" or act is None:
            return here
        registration = get_object_or_404(EntityRegistration, pk=pk)
        form = ReviewForm(request.POST)
        do, said = act
        if not form.is_valid():
            return self._page(request, registration, form)
        try:
            do(by=request.user, registration=registration, **form.cleaned_data)
        except Refused as refused:
            refusal = refused.refusal
            messages.error(request, f"{refusal.headline}. {refusal.cause} {refusal.remedy}")
        else:
            messages.success(request, said)
        return here


# ---------------------------------------------------------------- the chain, to read


def _of_entity_or_document(rows: Any, words: str) -> QuerySet[Any]:
    entities = Entity.objects.matching(words).values("pk")
    found: QuerySet[Any] = rows.filter(Q(entity__in=entities) | of_document(words))
    return found


def _of_entity_or_person(rows: Any, words: str) -> QuerySet[Any]:
    entities, people = Entity.objects.matching(words).values("pk"), Person.objects.matching(words).values("pk")
    found: QuerySet[Any] = rows.filter(Q(entity__in=entities) | Q(person__in=people))
    return found


def _of_document(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(of_document(words))
    return found


class OfAccountAdmin(ReadOnlyAdmin):
    """What belongs to one account."""

    list_select_related = ("account", "account__person")
    find = staticmethod(of_accounts)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SignUp)
class SignUpAdmin(DocumentColumn, ReadOnlyAdmin):
    """Never the secret's hash; the rows go soon after they expire."""

    list_display = ("document", "first_name", "first_surname", "email", "accepted_at", "expires_at", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    find = staticmethod(_of_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()
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
    """Never the secret's hash."""

    list_display = ("account", "email", "expires_at")
    fields = ("account", "email", "expires_at")


@admin.register(RegistrationStep)
class RegistrationStepAdmin(ReadOnlyAdmin):
    list_display = ("registration", "state", "at", "by", "reason")
    list_filter = ("state",)
    list_select_related = ("registration", "by")
    search_fields = ("registration__nit", "registration__name")
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("registration", "state", "at", "by", "reason")


@admin.register(RutDocument)
class RutDocumentAdmin(ReadOnlyAdmin):
    """The file itself by the portal's download, which writes down who took it."""

    list_display = ("registration", "uploaded_at", "uploaded_by")
    list_select_related = ("registration", "uploaded_by")
    search_fields = ("registration__nit", "registration__name")
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("registration", "uploaded_at", "uploaded_by", "sha256", "rules", "file")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RutDocument]:
        """Without the files."""
        return super().get_queryset(request).defer("content")

    @admin.display(description="reglas")
    def rules(self, document: RutDocument) -> str:
        """What each rule said."""
        return "; ".join(f"{check.rule_name}: {check.verdict_name}" for check in checks_of(document)) or "—"

    @admin.display(description="documento")
    def file(self, document: RutDocument) -> str:
        """For reviewers alone; the download is written in the history."""
        return format_html('<a href="{}">Descargar el RUT</a>', reverse("download_rut", args=[document.public_id]))


@admin.register(Representation)
class RepresentationAdmin(ReadOnlyAdmin):
    list_display = ("entity", "person", "since", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("entity", "person")
    find = staticmethod(_of_entity_or_person)
    search_help_text = "Nombre o NIT de la entidad; documento o nombres de la persona."
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("entity", "person", "registration", "since", "ended_at")


@admin.register(AuthorizedRole)
class AuthorizedRoleAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "offered_to")
    fields = ("code", "name", "offered_to")

    @admin.display(description="tipos de entidad")
    def offered_to(self, role: AuthorizedRole) -> str:
        """The kinds of entity, in words."""
        return "; ".join(EntityKind(kind).label for kind in role.kinds)


@admin.register(AuthorizedProfile)
class AuthorizedProfileAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "is_delegate")
    fields = ("code", "name", "is_delegate", "roles")


@admin.register(Appointment)
class AppointmentAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("entity", "document", "first_name", "first_surname", "profile", "created_at", "ended_at")
    list_filter = ("profile", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("entity", "profile")
    find = staticmethod(_of_entity_or_document)
    search_help_text = "Nombre o NIT de la entidad; documento de la persona."
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("entity", "role", "profile", "sede")}),
        ("Persona", {"fields": ("document_type", "document_number", "sex", "email")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname")}),
        ("Vigencia", {"fields": ("created_at", "created_by", "ended_at", "ended_by")}),
    )
    also = (Also("Cuenta que se registró con él", "delegates_delegateaccount", "appointment__id__exact"),)


@admin.register(DelegateAccount)
class DelegateAccountAdmin(OfAccountAdmin):
    list_display = ("account", "appointment", "registered_at")
    list_select_related = ("account", "appointment")
    fields = ("account", "appointment", "registered_at")


# ---------------------------------------------------------------- suspending a delegate reaches his tokens


class SuspendForm(ReasonForm):
    """Why, and what becomes of the tokens that he made."""

    revoke_tokens = forms.BooleanField(
        label="Revocar también los tokens que generó",
        required=False,
        help_text="Los sistemas de la entidad que los usan dejan de entrar de inmediato. No se puede deshacer.",
    )


def _suspend(*, by: Account, thing: Account, reason: str, revoke_tokens: bool) -> bool:
    return suspend_delegate(by=by, account=thing, reason=reason, revoke_tokens=revoke_tokens)


SUSPEND = DeskAct(
    slug="suspender",
    label="Suspender delegado",
    warning=(
        "No puede ingresar y sus sesiones se cierran de inmediato; recibe un correo con el motivo, que la entidad "
        "también lee. Ni un nombramiento nuevo ni un enlace de contraseña lo dejan entrar: solo «Reactivar delegado». "
        "Los roles que asignó siguen, y los tokens que generó también, si no los revoca."
    ),
    permission="accounts.suspend_account",
    said="El delegado quedó suspendido y fue avisado.",
    offered=lambda account: account.entity_id is not None and not account.is_suspended,
    do=_suspend,
    form=SuspendForm,
)
AccountAdmin.offer(SUSPEND)
