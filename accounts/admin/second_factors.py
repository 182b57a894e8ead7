"""What does the Ministry see of second factors, and from when on does it make them compulsory?"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.actions.second_factor import require_factor
from accounts.admin.list_helpers import OfAccountAdmin
from accounts.models import Account, AuthenticatorApp, Passkey, SecondFactorPolicy
from entities.models import EntityKind
from mipres_admin.backoffice.admin_base import ObjectAction, ObjectActionsAdmin
from mipres_admin.backoffice.forms import ReasonForm


@admin.register(AuthenticatorApp)
class AuthenticatorAppAdmin(OfAccountAdmin):
    """Never its seed."""

    list_display = ("account", "name", "added_at", "last_used_at")
    fields = ("account", "name", "added_at", "last_used_at")


@admin.register(Passkey)
class PasskeyAdmin(OfAccountAdmin):
    """Never its keys or identifiers."""

    list_display = ("account", "name", "opens_alone", "added_at", "last_used_at")
    fields = ("account", "name", "opens_alone", "added_at", "last_used_at")


# ---------------------------------------------------------------- compulsory from a day on


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """From which day on, and why."""

    reason = ReasonForm.base_fields["reason"]

    class Meta:
        model = SecondFactorPolicy
        fields = ("kind", "compulsory_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            kind: Any = self.fields["kind"]
            kind.choices = [("", "Elija el tipo de entidad"), *EntityKind.choices]


class MovePolicyForm(ReasonForm):
    """Another day, and why."""

    since = forms.DateField(
        label="Obligatorio desde",
        help_text="El primer día, por ejemplo 2027-01-31.",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": "Ingrese la fecha.",
            "invalid": "La fecha debe tener año, mes y día, por ejemplo 2027-01-31.",
        },
    )
    field_order = ("since", "reason")


def _set_policy(*, by: Account, policy: SecondFactorPolicy, reason: str, since: Any = None) -> bool:
    return require_factor(by=by, kind=policy.kind, since=since, reason=reason)


MOVE_POLICY = ObjectAction(
    slug="cambiar",
    label="Cambiar fecha",
    confirmation=(
        "Los delegados de ese tipo de entidad deben tener un segundo factor desde ese día; hasta entonces se anuncia."
    ),
    permission="accounts.change_secondfactorpolicy",
    success_message="La fecha quedó cambiada.",
    is_available=lambda policy: True,
    perform=_set_policy,
    argument="policy",
    form=MovePolicyForm,
)
END_POLICY = ObjectAction(
    slug="quitar",
    label="Dejar opcional",
    confirmation=(
        "El segundo factor deja de ser obligatorio para los delegados de ese tipo de entidad. Quien lo tiene lo "
        "conserva."
    ),
    permission="accounts.delete_secondfactorpolicy",
    success_message="El segundo factor quedó opcional.",
    is_available=lambda policy: True,
    perform=_set_policy,
    argument="policy",
)


@admin.register(SecondFactorPolicy)
class SecondFactorPolicyAdmin(ObjectActionsAdmin):
    """From when on the delegates of a kind must have a second factor; each change goes through the action."""

    list_display = ("kind", "compulsory_from")
    ordering = ("kind",)
    form = PolicyForm
    add_permission = "accounts.add_secondfactorpolicy"
    object_actions = (MOVE_POLICY, END_POLICY)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind", "compulsory_from") if obj else ("kind", "compulsory_from", "reason")

    def save_model(self, request: Any, obj: SecondFactorPolicy, form: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        _set_policy(by=request.user, policy=obj, since=obj.compulsory_from, reason=reason)
