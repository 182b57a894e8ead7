"""Where does the Ministry review registrations? In its admin, through the same actions as everybody's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from delegates.actions import entity_registrations as actions
from delegates.forms.entity_registrations import ReviewForm, check_digit
from delegates.models import OPEN_STATES, EntityRegistration, RegistrationState, Representation
from delegates.rules.entity_registrations import Details, found_entities, registration_refusal
from delegates.views.entities import checks_of, may_review
from mipres_admin.refusals import Refused

DAYS_TO_ANSWER = 5
CHANGE = "admin:delegates_entityregistration_change"
# act: the action, whether it needs a reason, what to say
ACTS: dict[str, tuple[Callable[..., EntityRegistration], bool, str]] = {
    "tomar": (actions.take_for_review, False, "Usted tomó la solicitud para revisión."),
    "aprobar": (actions.approve, False, "La solicitud quedó aprobada y la persona fue avisada."),
    "pedir": (actions.ask_for_information, True, "La solicitud volvió a la persona, que fue avisada."),
    "rechazar": (actions.reject, True, "La solicitud quedó rechazada y la persona fue avisada."),
}


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
        return [*RegistrationState.choices, ("todas", "Todas")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": "Por revisar"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "todas":
            return queryset
        waiting = (RegistrationState.SENT, RegistrationState.IN_REVIEW)
        return queryset.filter(state__in=[self.value()] if self.value() else waiting)


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
        if registration.state not in (RegistrationState.SENT, RegistrationState.IN_REVIEW):
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
        last = registration.steps.last()
        return self._page(request, registration, ReviewForm(initial={"seen": last and last.pk}))

    def _page(self, request: HttpRequest, registration: EntityRegistration, form: ReviewForm) -> HttpResponse:
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
                "form": form,
                "may_review": may_review(request.user),  # type: ignore[arg-type]
                "is_sent": registration.state == RegistrationState.SENT,
                "is_in_review": registration.state == RegistrationState.IN_REVIEW,
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
        do, needs_reason, said = act
        if not form.is_valid() or (needs_reason and not form.require_reason()):
            return self._page(request, registration, form)
        reason = {} if do is actions.take_for_review else {"reason": form.cleaned_data["reason"]}
        try:
            do(by=request.user, registration=registration, seen=form.cleaned_data["seen"], **reason)
        except Refused as refused:
            refusal = refused.refusal
            messages.error(request, f"{refusal.headline}. {refusal.cause} {refusal.remedy}")
        else:
            messages.success(request, said)
        return here
