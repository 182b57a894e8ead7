"""Activar Usuarios and Consultar Usuarios: find a user, give and take roles, list and download."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.requests import DelegateRequest
from entities.models import Entity, EntityKind
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.excel.writer import download
from mipres_admin.forms import fields_of, used_filters
from mipres_admin.history.models import HistoryEntry
from mipres_admin.paging import page_of
from mipres_admin.refusals import Refused
from roles.actions import role_assignments as actions
from roles.actions.lookup import look_up_user, record_download
from roles.exports import USER_COLUMNS, user_rows
from roles.forms.users import AssociateForm, DeactivateForm, FindUserForm, LastDayForm, UpdateRolesForm, UsersFilterForm
from roles.matrix import ACTIVATING_KINDS, MATRIX, MEANINGS
from roles.models import Profession, RegisteredUser, RoleAssignment, RoleAssignmentQuerySet, findable_users, tied_users
from roles.page_content.entity_history import present
from roles.page_content.user_page import (
    RolesForm,
    sede_groups,
    user_page,
)
from roles.role_changes import RoleChange
from roles.rules import NOT_REGISTERED, Activation, activation_for
from roles.validity import long_date

FOUND_REMEMBERED = 50
# longer than a criterion may be, so that the page still says so
SEARCHES_KEPT, LONGEST_KEPT = 20, 200
FORMER_USER = (
    "Esta persona no tiene hoy roles en su entidad: aquí está la historia de los que tuvo. Para activarla, búsquela "
    "por su documento en «Activar Usuarios»."
)


# ---------------------------------------------------------------- finding


def _remember(request: DelegateRequest, user: RegisteredUser) -> None:
    others = [key for key in request.session.get("found_users", []) if key != str(user.public_id)]
    request.session["found_users"] = [*others, str(user.public_id)][-FOUND_REMEMBERED:]


def _is_found(request: DelegateRequest, public_id: UUID) -> bool:
    return str(public_id) in request.session.get("found_users", [])


# of the four forms that change what one user has
ROLE_FIELDS = fields_of(
    *(AssociateForm, UpdateRolesForm, DeactivateForm, LastDayForm), added=["sede", "roles", "first", "last"]
)


def user_for(request: DelegateRequest, public_id: UUID) -> RegisteredUser:
    """The user, for a delegate whose entity has given them roles or who has just found them by document; else 404.

    For a PPN themself, always, and nobody else, whatever the session found as another account.
    """
    users = findable_users(request.entity).select_related("person", "profession")
    if request.entity.kind != EntityKind.PPN and not _is_found(request, public_id):
        users = users.filter(assignments__entity=request.entity).distinct()
    return get_object_or_404(users, public_id=public_id)


def for_present_users(view: Callable[[DelegateRequest, Activation], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of what a user is today, for an entity that has a tie to them or has just found them by document.

    An entity of their past is led to its own history of the user. The view gets the activation, under the option of
    the form or the address, else the first that fits the user.
    """

    @wraps(view)
    def shown(request: DelegateRequest, public_id: UUID) -> HttpResponse:
        user = user_for(request, public_id)
        if not (_is_found(request, public_id) or tied_users(request.entity).filter(pk=user.pk).exists()):
            messages.info(request, FORMER_USER)
            return redirect("user_history", public_id)
        option = request.POST.get("option") or request.GET.get("opcion")
        return view(request, activation_for(request.entity, user, option))

    return shown


@delegate_of(
    *ACTIVATING_KINDS,
    methods=FORM,
    resumable=fields_of(FindUserForm),
    menu=MenuEntry("Activar Usuarios", "Busque por documento y asigne roles.", "user-plus", order=20),
    viewable=Viewable.YES,
)
def activate_user(request: DelegateRequest) -> HttpResponse:
    form = FindUserForm(request.POST or None, entity=request.entity)
    if request.method == "POST" and form.is_valid():
        with form.attempt():
            document = {name: form.cleaned_data[name] for name in ("document_type", "document_number")}
            user = look_up_user(by=request.account, **document)
            if user is None:
                raise Refused(NOT_REGISTERED)
            _remember(request, user)
            return redirect(_address(user, form.cleaned_data["option"]))
    return render(request, "roles/activate_user.html", {"form": form, "refusal": form.refusal})


# ---------------------------------------------------------------- one user


def _address(user: RegisteredUser, option: str) -> str:
    return f"{reverse('user_roles', args=[user.public_id])}?{urlencode({'opcion': option})}"


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.YES)
@for_present_users
def user_roles(request: DelegateRequest, activation: Activation) -> HttpResponse:
    return render(request, "roles/user_roles.html", user_page(activation, request.GET))


def _add_message(request: DelegateRequest, change: RoleChange) -> None:
    where = f"{change.user.person}, sede {change.sede.code} {change.sede.name}"
    if not change:
        messages.info(request, f"{where}: los roles ya estaban así, no hubo cambios.")
        return
    parts = []
    if change.granted:
        parts.append(f"asignado {', '.join(change.granted_roles)}")
    if change.ended:
        parts.append(f"retirado {', '.join(change.ended_roles)}")
    if change.rescheduled:
        parts.append(f"{', '.join(change.rescheduled_roles)} con nuevo último día")
    if change.validity.last:
        parts.append(f"hasta el {long_date(change.validity.last)}")
    messages.success(request, f"Operación exitosa. {where}: {'; '.join(parts)}.")


def _save(
    request: DelegateRequest, activation: Activation, form_class: type[RolesForm], action: Callable[..., RoleChange]
) -> HttpResponse:
    """Change the roles of one user as the form says and go back to the page; or show there why not."""
    user, option = activation.user, activation.option
    form = form_class(request.POST, activation=activation)
    if request.method != "POST":
        return redirect(_address(user, option))
    if form.is_valid():
        with form.attempt():
            _add_message(request, action(by=request.account, user=user, **form.cleaned_data | {"option": option}))
            return redirect(_address(user, option))
    return render(request, "roles/user_roles.html", user_page(activation, request.GET, form))


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=ROLE_FIELDS, viewable=Viewable.YES)
@for_present_users
def associate_user(request: DelegateRequest, activation: Activation) -> HttpResponse:
    return _save(request, activation, AssociateForm, actions.activate_user)


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=ROLE_FIELDS, viewable=Viewable.YES)
@for_present_users
def update_user_roles(request: DelegateRequest, activation: Activation) -> HttpResponse:
    return _save(request, activation, UpdateRolesForm, actions.update_roles)


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=ROLE_FIELDS, viewable=Viewable.YES)
@for_present_users
def change_last_day(request: DelegateRequest, activation: Activation) -> HttpResponse:
    return _save(request, activation, LastDayForm, actions.change_last_day)


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=ROLE_FIELDS, viewable=Viewable.YES)
@for_present_users
def deactivate_user(request: DelegateRequest, activation: Activation) -> HttpResponse:
    """ "Desactivar Usuario": what would end at the sede, and, once confirmed, the end of it."""
    if request.method == "POST":
        return _save(request, activation, DeactivateForm, actions.update_roles)
    code = request.GET.get("sede")
    group = next((group for group in sede_groups(activation) if group["sede"].code == code), None)
    back = _address(activation.user, activation.option)
    if group is None:
        return redirect(back)
    context = {"activation": activation, "person": activation.user.person, "group": group, "back": back}
    return render(request, "roles/deactivate_user.html", context)


# ---------------------------------------------------------------- history and matrix


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.YES)
def user_history(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    user = user_for(request, public_id)
    entries = HistoryEntry.objects.of(user).visible_to(request.entity).filter(event__startswith="roles.")
    page = page_of(request, entries.select_related("actor__person"), "id", newest_first=True)
    rows = list(present(page.rows, request.entity))
    return render(request, "roles/user_history.html", {"user": user, "person": user.person, "page": page, "rows": rows})


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.YES)
def role_matrix(request: DelegateRequest) -> HttpResponse:
    """ "Roles y quién puede asignarlos": the lines of the matrix for this delegate."""
    kind = request.entity.kind
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
    return render(request, "roles/role_matrix.html", {"lines": lines, "kind": EntityKind(kind).label})


# ---------------------------------------------------------------- Consultar Usuarios


def _keep_search(request: DelegateRequest) -> HttpResponse:
    """Lead to the address of a search, where a key stands for its criterion, which the session keeps."""
    query = request.POST.copy()
    query["busqueda"] = ""
    if criterion := query.pop("criterio", [""])[-1][:LONGEST_KEPT]:
        query["busqueda"] = get_random_string(8)
        searches = request.session.get("searches", {}) | {query["busqueda"]: criterion}
        request.session["searches"] = dict(list(searches.items())[-SEARCHES_KEPT:])
    return redirect(f"{reverse('users')}?{used_filters(UsersFilterForm(query))}")


def _users_form(request: DelegateRequest) -> UsersFilterForm:
    """The filters of the address, with the criterion that the session keeps for it."""
    query = request.GET.copy()
    if key := query.get("busqueda"):
        query["criterio"] = request.session.get("searches", {}).get(key, "")
    return UsersFilterForm(query)


def _filtered(entity: Entity, form: UsersFilterForm) -> RoleAssignmentQuerySet:
    assignments = RoleAssignment.objects.visible_to(entity)
    if not form.is_valid():
        return assignments.none()
    filters = form.cleaned_data
    states = {
        "": assignments.current(),
        "vencen": assignments.ending_within(30),
        "por-empezar": assignments.to_come(),
        "terminados": assignments.ended(),
        "todos": assignments,
    }
    assignments = states[filters["estado"]]
    if filters["rol"]:
        assignments = assignments.filter(role=filters["rol"])
    return assignments.at_sede(filters["entidad"]).matching(filters["criterio"])


@delegate_of(
    *ACTIVATING_KINDS,
    methods=FORM,
    menu=MenuEntry(
        "Consultar Usuarios", "Vea quién tiene qué rol y en qué sede; descargue el Excel.", "users", order=30
    ),
    viewable=Viewable.YES,
)
def users(request: DelegateRequest) -> HttpResponse:
    if request.method == "POST":
        return _keep_search(request)
    form = _users_form(request)
    assignments = _filtered(request.entity, form).select_related("user__person", "user__profession", "sede")
    page = page_of(request, assignments.prefetch_related("endings"), "listed_as")
    used = used_filters(UsersFilterForm(request.GET))
    return render(request, "roles/users.html", {"form": form, "page": page, "filter": used})


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_users(request: DelegateRequest) -> HttpResponseBase:
    form = _users_form(request)
    if not form.is_valid():
        return redirect(f"{reverse('users')}?{request.GET.urlencode()}")
    assignments = _filtered(request.entity, form)
    count, filters = assignments.count(), [name for name, value in form.cleaned_data.items() if value]
    record_download(by=request.account, filters=filters, rows=count)
    return download("usuarios.xlsx", "Usuarios", USER_COLUMNS, user_rows(assignments), count)
