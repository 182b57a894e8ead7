"""How is the history of one entity filtered?"""

from typing import Any

from accounts.models import Account
from entities.models import Entity
from mipres_admin.forms import optional_choice, set_choices
from mipres_admin.history.forms import BaseHistoryForm
from mipres_admin.history.models import HistoryQuerySet
from mipres_admin.history.presenters import MINISTRY, NOBODY, PORTAL

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


class EntityHistoryForm(BaseHistoryForm):
    """The days, the event and the actor: an account of the entity, or one of the others."""

    quien = optional_choice("Quién", "«Quién» debe ser uno de la lista.")

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Account.objects.filter(entity=entity).select_related("person").order_by("login")
        named = [(str(account.pk), f"{account.login} · {account.display_name}") for account in own]
        others = [(key, label) for key, (label, _) in OTHERS.items()]
        set_choices(self, "quien", [("", "Todos"), ("Cuentas de la entidad", named), ("Otros", others)])

    def filtered(self, events: HistoryQuerySet) -> HistoryQuerySet:
        events, who = super().filtered(events), self.cleaned_data["quien"]
        if who in OTHERS:
            return events.filter(**OTHERS[who][1])
        return events.filter(actor=int(who)) if who else events

    def recorded_filters(self) -> dict[str, Any]:
        who = self.cleaned_data["quien"]
        return super().recorded_filters() | ({"quien": who} if who else {})
