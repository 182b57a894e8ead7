"""Which acts of one entity does somebody look for?"""

from typing import Any

from django import forms

from accounts.acts import MINISTRY, NOBODY, PORTAL
from accounts.models import Account
from entities.models import Entity
from mipres_admin.forms import set_choices
from mipres_admin.history_forms import ActsForm
from mipres_admin.models import HistoryQuerySet

# who did it, where it was none of the entity's own accounts
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ministerio": (MINISTRY, {"actor__is_staff": True}),
    "personas": (
        "Personas con Mi Seguridad Social (representante legal y autorizados)",
        {"actor__isnull": False, "actor__is_staff": False, "actor__entity__isnull": True},
    ),
    "portal": (PORTAL, {"actor__isnull": True, "address__isnull": True}),
    "nadie": (NOBODY, {"actor__isnull": True, "address__isnull": False}),
}


class EntityActsForm(ActsForm):
    """The days, the act, and who did it: an account of the entity, or one of the others."""

    quien = forms.ChoiceField(
        label="Quién", required=False, error_messages={"invalid_choice": "«Quién» debe ser uno de la lista."}
    )

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Account.objects.filter(entity=entity).select_related("person").order_by("login")
        named = [(str(account.pk), f"{account.login} · {account.display_name}") for account in own]
        others = [(key, label) for key, (label, _) in OTHERS.items()]
        set_choices(self, "quien", [("", "Todos"), ("Cuentas de la entidad", named), ("Otros", others)])

    def chosen(self, acts: HistoryQuerySet) -> HistoryQuerySet:
        """Those of the acts that a valid form asks for."""
        acts, who = super().chosen(acts), self.cleaned_data["quien"]
        if who in OTHERS:
            return acts.filter(**OTHERS[who][1])
        return acts.filter(actor=int(who)) if who else acts

    def written(self) -> dict[str, Any]:
        """Accounts by their key."""
        who = self.cleaned_data["quien"]
        return super().written() | ({"quien": who} if who else {})
