"""Where does the Ministry verify identities? A queue beside that of the registrations of entities."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.actions import identity_claims as actions
from accounts.admin.list_helpers import DocumentColumn, filter_by_document
from accounts.admin.not_about_oneself import NotAboutOneself
from accounts.models import Account, ClaimState, IdentityClaim
from accounts.models.identity_claims import WAITING_STATES
from accounts.rules.identity import (
    Identity,
    Known,
    disagreeing,
    may_review,
    own_claim_refusal,
    same_names,
    verification_refusal,
)
from mipres_admin.backoffice.admin_base import (
    RelatedList,
    ReviewAdmin,
    register_related_lists,
)
from mipres_admin.backoffice.filters import ChoiceFilter
from mipres_admin.backoffice.forms import decision_reason
from mipres_admin.forms import hidden
from mipres_admin.uploaded_file import uploaded_file

ITS_TURN = "Le llegó el turno: es la solicitud que más ha esperado."
INCOMPLETE = "La página llegó incompleta: ábrala de nuevo y repita la operación."
NAME_SOURCES = (
    ("", "Los que son iguales en todas partes"),
    ("registro", "Los del Registro civil"),
    ("portal", "Los que ya tiene el portal"),
    ("solicitud", "Los que escribió la persona"),
)


class ReviewForm(forms.Form):
    """The version of the reviewer's page, and the reason."""

    expected_version = hidden(forms.IntegerField, INCOMPLETE, min_value=1)
    reason = decision_reason(
        "Si rechaza, la persona lo lee. Al verificar, escriba qué comprobó, por ejemplo «La copia dice lo mismo que la "
        "solicitud y que el Registro civil»."
    )


class VerifyForm(ReviewForm):
    """Also which names hold, where they differ."""

    names = forms.ChoiceField(
        label="Nombres que quedan",
        choices=NAME_SOURCES,
        required=False,
        help_text="Elija solo si no son iguales: los que dice el documento.",
        error_messages={"invalid_choice": "Elija una de las opciones de la lista."},
    )


class StateFilter(ChoiceFilter):
    """The queue by default, which has only claims with a copy; or one state, or all."""

    title = "estado"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*ClaimState.choices, ("todas", "Todas")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": "Por revisar"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "todas":
            return queryset
        return queryset.filter(state=self.value()) if self.value() else queryset & IdentityClaim.objects.waiting()


def _is_pending(claim: IdentityClaim) -> bool:
    return claim.state == ClaimState.PENDING


def _is_in_review(claim: IdentityClaim) -> bool:
    return claim.state == ClaimState.IN_REVIEW


def _shows_issued_on(user: Any, claim: IdentityClaim) -> bool:
    """Whether this reader sees the date that was typed, and whether it is the Registro civil's.

    Who knows that date opens an account as the person: only a reviewer sees it, of a claim that was taken, which is in
    the history. So nobody tries dates with claims of their own, nor reads those that the Registro civil verified.
    """
    return may_review(user) and _is_in_review(claim)


def _initial(claim: IdentityClaim) -> dict[str, Any]:
    """The version of the page; and the reason, where it is this claim's turn."""
    is_turn = _is_pending(claim) and not IdentityClaim.objects.ahead_of(claim).exists()
    return {"expected_version": claim.version, "reason": ITS_TURN if is_turn else ""}


REVIEW_ACTIONS = tuple(
    NotAboutOneself(
        slug=slug,
        label=label,
        confirmation="",  # the form is below what the reviewer reads
        permission="accounts.review_identityclaim",
        success_message=success_message,
        is_available=is_available,
        perform=perform,
        argument="claim",
        form=form,
        initial=_initial,
        own=own_claim_refusal,
    )
    for slug, label, perform, success_message, is_available, form in (
        ("tomar", "Tomar para revisión", actions.take_claim, "Usted tomó la solicitud.", _is_pending, ReviewForm),
        (
            "verificar",
            "Verificar",
            actions.verify_claim,
            "La identidad quedó verificada y la persona fue avisada.",
            _is_in_review,
            VerifyForm,
        ),
        (
            "rechazar",
            "Rechazar",
            actions.reject_claim,
            "La solicitud quedó rechazada y la persona fue avisada.",
            _is_in_review,
            ReviewForm,
        ),
    )
)


def _known_context(claim: IdentityClaim, by: Any) -> dict[str, Any]:
    """What a reviewer weighs: each source of the names, the accounts of the person, other claims of the document."""
    known = Known.of(Identity.of(claim))
    obstacle = own_claim_refusal(by, claim) or verification_refusal(known, claim.account)
    others = IdentityClaim.objects.of_document(claim.document_type, claim.document_number).exclude(pk=claim.pk)
    return {
        "known": known,
        "sources": [
            (label, source, same_names(claim, source))
            for label, source in (("Registro civil", known.entry), ("El portal", known.person))
            if source is not None
        ],
        "same_issued_on": known.entry is not None and known.entry.issued_on == claim.issued_on,
        "differs": disagreeing(claim, known),
        "obstacle": obstacle if claim.state in WAITING_STATES else None,
        "others": others.select_related("account"),
    }


@admin.register(IdentityClaim)
class IdentityClaimAdmin(DocumentColumn, ReviewAdmin):
    """The reviewers' queue, the oldest first; a claim is read and decided here, never edited."""

    list_display = ("document", "full_name", "state", "sent_at", "reviewer")
    list_filter = (StateFilter,)
    list_select_related = ("account", "reviewer")
    search = staticmethod(filter_by_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("sent_at", "pk")
    sortable_by = ()
    actions = None
    object_actions = REVIEW_ACTIONS
    may_review = staticmethod(may_review)

    @admin.display(description="nombre")
    def full_name(self, claim: IdentityClaim) -> str:
        return claim.full_name

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.copy_view)
        return [path("<path:object_id>/copia/", view, name=f"{self.url_prefix}_copy"), *super().get_urls()]

    def copy_view(self, request: Any, object_id: str) -> HttpResponse:
        """The copy of the document, for a reviewer; the download is recorded."""
        if not may_review(request.user):
            raise PermissionDenied
        claim = self.get_object(request, object_id)
        if claim is None or not hasattr(claim, "document_copy"):
            raise Http404
        actions.record_copy_download(by=request.user, claim=claim)
        copy = claim.document_copy
        return uploaded_file(copy.content, copy.kind, copy.file_name)

    def new_form(self, obj: IdentityClaim) -> forms.Form:
        return VerifyForm(initial=_initial(obj))

    def review_page(self, request: HttpRequest, obj: IdentityClaim, form: forms.Form) -> HttpResponse:
        context = {
            "title": str(obj),
            "claim": obj,
            "form": form,
            "names_field": form["names"] if "names" in form.fields else VerifyForm()["names"],
            "copy": getattr(obj, "document_copy", None),
            "may_download": may_review(request.user),  # type: ignore[arg-type]
            "shows_issued_on": _shows_issued_on(request.user, obj),
            "is_pending": _is_pending(obj),
            "ahead": IdentityClaim.objects.ahead_of(obj).count() if _is_pending(obj) else 0,
        }
        context |= _known_context(obj, request.user) | self.actions_context(request, obj)
        return self.page(request, "admin/accounts/identityclaim/review.html", context)


register_related_lists(Account, RelatedList("Identidad por verificar", IdentityClaim, "account__id__exact", 5))
