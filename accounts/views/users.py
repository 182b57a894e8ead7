"""Activar Usuarios and Consultar Usuarios: find a user, give and take roles, list and download."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import roles as actions
from accounts.actions.lookup import look_up_user, record_download
from accounts.deeds import Change
from accounts.exports import USER_COLUMNS, user_rows
from accounts.forms.users import (
    AssociateForm,
    FindUserForm,
    LastDayForm,
    SedeSearchForm,
    UpdateRolesForm,
    UsersFilterForm,
)
from accounts.models import (
    Account,
    Profession,
    RegisteredUser,
    RoleAssignment,
    RoleAssignmentQuerySet,
    RoleEnding,
)
from accounts.news import NEWS_DAYS
from accounts.roles import ACTIVATING_KINDS, MATRIX, MEANINGS, Option, derived_roles, options_for
from accounts.rules import NOT_REGISTERED, Activation, activation_refusal, current_post, option_for
from accounts.validity import long_date
from entities.models import Entity, EntityKind, Sede
from mipres_admin.access import delegate_of
from mipres_admin.models import HistoryEntry
from mipres_admin.paging import page_of
from mipres_admin.refusals import Refusal, Refused
from mipres_admin.workbook import download

show_and_act = require_http_methods(["GET", "HEAD", "POST"])
SEDES_SHOWN = 50
CLOSED_SHOWN = 5
FOUND_REMEMBERED = 50


def account_of(request: HttpRequest) -> Account:
    """The account of this session; the access declaration has seen to it that there is one."""
    assert isinstance(request.user, Account)  # noqa: S101  narrows the type
    return request.user


# ---------------------------------------------------------------- finding


def _remember(request: HttpRequest, user: RegisteredUser) -> None:
    """This session has found the user by document: it may open the user's page."""
    found = [key for key in request.session.get("found_users", []) if key != str(user.public_id)]
    request.session["found_users"] = [*found, str(user.public_id)][-FOUND_REMEMBERED:]


def user_for(request: HttpRequest, public_id: UUID) -> RegisteredUser:
    """The user, for a delegate whose entity has given roles to him or who has just found him by document; else 404."""
    users = RegisteredUser.objects.select_related("person", "profession").filter(public_id=public_id)
    if str(public_id) not in request.session.get("found_users", []):
        users = users.filter(assignments__entity=actions.tenant(account_of(request))).distinct()
    user = users.first()
    if user is None:
        raise Http404
    return user


def _page_of_user(user: RegisteredUser, option: str) -> str:
    return f"{reverse('user_roles', args=[user.public_id])}?{urlencode({'opcion': option})}"


def _looked_up(request: HttpRequest, form: FindUserForm) -> tuple[RegisteredUser | None, Refusal | None]:
    """The user of the document in a valid form, or why there is none to show."""
    try:
        user = look_up_user(
            by=account_of(request),
            document_type=form.cleaned_data["document_type"],
            document_number=form.cleaned_data["document_number"],
        )
    except Refused as refused:
        return None, refused.refusal
    return user, None if user else NOT_REGISTERED


@delegate_of(*ACTIVATING_KINDS)
@show_and_act
def activate_user(request: HttpRequest) -> HttpResponse:
    """The search by document that begins "Activar Usuarios"."""
    entity = actions.tenant(account_of(request))
    form = FindUserForm(request.POST or None, entity=entity)
    refusal = None
    if request.method == "POST" and form.is_valid():
        user, refusal = _looked_up(request, form)
        if user is not None:
            _remember(request, user)
            return redirect(_page_of_user(user, form.cleaned_data["option"]))
    return render(request, "accounts/activate_user.html", {"form": form, "refusal": refusal})


# ---------------------------------------------------------------- one user


def _option(request: HttpRequest, entity: Entity, user: RegisteredUser) -> str:
    """The option of the address or the form; without one, the first that fits the user."""
    given = request.POST.get("option") or request.GET.get("opcion")
    if given in options_for(entity.kind):
        return str(given)
    return option_for(entity, user) or options_for(entity.kind)[0]


def _sedes_found(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    search = SedeSearchForm(request.GET if "entidad" in request.GET else None)
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
    asked: Activation, bound: UpdateRolesForm | LastDayForm | None, sede: Sede, held: list[RoleAssignment]
) -> dict[str, Any]:
    """One sede with its roles and their two forms; the one that came back wrong stands in its place."""
    roles = sorted({assignment.role for assignment in held})
    here: dict[str, Any] = {"asked": asked, "held": roles, "initial": {"sede": sede.code}}
    mine = bound if bound is not None and bound.data.get("sede") == sede.code else None
    return {
        "sede": sede,
        "held": held,
        "form": mine if isinstance(mine, UpdateRolesForm) else UpdateRolesForm(**here, auto_id=f"id_{sede.code}_%s"),
        "last_day": mine if isinstance(mine, LastDayForm) else LastDayForm(**here, auto_id=f"id_{sede.code}_fin_%s"),
        "derived": derived_roles(set(roles), asked.user.profession_id),
    }


def _groups(asked: Activation, bound: UpdateRolesForm | LastDayForm | None) -> list[dict[str, Any]]:
    """The sedes of this entity where the user holds roles now, each with its form."""
    held = RoleAssignment.objects.visible_to(asked.entity).filter(user=asked.user).not_ended()
    by_sede: dict[Sede, list[RoleAssignment]] = {}
    for assignment in held.select_related("sede").order_by("sede__name", "sede__code", "role", "starts_at"):
        by_sede.setdefault(assignment.sede, []).append(assignment)
    return [_group(asked, bound, sede, held) for sede, held in by_sede.items()]


def _places(user: RegisteredUser) -> list[Sede]:
    """Where the user is active today, in any entity, and the plaza of an SSO (manual v4.1 §11.2 shows both)."""
    ids = set(RoleAssignment.objects.filter(user=user).current().values_list("sede_id", flat=True))
    post = current_post(user)
    if post is not None:
        ids.add(post.sede_id)
    return list(Sede.objects.filter(pk__in=ids).select_related("entity").order_by("code"))


def _endings(asked: Activation) -> list[RoleEnding]:
    """What registries ended lately of the user's roles in this entity, the latest first."""
    lately = RoleEnding.objects.visible_to(asked.entity).standing().since(NEWS_DAYS)
    return list(lately.filter(assignment__user=asked.user).select_related("assignment__sede"))


def _show_user(
    request: HttpRequest,
    asked: Activation,
    *,
    associate: AssociateForm | None = None,
    update: UpdateRolesForm | LastDayForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    found = _sedes_found(request, asked.entity)
    return render(
        request,
        "accounts/user_roles.html",
        {
            **found,
            "asked": asked,
            "option": Option(asked.option),
            "person": asked.user.person,
            "refusal": refusal or activation_refusal(asked),
            "associate": associate or AssociateForm(asked=asked, shown=found["sedes"]),
            "update": update,
            "groups": _groups(asked, update),
            "places": _places(asked.user),
            "endings": _endings(asked),
            "fitting": option_for(asked.entity, asked.user),
        },
    )


def _asked(request: HttpRequest, public_id: UUID) -> Activation:
    entity, user = actions.tenant(account_of(request)), user_for(request, public_id)
    return Activation(entity, user, _option(request, entity, user))


@delegate_of(*ACTIVATING_KINDS)
@require_safe
def user_roles(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One user: data, roles by sede, and the form that gives new ones."""
    return _show_user(request, _asked(request, public_id))


def _say(request: HttpRequest, change: Change, user: RegisteredUser, sede: Sede) -> None:
    parts = []
    if change.given:
        parts.append(f"asignado {', '.join(change.given)}")
    if change.ended:
        parts.append(f"retirado {', '.join(change.ended)}")
    if change.moved:
        parts.append(f"{', '.join(change.moved)} con nuevo último día")
    if change and change.validity.last:
        parts.append(f"hasta el {long_date(change.validity.last)}")
    where = f"{user.person}, sede {sede.code} {sede.name}"
    if change:
        messages.success(request, f"Operación exitosa. {where}: {'; '.join(parts)}.")
    else:
        messages.info(request, f"{where}: los roles ya estaban así, no hubo cambios.")


@delegate_of(*ACTIVATING_KINDS)
@show_and_act
def associate_user(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """ "Asociar Usuario": give the ticked roles at the chosen sede."""
    asked = _asked(request, public_id)
    if request.method != "POST":
        return redirect(_page_of_user(asked.user, asked.option))
    form = AssociateForm(request.POST, asked=asked, shown=_sedes_found(request, asked.entity)["sedes"])
    if not form.is_valid():
        return _show_user(request, asked, associate=form)
    sede = form.cleaned_data["sede"]
    try:
        change = actions.activate_user(
            by=account_of(request),
            user=asked.user,
            sede=sede,
            option=asked.option,
            roles=form.cleaned_data["roles"],
            validity=form.validity,
        )
    except Refused as refused:
        return _show_user(request, asked, associate=form, refusal=refused.refusal)
    _say(request, change, asked.user, sede)
    return redirect(_page_of_user(asked.user, asked.option))


def _save_roles(request: HttpRequest, public_id: UUID, *, keep: bool) -> HttpResponse:
    asked = _asked(request, public_id)
    if request.method != "POST":
        return redirect(_page_of_user(asked.user, asked.option))
    form = UpdateRolesForm(request.POST, asked=asked, held=request.POST.get("seen", "")[:500].split())
    if not form.is_valid():
        return _show_user(request, asked, update=form)
    sede = form.cleaned_data["sede"]
    try:
        change = actions.update_roles(
            by=account_of(request),
            user=asked.user,
            sede=sede,
            option=asked.option,
            roles=form.cleaned_data["roles"] if keep else (),
            seen=form.cleaned_data["seen"],
        )
    except Refused as refused:
        return _show_user(request, asked, refusal=refused.refusal)
    _say(request, change, asked.user, sede)
    return redirect(_page_of_user(asked.user, asked.option))


@delegate_of(*ACTIVATING_KINDS)
@show_and_act
def update_user_roles(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """ "Actualizar roles": leave exactly the ticked ones at the sede."""
    return _save_roles(request, public_id, keep=True)


@delegate_of(*ACTIVATING_KINDS)
@show_and_act
def deactivate_user(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """ "Desactivar Usuario": what would end at the sede, and, once confirmed, the end of it."""
    if request.method == "POST":
        return _save_roles(request, public_id, keep=False)
    asked, code = _asked(request, public_id), request.GET.get("sede")
    group = next((group for group in _groups(asked, None) if group["sede"].code == code), None)
    back = _page_of_user(asked.user, asked.option)
    if group is None:
        return redirect(back)
    context = {"asked": asked, "person": asked.user.person, "group": group, "back": back}
    return render(request, "accounts/deactivate_user.html", context)


@delegate_of(*ACTIVATING_KINDS)
@show_and_act
def change_last_day(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """ "Cambiar fecha final": another last day for one role at one sede."""
    asked = _asked(request, public_id)
    if request.method != "POST":
        return redirect(_page_of_user(asked.user, asked.option))
    form = LastDayForm(request.POST, asked=asked)
    if not form.is_valid():
        return _show_user(request, asked, update=form)
    sede = form.cleaned_data["sede"]
    try:
        change = actions.change_last_day(
            by=account_of(request),
            user=asked.user,
            sede=sede,
            option=asked.option,
            role=form.cleaned_data["role"],
            last=form.cleaned_data["last"],
        )
    except Refused as refused:
        return _show_user(request, asked, refusal=refused.refusal)
    _say(request, change, asked.user, sede)
    return redirect(_page_of_user(asked.user, asked.option))


# ---------------------------------------------------------------- history and matrix


@delegate_of(*ACTIVATING_KINDS)
@require_safe
def user_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was done to one user by this entity: who, when, from where, before and after."""
    entity, user = actions.tenant(account_of(request)), user_for(request, public_id)
    acts = HistoryEntry.objects.of(user).visible_to(entity).filter(event__startswith="roles.")
    acts = acts.select_related("actor__person")
    page = page_of(request, acts, "id", newest_first=True)
    return render(request, "accounts/user_history.html", {"user": user, "person": user.person, "page": page})


@delegate_of(*ACTIVATING_KINDS)
@require_safe
def role_matrix(request: HttpRequest) -> HttpResponse:
    """ "Roles y quién puede asignarlos": the lines of the matrix that are this delegate's."""
    kind = actions.tenant(account_of(request)).kind
    professions = Profession.objects.in_bulk()
    lines = [
        {
            "option": row.option.label,
            "user_kind": row.user_kind.label if row.user_kind else "Cualquiera",
            "professions": sorted(str(professions[code]) for code in row.professions or () if code in professions),
            "roles": [(role, role.label, MEANINGS[role]) for role in row.roles],
        }
        for row in MATRIX
        if kind in row.entity_kinds
    ]
    return render(request, "accounts/role_matrix.html", {"lines": lines, "kind": EntityKind(kind).label})


# ---------------------------------------------------------------- Consultar Usuarios


def _filtered(entity: Entity, form: UsersFilterForm) -> RoleAssignmentQuerySet:
    """The entity's assignments that the filter asks for; a wrong filter finds none."""
    assignments = RoleAssignment.objects.visible_to(entity)
    if not form.is_valid():
        return assignments.none()
    asked = form.cleaned_data
    states: dict[str, Callable[[], RoleAssignmentQuerySet]] = {
        "": assignments.current,
        "vencen": partial(assignments.ending_within, 30),
        "por-empezar": assignments.to_come,
        "terminados": assignments.ended,
        "todos": assignments.all,
    }
    assignments = states[asked["estado"]]()
    if asked["rol"]:
        assignments = assignments.filter(role=asked["rol"])
    return assignments.at_sede(asked["entidad"]).matching(asked["criterio"])


def _filter(form: UsersFilterForm) -> str:
    """The filters in use, for the address of the download; empty when there are none."""
    return urlencode({name: value for name, value in form.data.items() if value and name in form.fields})


@delegate_of(*ACTIVATING_KINDS)
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """ "Consultar Usuarios": the filter, the exact count, and a page of the list."""
    form = UsersFilterForm(request.GET)
    found = _filtered(actions.tenant(account_of(request)), form)
    related = found.select_related("user__person", "user__profession", "sede").prefetch_related("endings")
    page = page_of(request, related, "listed_as")
    return render(request, "accounts/users.html", {"form": form, "page": page, "filter": _filter(form)})


@delegate_of(*ACTIVATING_KINDS)
@require_safe
def download_users(request: HttpRequest) -> HttpResponseBase:
    """ "Descargar Datos": the workbook with the same rows as the filter."""
    form = UsersFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('users')}?{request.GET.urlencode()}")
    found = _filtered(actions.tenant(account_of(request)), form)
    used, count = [name for name, value in form.cleaned_data.items() if value], found.count()
    record_download(by=account_of(request), filters=used, rows=count)
    return download("usuarios.xlsx", "Usuarios", USER_COLUMNS, user_rows(found), count)
