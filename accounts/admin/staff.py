"""How does a superusuario administer the Ministry's staff, and what may each group do?"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.actions.staff import change_groups, close_staff, create_staff, reopen_staff
from accounts.admin.list_helpers import accounts_matching
from accounts.admin.not_about_oneself import NotAboutOneself
from accounts.forms.staff import GroupsForm, PersonReasonForm, StaffForm
from accounts.models import Account, AuthenticatorApp, Passkey, StaffAccount
from accounts.staff_group_labels import (
    label_of,
    labels_of,
    permitted_actions,
    purpose_of,
    viewable_lists,
)
from mipres_admin.access.groups import StaffGroup
from mipres_admin.backoffice.admin_base import ObjectActionsAdmin, ReadOnlyAdmin
from mipres_admin.backoffice.filters import BooleanFilter, ChoiceFilter
from mipres_admin.refusals import Refused

MANAGE = "accounts.manage_staff"
NO_GROUP = "ninguno"


def _groups_of(account: Account) -> dict[str, Any]:
    groups = [group.name for group in account.groups.all()]
    return {"groups": groups, "expected_groups": groups}


ACTIONS = (
    NotAboutOneself(
        slug="grupos",
        label="Cambiar grupos",
        confirmation="Lo que la persona ve y hace cambia desde su siguiente página. Recibe un correo con el motivo.",
        permission=MANAGE,
        success_message="Los grupos quedaron guardados y la persona fue avisada.",
        is_available=lambda account: account.is_active,
        perform=change_groups,
        argument="account",
        form=GroupsForm,
        initial=_groups_of,
    ),
    NotAboutOneself(
        slug="cerrar",
        label="Cerrar cuenta",
        confirmation=(
            "La persona deja de ingresar y sus sesiones terminan de inmediato. Lo que hizo queda en la historia. "
            "Recibe un correo con el motivo. Puede abrirla de nuevo."
        ),
        permission=MANAGE,
        success_message="La cuenta quedó cerrada, sus sesiones terminaron y la persona fue avisada.",
        is_available=lambda account: account.is_active,
        perform=close_staff,
        argument="account",
        form=PersonReasonForm,
    ),
    NotAboutOneself(
        slug="abrir",
        label="Abrir de nuevo",
        confirmation="La persona vuelve a ingresar con su contraseña y su segundo factor, y con los grupos que tenía.",
        permission=MANAGE,
        success_message="La cuenta quedó abierta y la persona fue avisada.",
        is_available=lambda account: not account.is_active,
        perform=reopen_staff,
        argument="account",
        form=PersonReasonForm,
    ),
)


class GroupFilter(ChoiceFilter):
    """One of the five groups, or none."""

    title = "grupo"
    parameter_name = "grupo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*StaffGroup.choices, (NO_GROUP, "Ninguno")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NO_GROUP:
            return queryset.filter(groups__isnull=True)
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class FactorFilter(BooleanFilter):
    title = "segundo factor"
    parameter_name = "factor"
    field = "with_factor"


class StateFilter(BooleanFilter):
    title = "estado"
    parameter_name = "estado"
    field = "is_active"
    options = (("activa", "Activa"), ("cerrada", "Cerrada"))


def _of_account_or_email(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(pk__in=accounts_matching(words).values("pk")) | Q(email__icontains=words))


@admin.register(StaffAccount)
class StaffAccountAdmin(ObjectActionsAdmin):
    """The Ministry's people: who is in which group, and what may be done about it."""

    list_display = ("login", "name", "in_groups", "state", "has_factor", "last_entry")
    list_filter = (GroupFilter, StateFilter, FactorFilter)
    list_select_related = ("person",)
    search = staticmethod(_of_account_or_email)
    search_help_text = "Usuario (login), correo, documento o nombres."
    ordering = ("login",)
    # never the password, not even its hash
    fields = ("login", "name", "email", "in_groups", "state", "has_factor", "open_sessions", "last_entry", "created_at")
    object_actions = ACTIONS
    add_permission = MANAGE
    add_form = StaffForm
    add_title = "Añadir persona del Ministerio"
    add_template = "admin/accounts/add_staff.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        app = AuthenticatorApp.objects.filter(account=OuterRef("pk"))
        factor = Exists(app) | Exists(Passkey.objects.filter(account=OuterRef("pk")))
        return super().get_queryset(request).annotate(with_factor=factor).prefetch_related("groups")

    @admin.display(description="nombre", ordering="person__sort_name")
    def name(self, account: StaffAccount) -> str:
        return str(account.person or "—")

    @admin.display(description="grupos")
    def in_groups(self, account: StaffAccount) -> str:
        labels = labels_of(group.name for group in account.groups.all()) or "Ninguno"
        return f"{labels}, y todo por createsuperuser" if account.is_superuser else labels

    @admin.display(description="estado", ordering="is_active")
    def state(self, account: StaffAccount) -> str:
        return "Activa" if account.is_active else "Cerrada"

    @admin.display(description="segundo factor", ordering="with_factor")
    def has_factor(self, account: Any) -> str:
        return "Sí" if account.with_factor else "No"

    @admin.display(description="último ingreso", ordering="last_login")
    def last_entry(self, account: StaffAccount) -> str:
        return f"{timezone.localtime(account.last_login):%Y-%m-%d %H:%M}" if account.last_login else "Ninguno"

    @admin.display(description="sesiones abiertas")
    def open_sessions(self, account: StaffAccount) -> int:
        return account.sessions.current().count()

    def add_object(self, request: Any, form: StaffForm) -> Account | None:
        """The account; None when it was refused, with the reason in the form."""
        groups, reason = form.cleaned_data["groups"], form.cleaned_data["reason"]
        try:
            account = create_staff(by=request.user, details=form.details, groups=groups, reason=reason)
        except Refused as refused:
            form.add_error(None, str(refused.refusal))
            return None
        messages.success(request, "La cuenta quedó creada. El enlace para asignar la contraseña va por correo.")
        return account


# ---------------------------------------------------------------- what the groups may do

admin.site.unregister(Group)


def _list(lines: list[str], nothing: str = "Nada") -> SafeString | str:
    if not lines:
        return nothing
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))


@admin.register(Group)
class StaffGroupAdmin(ReadOnlyAdmin):
    """Each group in words; what it may do comes with the portal's version and is edited by nobody."""

    list_display = ("label", "purpose", "people")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("label", "purpose", "members", "sees", "does")

    def get_queryset(self, request: HttpRequest) -> Any:
        active = Count("user", filter=Q(user__is_active=True, user__is_staff=True))
        return super().get_queryset(request).annotate(active=active)

    @admin.display(description="grupo", ordering="name")
    def label(self, group: Group) -> str:
        return label_of(group.name)

    @admin.display(description="para qué")
    def purpose(self, group: Group) -> str:
        return purpose_of(group.name) or "—"

    @admin.display(description="cuentas activas", ordering="active")
    def people(self, group: Any) -> int:
        return int(group.active)

    @admin.display(description="quiénes")
    def members(self, group: Group) -> SafeString | str:
        accounts = Account.objects.filter(groups=group, is_staff=True).select_related("person").order_by("login")
        closed = {True: "", False: ", cerrada"}
        return _list([f"{a.login} ({a.display_name}{closed[a.is_active]})" for a in accounts], "Nadie")

    @admin.display(description="qué ve")
    def sees(self, group: Group) -> SafeString | str:
        return _list(viewable_lists(group))

    @admin.display(description="qué hace")
    def does(self, group: Group) -> SafeString | str:
        return _list(permitted_actions(group))
