"""What does the Ministry see of accounts, and what can it do to them for a reason?"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum
from django.http import HttpRequest

from accounts.actions import ministry_interventions
from accounts.admin.impersonations import IMPERSONATE
from accounts.admin.list_helpers import (
    accounts_matching,
    filter_by_account,
)
from accounts.admin.not_about_oneself import NotAboutOneself
from accounts.models import Account, AccountSession, AuthenticatorApp, Passkey, PasswordLink, RecoveryCode, Suspension
from accounts.security.login_limits import failures_of, locked_until
from accounts.security.sessions import may_be_open
from mipres_admin.backoffice.admin_base import (
    ObjectAction,
    ObjectActionsAdmin,
    ReadOnlyAdmin,
    RelatedList,
    register_related_lists,
)
from mipres_admin.backoffice.filters import BooleanFilter
from mipres_admin.formatting import format_moment
from mipres_admin.refusals import Refusal


def _accounts(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(pk__in=accounts_matching(words).values("pk"))


def _factors(account: Account) -> tuple[int, int, int]:
    """How many apps, passkeys and unused recovery codes the account has."""
    return (
        AuthenticatorApp.objects.filter(account=account).count(),
        Passkey.objects.filter(account=account).count(),
        RecoveryCode.objects.filter(account=account).current().count(),
    )


def _of_the_ministry(account: Account) -> Refusal | None:
    return ministry_interventions.OF_THE_MINISTRY if account.is_staff else None


class SupportAction(ObjectAction):
    """Help for the holder of an account: for an account of the Ministry, only of who administers those."""

    def is_allowed(self, request: HttpRequest, obj: Any) -> bool:
        return super().is_allowed(request, obj) and (not obj.is_staff or request.user.has_perm("accounts.manage_staff"))


class EntryAction(NotAboutOneself, SupportAction):
    """Help that makes it easier to log in."""


REACTIVATE = NotAboutOneself(
    slug="reactivar",
    label="Reactivar cuenta",
    confirmation=(
        "La persona puede ingresar de nuevo con su usuario y su contraseña y recibe un correo. La reactivación no "
        "abre una cuenta cuyo nombramiento terminó ni la de una entidad inactiva."
    ),
    permission="accounts.suspend_account",
    success_message="La cuenta quedó reactivada y la persona fue avisada.",
    is_available=lambda account: account.is_suspended,
    perform=ministry_interventions.reactivate_account,
    argument="account",
)
UNLOCK = EntryAction(
    slug="desbloquear",
    label="Desbloquear ingreso",
    confirmation=(
        "Compruebe antes quién lo pide. Se olvidan los intentos fallidos de contraseña y de segundo factor de esta "
        "cuenta; la contraseña no cambia. La persona recibe un correo."
    ),
    permission="accounts.unlock_account",
    success_message="El ingreso quedó desbloqueado y la persona fue avisada.",
    is_available=lambda account: failures_of(account).exists(),
    perform=ministry_interventions.unlock_account,
    argument="account",
    refusal=_of_the_ministry,
)
END_SESSIONS = SupportAction(
    slug="cerrar-sesiones",
    label="Cerrar sesiones",
    confirmation=(
        "Todas las sesiones abiertas de la cuenta se cierran de inmediato, y ningún navegador vuelve a ella con "
        "«Cambiar de entidad» sin demostrar de nuevo que es suya. La persona recibe un correo y puede ingresar."
    ),
    permission="accounts.end_sessions",
    success_message="Las sesiones quedaron cerradas y la persona fue avisada.",
    is_available=may_be_open,
    perform=ministry_interventions.close_sessions,
    argument="account",
    refusal=_of_the_ministry,
)
RESET_FACTOR = EntryAction(
    slug="retirar-segundo-factor",
    label="Retirar segundo factor",
    confirmation=(
        "Compruebe antes quién lo pide: quien tenga la contraseña podrá ingresar. Se retiran todas las aplicaciones, "
        "llaves y códigos de recuperación de esta cuenta; las otras de la persona conservan los suyos. La persona "
        "recibe un correo y, si debe tener uno, lo agrega en su próximo ingreso. No se puede deshacer."
    ),
    permission="accounts.reset_second_factor",
    success_message="Los segundos factores quedaron retirados y la persona fue avisada.",
    is_available=lambda account: any(_factors(account)),
    perform=ministry_interventions.reset_second_factor,
    argument="account",
    refusal=_of_the_ministry,
)


class SuspendedFilter(BooleanFilter):
    title = parameter_name = "suspendida"
    field = "suspended"


@admin.register(Account)
class AccountAdmin(ObjectActionsAdmin):
    """Never the password's hash. Delegates, people's own accounts and those of the Ministry."""

    list_display = ("login", "person", "entity", "state", "is_staff")
    list_filter = ("is_active", SuspendedFilter, "is_staff", "entity__kind")
    list_select_related = ("person", "entity")
    search = staticmethod(_accounts)
    search_help_text = "Comienzo del usuario (login), documento o nombres de la persona, nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("login", "person", "entity", "email")}),
        ("Estado", {"fields": ("state", "is_active", "created_at", "last_login", "failures", "factors")}),
        ("Ministerio", {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    object_actions = (IMPERSONATE, REACTIVATE, UNLOCK, END_SESSIONS, RESET_FACTOR)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        suspensions = Suspension.objects.current().filter(account=OuterRef("pk"))
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.annotate(suspended=Exists(suspensions))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The page of the list, whose accounts know in one query for which of them somebody must wait."""
        changes = super().get_changelist_instance(request)
        until = locked_until(changes.result_list)
        for account in changes.result_list:
            account.locked_until = until.get(account.pk)
        return changes

    @admin.display(description="puede ingresar")
    def state(self, account: Any) -> str:
        if why := account.why_no_login:
            return f"No: {why.label}"
        if not account.has_usable_password():
            return "No: no ha asignado su contraseña"
        until = account.locked_until if hasattr(account, "locked_until") else locked_until([account]).get(account.pk)
        if until is None:
            return "Sí"
        return (
            f"No desde donde hubo demasiados intentos fallidos, hasta el {format_moment(until)}; desde otro lugar, sí"
        )

    @admin.display(description="intentos fallidos")
    def failures(self, account: Account) -> str:
        failures = failures_of(account).aggregate(times=Sum("count"), last=Max("last_at"), places=Count("*"))
        if not failures["times"]:
            return "Ninguno"
        where = "un origen" if failures["places"] == 1 else f"{failures['places']} orígenes"
        return f"{failures['times']}, desde {where}, el último el {format_moment(failures['last'])}"

    @admin.display(description="segundo factor")
    def factors(self, account: Account) -> str:
        apps, passkeys, codes = _factors(account)
        return f"Aplicaciones: {apps}. Llaves de acceso: {passkeys}. Códigos de recuperación sin usar: {codes}."


register_related_lists(
    Account,
    RelatedList("Sesiones", AccountSession, "account__id__exact", 10),
    RelatedList("Suspensiones", Suspension, "account__id__exact", 20),
    RelatedList("Enlace de contraseña", PasswordLink, "account__id__exact", 60),
    RelatedList("Aplicaciones de autenticación", AuthenticatorApp, "account__id__exact", 70),
    RelatedList("Llaves de acceso", Passkey, "account__id__exact", 80),
)


@admin.register(Suspension)
class SuspensionAdmin(ReadOnlyAdmin):
    list_display = ("account", "since", "suspended_by", "reason", "lifted_at", "lifted_by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "suspended_by", "lifted_by")
    search = staticmethod(filter_by_account)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."


@admin.register(PasswordLink)
class PasswordLinkAdmin(ReadOnlyAdmin):
    """That a link was sent; never its hash."""

    list_display = ("account", "reason", "created_at", "expires_at")
    list_filter = ("reason",)
    list_select_related = ("account",)
    search = staticmethod(filter_by_account)
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("account", "reason", "created_at", "expires_at")
