"""Where does a superusuario administer the Ministry's people, and where is it read what each group may do?"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.actions.staff import change_groups, close_staff, make_staff, reopen_staff
from accounts.forms.staff import GroupsForm, StaffForm, StaffReasonForm
from accounts.models import Account, StaffAccount
from accounts.security.models import AuthenticatorApp, Passkey
from accounts.staff.groups import StaffGroup, done_by, label_of, labels_of, purpose_of, seen_by
from mipres_admin.desk import ActingAdmin, DeskAct, ReadOnlyAdmin
from mipres_admin.refusals import Refused

MANAGE = "accounts.manage_staff"
NO_GROUP = "ninguno"


class StaffAct(DeskAct):
    """An act on somebody else's account: on one's own none is offered."""

    def is_open_to(self, request: HttpRequest, thing: Any) -> bool:
        """Whether this person may do it to this account now."""
        return thing.pk != request.user.pk and super().is_open_to(request, thing)


def _groups_of(account: Account) -> dict[str, Any]:
    held = [group.name for group in account.groups.all()]
    return {"groups": held, "seen": held}


def _change_groups(*, by: Account, thing: Account, groups: list[str], seen: list[str], reason: str) -> bool:
    return change_groups(by=by, account=thing, groups=groups, seen=seen, reason=reason)


def _close(*, by: Account, thing: Account, reason: str) -> bool:
    return close_staff(by=by, account=thing, reason=reason)


def _reopen(*, by: Account, thing: Account, reason: str) -> bool:
    return reopen_staff(by=by, account=thing, reason=reason)


ACTS = (
    StaffAct(
        slug="grupos",
        label="Cambiar grupos",
        warning="Lo que la persona ve y hace cambia desde su siguiente página. Recibe un correo con el motivo.",
        permission=MANAGE,
        said="Los grupos quedaron guardados y la persona fue avisada.",
        offered=lambda account: account.is_active,
        do=_change_groups,
        form=GroupsForm,
        initial=_groups_of,
    ),
    StaffAct(
        slug="cerrar",
        label="Cerrar cuenta",
        warning=(
            "La persona deja de ingresar y sus sesiones terminan de inmediato. Lo que hizo queda en la historia. "
            "Recibe un correo con el motivo. Puede abrirla de nuevo."
        ),
        permission=MANAGE,
        said="La cuenta quedó cerrada, sus sesiones terminaron y la persona fue avisada.",
        offered=lambda account: account.is_active,
        do=_close,
        form=StaffReasonForm,
    ),
    StaffAct(
        slug="abrir",
        label="Abrir de nuevo",
        warning="La persona vuelve a ingresar con su contraseña y su segundo factor, y con los grupos que tenía.",
        permission=MANAGE,
        said="La cuenta quedó abierta y la persona fue avisada.",
        offered=lambda account: not account.is_active,
        do=_reopen,
        form=StaffReasonForm,
    ),
)


class GroupFilter(admin.SimpleListFilter):
    """One of the five groups, or none."""

    title = "grupo"
    parameter_name = "grupo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*StaffGroup.choices, (NO_GROUP, "Ninguno")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NO_GROUP:
            return queryset.filter(groups__isnull=True)
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class FactorFilter(admin.SimpleListFilter):
    """With a second factor, or still without."""

    title = "segundo factor"
    parameter_name = "factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("si", "Sí"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(with_factor=self.value() == "si") if self.value() in ("si", "no") else queryset


class StateFilter(admin.SimpleListFilter):
    """Open or closed."""

    title = "estado"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("activa", "Activa"), ("cerrada", "Cerrada")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = self.value() in ("activa", "cerrada")
        return queryset.filter(is_active=self.value() == "activa") if known else queryset


@admin.register(StaffAccount)
class StaffAccountAdmin(ActingAdmin):
    """The Ministry's people: who is in which group, and what may be done about it."""

    list_display = ("login", "name", "in_groups", "state", "has_factor", "last_entry")
    list_filter = (GroupFilter, StateFilter, FactorFilter)
    list_select_related = ("person",)
    search_fields = (
        "login",
        "email",
        "person__first_name",
        "person__first_surname",
        "person__second_surname",
        "person__document_number",
    )
    ordering = ("login",)
    # never the password, not even its hash
    fields = ("login", "name", "email", "in_groups", "state", "has_factor", "open_sessions", "last_entry", "created_at")
    acts = ACTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with its groups, and whether it has a second factor."""
        mine = {"account": OuterRef("pk")}
        factor = Exists(AuthenticatorApp.objects.filter(**mine)) | Exists(Passkey.objects.filter(**mine))
        people: QuerySet[Any] = super().get_queryset(request).annotate(with_factor=factor)
        return people.prefetch_related("groups")

    @admin.display(description="nombre", ordering="person__sort_name")
    def name(self, account: StaffAccount) -> str:
        """The person's."""
        return str(account.person or "—")

    @admin.display(description="grupos")
    def in_groups(self, account: StaffAccount) -> str:
        """In words."""
        held = labels_of(group.name for group in account.groups.all()) or "Ninguno"
        return f"{held}, y todo por createsuperuser" if account.is_superuser else held

    @admin.display(description="estado", ordering="is_active")
    def state(self, account: StaffAccount) -> str:
        """Open or closed."""
        return "Activa" if account.is_active else "Cerrada"

    @admin.display(description="segundo factor", ordering="with_factor")
    def has_factor(self, account: Any) -> str:
        """Whether one was added: without it nobody of the Ministry enters."""
        return "Sí" if account.with_factor else "No"

    @admin.display(description="último ingreso", ordering="last_login")
    def last_entry(self, account: StaffAccount) -> str:
        """When it was, in Colombia."""
        return f"{timezone.localtime(account.last_login):%Y-%m-%d %H:%M}" if account.last_login else "Ninguno"

    @admin.display(description="sesiones abiertas")
    def open_sessions(self, account: StaffAccount) -> int:
        """How many."""
        return account.sessions.current().count()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may make accounts of the Ministry."""
        return request.user.has_perm(MANAGE)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask who it is and in which groups; make the account, and go to it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StaffForm(request.POST or None)
        account = _made(request, form) if request.method == "POST" and form.is_valid() else None
        if account is not None:
            messages.success(request, "La cuenta quedó creada. El enlace para asignar la contraseña va por correo.")
            return redirect("admin:accounts_staffaccount_change", account.pk)
        return self.page(
            request, "admin/accounts/add_staff.html", {"title": "Añadir persona del Ministerio", "form": form}
        )


def _made(request: HttpRequest, form: StaffForm) -> Account | None:
    """The account of a valid form; None when it was refused: why is in the form."""
    asked = form.cleaned_data
    try:
        return make_staff(
            by=request.user,  # type: ignore[arg-type]
            details=form.details,
            groups=asked["groups"],
            reason=asked["reason"],
        )
    except Refused as refused:
        form.add_error(None, str(refused.refusal))
    return None


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with how many active accounts it has."""
        active = Count("user", filter=Q(user__is_active=True, user__is_staff=True))
        groups: QuerySet[Any] = super().get_queryset(request).annotate(active=active)
        return groups

    @admin.display(description="grupo", ordering="name")
    def label(self, group: Group) -> str:
        """Its name as people read it."""
        return label_of(group.name)

    @admin.display(description="para qué")
    def purpose(self, group: Group) -> str:
        """In one line."""
        return purpose_of(group.name) or "—"

    @admin.display(description="cuentas activas", ordering="active")
    def people(self, group: Any) -> int:
        """How many may use it."""
        return int(group.active)

    @admin.display(description="quiénes")
    def members(self, group: Group) -> SafeString | str:
        """The accounts that are in it."""
        accounts = Account.objects.filter(groups=group, is_staff=True).select_related("person").order_by("login")
        closed = {True: "", False: ", cerrada"}
        return _list([f"{one.login} ({one.display_name}{closed[one.is_active]})" for one in accounts], "Nadie")

    @admin.display(description="qué ve")
    def sees(self, group: Group) -> SafeString | str:
        """Which lists of this administration."""
        return _list(seen_by(group))

    @admin.display(description="qué hace")
    def does(self, group: Group) -> SafeString | str:
        """Which acts."""
        return _list(done_by(group))
