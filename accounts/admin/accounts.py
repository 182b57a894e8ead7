"""What does the Ministry see of accounts and how one enters with them, and what does it do to them for a reason?"""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.actions import desk
from accounts.admin.finding import accounts_matching, of_accounts
from accounts.models import Account, PasswordLink, PasswordRecord, Suspension
from accounts.security.models import AuthenticatorApp, Passkey, RecoveryCode
from accounts.throttle import key_of_login, keys_of, last_attempt
from accounts.viewing.desk import VIEW_AS
from mipres_admin.desk import ActingAdmin, Also, DeskAct, ListOnlyAdmin, ReadOnlyAdmin, under
from mipres_admin.formatting import format_moment
from mipres_admin.models import RateCounter


def _accounts(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(pk__in=accounts_matching(words).values("pk"))
    return found


def _factors(account: Account) -> tuple[int, int, int]:
    held = (
        AuthenticatorApp.objects.of(account),
        Passkey.objects.of(account),
        RecoveryCode.objects.of(account).current(),
    )
    apps, passkeys, codes = (rows.count() for rows in held)
    return apps, passkeys, codes


def _failures(account: Account) -> list[RateCounter]:
    return list(RateCounter.objects.filter(key__in=keys_of(account), count__gt=0).order_by("-expires_at"))


REACTIVATE = DeskAct(
    slug="reactivar",
    label="Reactivar delegado",
    warning=(
        "El delegado puede ingresar de nuevo con su usuario y su contraseña y recibe un correo. La reactivación no "
        "abre una cuenta cuyo nombramiento terminó ni la de una entidad inactiva."
    ),
    permission="accounts.suspend_account",
    said="El delegado quedó reactivado y fue avisado.",
    offered=lambda account: account.is_suspended,
    do=under("account", desk.reactivate_account),
)
UNLOCK = DeskAct(
    slug="desbloquear",
    label="Desbloquear ingreso",
    warning=(
        "Compruebe antes quién lo pide. Se olvidan los intentos fallidos de contraseña y de segundo factor de esta "
        "cuenta; la contraseña no cambia. La persona recibe un correo."
    ),
    permission="accounts.unlock_account",
    said="El ingreso quedó desbloqueado y la persona fue avisada.",
    offered=lambda account: bool(_failures(account)),
    do=under("account", desk.unlock_account),
)
END_SESSIONS = DeskAct(
    slug="cerrar-sesiones",
    label="Cerrar sesiones",
    warning=(
        "Todas las sesiones abiertas de la cuenta se cierran de inmediato. La persona recibe un correo y puede "
        "ingresar."
    ),
    permission="accounts.end_sessions",
    said="Las sesiones quedaron cerradas y la persona fue avisada.",
    offered=lambda account: account.sessions.current().exists(),
    do=under("account", desk.close_sessions),
)
RESET_FACTOR = DeskAct(
    slug="retirar-segundo-factor",
    label="Retirar segundo factor",
    warning=(
        "Compruebe antes quién lo pide: quien tenga la contraseña podrá ingresar. Se retiran todas las aplicaciones, "
        "llaves y códigos de recuperación de la persona, en todas sus cuentas. Recibe un correo y, si debe tener uno, "
        "lo agrega en su próximo ingreso. No se puede deshacer."
    ),
    permission="accounts.reset_second_factor",
    said="Los segundos factores quedaron retirados y la persona fue avisada.",
    offered=lambda account: any(_factors(account)),
    do=under("account", desk.reset_second_factor),
)


class SuspendedFilter(admin.SimpleListFilter):
    """Those that the Ministry keeps out."""

    title = "suspendida"
    parameter_name = "suspendida"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("si", "Sí"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(suspended=self.value() == "si") if self.value() in ("si", "no") else queryset


@admin.register(Account)
class AccountAdmin(ActingAdmin):
    """Never the password's hash. Delegates, people's own accounts and those of the Ministry."""

    list_display = ("login", "person", "entity", "state", "is_staff")
    list_filter = ("is_active", SuspendedFilter, "is_staff", "entity__kind")
    list_select_related = ("person", "entity")
    find = staticmethod(_accounts)
    search_help_text = "Comienzo del usuario (login), documento o nombres de la persona, nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("login", "person", "entity", "email")}),
        ("Estado", {"fields": ("state", "is_active", "created_at", "last_login", "failures", "factors")}),
        ("Ministerio", {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    also = (
        Also("Sesiones", "accounts_accountsession", "account__id__exact"),
        Also("Suspensiones", "accounts_suspension", "account__id__exact"),
        Also("Nombramientos que la sostienen", "delegates_delegateaccount", "account__id__exact"),
        Also("Registros de personas jurídicas", "delegates_entityregistration", "applicant__id__exact"),
        Also("Tokens que generó", "tokens_portaltoken", "made_by__id__exact"),
        Also("Enlace de contraseña", "accounts_passwordlink", "account__id__exact"),
        Also("Contraseñas anteriores", "accounts_passwordrecord", "account__id__exact"),
        Also("Aplicaciones de autenticación", "accounts_authenticatorapp", "account__id__exact"),
        Also("Llaves de acceso", "accounts_passkey", "account__id__exact"),
        Also("Códigos de recuperación", "accounts_recoverycode", "account__id__exact"),
        Also("Aviso de privacidad", "delegates_privacyacceptance", "account__id__exact"),
    )
    acts = (VIEW_AS, REACTIVATE, UNLOCK, END_SESSIONS, RESET_FACTOR)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Each with whether it is suspended, in the query of the list."""
        open_ones = Suspension.objects.current().filter(account=OuterRef("pk"))
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.annotate(suspended=Exists(open_ones))

    @admin.display(description="puede ingresar")
    def state(self, account: Any) -> str:
        """Whether the account opens, and if not, why."""
        if not account.is_active:
            return "No: cuenta inactiva"
        if account.suspended:
            return "No: suspendida por el Ministerio"
        if account.person is not None and account.person.deceased_on is not None:
            return "No: figura como fallecido"
        return "No: entidad inactiva" if account.entity is not None and not account.entity.is_active else "Sí"

    @admin.display(description="intentos fallidos")
    def failures(self, account: Account) -> str:
        """How often password or second factor were wrong of late."""
        rows = _failures(account)
        if not rows:
            return "Ninguno"
        return f"{sum(row.count for row in rows)}, el último el {format_moment(last_attempt(rows[0]))}"

    @admin.display(description="segundo factor")
    def factors(self, account: Account) -> str:
        """How many of each, never which."""
        apps, passkeys, codes = _factors(account)
        return f"Aplicaciones: {apps}. Llaves de acceso: {passkeys}. Códigos de recuperación sin usar: {codes}."


@admin.register(Suspension)
class SuspensionAdmin(ReadOnlyAdmin):
    list_display = ("account", "since", "suspended_by", "reason", "lifted_at", "lifted_by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "suspended_by", "lifted_by")
    find = staticmethod(of_accounts)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."


@admin.register(PasswordRecord)
class PasswordRecordAdmin(ReadOnlyAdmin):
    """That there was a password and since when; never its hash."""

    list_display = ("account", "set_at")
    list_select_related = ("account",)
    find = staticmethod(of_accounts)
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("account", "set_at")


@admin.register(PasswordLink)
class PasswordLinkAdmin(ReadOnlyAdmin):
    """That a link was sent; never its hash."""

    list_display = ("account", "reason", "made_at", "expires_at")
    list_filter = ("reason",)
    list_select_related = ("account",)
    find = staticmethod(of_accounts)
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("account", "reason", "made_at", "expires_at")


def _of_login(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(key=key_of_login(words))
    return found


@admin.register(RateCounter)
class RateCounterAdmin(ListOnlyAdmin):
    """The key is a keyed hash: whose a row is can only be asked by typing the whole login."""

    list_display = fields = ("expires_at", "count")
    find = staticmethod(_of_login)
    search_help_text = (
        "El usuario (login) completo: la tabla solo guarda su huella. Se desbloquea en la página de la cuenta."
    )
    ordering = ("-expires_at",)
