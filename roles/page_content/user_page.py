"""What does the page of one user show? The user's roles by sede with their forms, and the form that gives new ones."""

from typing import Any

from django.http import QueryDict

from entities.models import Entity, Sede
from roles.forms.users import AssociateForm, LastDayForm, SedeSearchForm, UpdateRolesForm
from roles.matrix import Option, derived_roles
from roles.models import RegisteredUser, RoleAssignment, RoleEnding, SsoPost
from roles.page_content.registry_notices import NOTICE_DAYS
from roles.role_changes import role_names
from roles.rules import Activation, activation_refusal, current_post, option_for

SEDES_SHOWN = 50
CLOSED_SHOWN = 5

type RolesForm = AssociateForm | UpdateRolesForm | LastDayForm


def _sedes(entity: Entity, query: QueryDict) -> dict[str, Any]:
    search = SedeSearchForm(query if "entidad" in query else None)
    words = search.cleaned_data["entidad"] if search.is_bound and search.is_valid() else ""
    matching = Sede.objects.visible_to(entity).matching(words)
    sedes = matching.open().select_related("municipality")
    return {
        "search": search,
        "sedes": list(sedes[:SEDES_SHOWN]),
        "sedes_count": sedes.count(),
        "closed": list(matching.closed()[: CLOSED_SHOWN + 1]),
        "closed_shown": CLOSED_SHOWN,
    }


def _group(
    activation: Activation, sent: RolesForm | None, sede: Sede, assignments: list[RoleAssignment]
) -> dict[str, Any]:
    """One sede with its assignments and their two forms, of which one may be as it was sent, with a mistake."""
    roles = role_names(assignments)
    derived = derived_roles(set(roles), activation.user.profession_id)
    options: dict[str, Any] = {"activation": activation, "roles": roles, "initial": {"sede": sede.code}}
    sent = sent if sent is not None and sent.data.get("sede") == sede.code else None
    return {
        "sede": sede,
        "assignments": assignments,
        "form": sent if isinstance(sent, UpdateRolesForm) else UpdateRolesForm(**options, auto_id=f"id_{sede.code}_%s"),
        "last_day": sent if isinstance(sent, LastDayForm) else LastDayForm(**options, auto_id=f"id_{sede.code}_fin_%s"),
        "derived": derived,
    }


def sede_groups(activation: Activation, sent: RolesForm | None = None) -> list[dict[str, Any]]:
    """The sedes of the entity where the user has roles now or later, each with its forms."""
    assignments = RoleAssignment.objects.visible_to(activation.entity).filter(user=activation.user).not_ended()
    by_sede: dict[Sede, list[RoleAssignment]] = {}
    for assignment in assignments.select_related("sede").order_by("sede__name", "sede__code", "role", "starts_at"):
        by_sede.setdefault(assignment.sede, []).append(assignment)
    return [_group(activation, sent, sede, assignments) for sede, assignments in by_sede.items()]


def _places(user: RegisteredUser, post: SsoPost | None) -> list[tuple[str, str]]:
    """Where the user is active today, in any entity, and the plaza of an SSO (manual v4.1 §11.2 shows both)."""
    current = RoleAssignment.objects.filter(user=user).current().select_related("sede", "entity")
    places = [(one.sede, one.entity) for one in current] + ([(post.sede, post.sede.entity)] if post else [])
    return sorted({(sede.code, str(entity)) for sede, entity in places})


def _endings(activation: Activation) -> list[RoleEnding]:
    lately = RoleEnding.objects.visible_to(activation.entity).not_undone().since(NOTICE_DAYS)
    return list(lately.filter(assignment__user=activation.user).select_related("assignment__sede"))


def user_page(activation: Activation, query: QueryDict, form: RolesForm | None = None) -> dict[str, Any]:
    """The context of the page; `query` searches the sedes, `form` was sent and changed nothing."""
    entity, user = activation.entity, activation.user
    refusal, fitting, post = activation_refusal(activation), option_for(entity, user), current_post(user)
    sedes, places, endings = _sedes(entity, query), _places(user, post), _endings(activation)
    # what was refused is shown as it is now; what was typed wrong, as it was typed
    update = form if form and form.errors and not isinstance(form, AssociateForm) else None
    groups = sede_groups(activation, update)
    associate = form if isinstance(form, AssociateForm) else AssociateForm(activation=activation)
    associate.offer(sedes["sedes"])
    return {
        **sedes,
        "activation": activation,
        "option": Option(activation.option),
        "person": user.person,
        "refusal": (form.refusal if form else None) or refusal,
        "fitting": fitting,
        "associate": associate,
        "update": update,
        "groups": groups,
        "places": places,
        "endings": endings,
    }
