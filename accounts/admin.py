"""What does the Ministry see of people, accounts, users and roles, and what does it do to them for a reason?"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actions import desk
from accounts.actions.roles import end_assignment
from accounts.actions.second_factor import require_factor
from accounts.models import (
    Account,
    Certificate,
    DeceasedEntry,
    LoginThrottle,
    PasswordLink,
    PasswordRecord,
    Person,
    Profession,
    RegisteredUser,
    RethusEntry,
    RoleAssignment,
    RoleEnding,
    RoleUpload,
    SsoPost,
    Suspension,
    of_document,
)
from accounts.security.models import (
    AccountSession,
    AuthenticatorApp,
    Passkey,
    RecoveryCode,
    SecondFactorPolicy,
)
from accounts.staff import admin as staff_admin  # noqa: F401  the Ministry's people and their groups
from accounts.throttle import key_of_login, keys_of
from accounts.viewing.desk import VIEW_AS
from accounts.viewing.models import Viewing
from entities.admin import EntityAdmin, SedeAdmin, matching
from entities.models import Entity, EntityKind, Sede
from entities.rules.sedes import keeping_refusal
from mipres_admin.desk import ActingAdmin, Also, DeskAct, ListOnlyAdmin, ModelAdmin, ReadOnlyAdmin
from mipres_admin.forms import ReasonForm

# ---------------------------------------------------------------- how things are found


def _of_document(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(of_document(words))
    return found


def _by_person(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(person__in=Person.objects.matching(words).values("pk"))
    return found


def accounts_matching(words: str) -> QuerySet[Account]:
    """Accounts whose login begins so, or whose person or entity answers to the words.

    A union and not an OR, so that each side has its own index.
    """
    accounts = Account.objects.order_by()
    by_login = accounts.filter(login__startswith="".join(words.split()).upper()).values("pk")
    by_person = accounts.filter(person__in=Person.objects.matching(words).values("pk")).values("pk")
    by_entity = accounts.filter(entity__in=Entity.objects.matching(words).values("pk")).values("pk")
    return accounts.filter(pk__in=by_login.union(by_person, by_entity))


def _accounts(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(pk__in=accounts_matching(words).values("pk"))
    return found


def of_accounts(rows: Any, words: str) -> QuerySet[Any]:
    """Rows whose account answers to the words."""
    found: QuerySet[Any] = rows.filter(account__in=accounts_matching(words).values("pk"))
    return found


def _by_code(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(code="".join(filter(str.isalnum, words.upper())))
    return found


def _in_lines(texts: Iterable[str]) -> str:
    return "; ".join(texts) or "—"


# ---------------------------------------------------------------- people and registries


class DocumentColumn(ModelAdmin):
    """Lists of what is known by a document."""

    @admin.display(description="documento")
    def document(self, thing: Any) -> str:
        """Type and number."""
        return f"{thing.document_type} {thing.document_number}"


@admin.register(Person)
class PersonAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("full_name", "document", "deceased_on")
    ordering = ("sort_name", "pk")
    sortable_by = ()
    find = staticmethod(matching)
    search_help_text = "Documento (con el tipo o sin él) o nombres y apellidos."
    fieldsets = (
        (None, {"fields": ("document_type", "document_number", "deceased_on")}),
        ("Nombres", {"fields": ("first_name", "second_name", "first_surname", "second_surname", "sex", "email")}),
        ("Registros oficiales", {"fields": ("rethus", "posts")}),
    )
    also = (
        Also("Cuentas", "accounts_account", "person__id__exact"),
        Also("Registro en MIPRES", "accounts_registereduser", "person__id__exact"),
        Also("Entidades que representa", "delegates_representation", "person__id__exact"),
    )

    @admin.display(description="nombre")
    def full_name(self, person: Person) -> str:
        """The four names."""
        return person.full_name

    @admin.display(description="profesiones en ReTHUS")
    def rethus(self, person: Person) -> str:
        """What ReTHUS says of him, with what it has closed."""
        document = {"document_type": person.document_type, "document_number": person.document_number}
        held = RethusEntry.objects.filter(**document).select_related("profession")
        return _in_lines(
            f"{one.profession}{f' (retirada el {one.closed_on})' if one.closed_on else ''}" for one in held
        )

    @admin.display(description="plazas de SSO")
    def posts(self, person: Person) -> str:
        """Where and when he served or serves."""
        posts = SsoPost.objects.of(person).select_related("sede").order_by("starts_on")
        return _in_lines(f"{post.sede}, del {post.starts_on} al {post.ends_on}" for post in posts)


@admin.register(Profession)
class ProfessionAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")


@admin.register(RethusEntry)
class RethusEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "profession", "registry_number", "closed_on")
    list_filter = ("profession",)
    list_select_related = ("profession",)
    find = staticmethod(_of_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SsoPost)
class SsoPostAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "sede", "starts_on", "ends_on")
    list_select_related = ("sede",)
    find = staticmethod(_of_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(DeceasedEntry)
class DeceasedEntryAdmin(DocumentColumn, ReadOnlyAdmin):
    list_display = ("document", "deceased_on", "closed_on")
    find = staticmethod(_of_document)
    search_help_text = "Documento, con el tipo o sin él."
    ordering = ("-pk",)
    sortable_by = ()


# ---------------------------------------------------------------- users and roles


@admin.register(RegisteredUser)
class RegisteredUserAdmin(ReadOnlyAdmin):
    list_display = ("login", "person", "kind", "profession", "registered_at")
    list_filter = ("kind", "profession")
    list_select_related = ("person", "profession")
    find = staticmethod(_by_person)
    search_help_text = "Documento (con el tipo o sin él) o nombres y apellidos."
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("login", "person", "kind", "profession", "professional_registry", "registered_at")
    also = (
        Also("Roles asignados", "accounts_roleassignment", "user__id__exact"),
        Also("Constancias", "accounts_certificate", "user__id__exact"),
    )

    @admin.display(description="usuario (login)")
    def login(self, user: RegisteredUser) -> str:
        """Document type and number, as MIPRES knows him."""
        return user.login


def _end_role(*, by: Account, thing: RoleAssignment, reason: str) -> bool:
    return end_assignment(by=by, assignment=thing, reason=reason)


END_ROLE = DeskAct(
    slug="terminar",
    label="Terminar rol",
    warning=(
        "La persona deja de tener este rol en esta sede de inmediato y recibe un correo con el motivo, que la entidad "
        "lee en la historia del usuario. No se puede deshacer: la entidad puede asignarlo de nuevo."
    ),
    permission="accounts.end_roleassignment",
    said="El rol terminó y la persona fue avisada.",
    offered=lambda role: role.ends_at is None or role.ends_at > timezone.now(),
    do=_end_role,
)


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ActingAdmin):
    list_display = ("login", "person", "role", "state", "sede", "entity", "starts_at", "ends_at")
    list_filter = ("role",)
    list_select_related = ("user__person", "sede", "entity")
    find = staticmethod(matching)
    search_help_text = "Nombres, documento, usuario o registro profesional de la persona."
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("user", "person", "role", "sede", "entity")}),
        ("Vigencia", {"fields": ("state", "starts_at", "ends_at", "created_by", "ended_by")}),
    )
    acts = (END_ROLE,)

    @admin.display(description="usuario (login)")
    def login(self, role: RoleAssignment) -> str:
        """Whose it is."""
        return role.user.login

    @admin.display(description="persona")
    def person(self, role: RoleAssignment) -> str:
        """His name."""
        return role.user.person.full_name

    @admin.display(description="estado")
    def state(self, role: RoleAssignment) -> str:
        """In force, over or still to come."""
        return role.state


def _of_roles(rows: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(assignment__in=RoleAssignment.objects.matching(words).values("pk"))
    return found


@admin.register(RoleEnding)
class RoleEndingAdmin(ReadOnlyAdmin):
    """What loads of registries ended, and what was given back when one was undone."""

    list_display = ("at", "assignment", "entity", "cause", "load", "undone_at")
    list_filter = ("cause", ("undone_at", admin.EmptyFieldListFilter))
    list_select_related = ("assignment", "entity", "load")
    find = staticmethod(_of_roles)
    search_help_text = "Nombres, documento, usuario o registro profesional de la persona."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(RoleUpload)
class RoleUploadAdmin(ReadOnlyAdmin):
    """Never its rows: they are personal data of the entity's people, kept a few days for the entity alone."""

    list_display = ("made_at", "entity", "file_name", "state", "mode", "made_by")
    list_filter = ("state",)
    list_select_related = ("entity", "made_by")
    search_fields = ("entity__nit", "file_name")
    ordering = ("-made_at", "-pk")
    fields = ("entity", "file_name", "sha256", "made_by", "made_at", "state", "mode", "applied_by", "applied_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleUpload]:
        """Without the rows, which may be thousands."""
        return super().get_queryset(request).defer("rows")


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """Never what the paper says of people; its fingerprint tells whether a printed one is the same."""

    list_display = ("grouped_code", "entity", "user", "as_of", "issued_at", "issued_by")
    list_select_related = ("entity", "user__person", "issued_by")
    find = staticmethod(_by_code)
    search_help_text = "Código de verificación."
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("grouped_code", "entity", "user", "as_of", "issued_at", "issued_by", "content_sha256")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        """Without what the papers say."""
        return super().get_queryset(request).defer("content")

    @admin.display(description="código")
    def grouped_code(self, certificate: Certificate) -> str:
        """As it is printed."""
        return certificate.grouped_code


# ---------------------------------------------------------------- accounts


def _on_account(deed: Any) -> Any:
    """A deed of `accounts.actions.desk` as a button of the account does it."""

    def do(*, by: Account, thing: Account, **asked: Any) -> bool:
        return bool(deed(by=by, account=thing, **asked))

    return do


def _factors(account: Account) -> tuple[int, int, int]:
    held = (
        AuthenticatorApp.objects.of(account),
        Passkey.objects.of(account),
        RecoveryCode.objects.of(account).unused(),
    )
    apps, passkeys, codes = (rows.count() for rows in held)
    return apps, passkeys, codes


def _failures(account: Account) -> list[LoginThrottle]:
    return list(LoginThrottle.objects.filter(key__in=keys_of(account), failures__gt=0).order_by("-last_failure_at"))


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
    do=_on_account(desk.reactivate_account),
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
    do=_on_account(desk.unlock_account),
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
    offered=lambda account: account.sessions.live().exists(),
    do=_on_account(desk.close_sessions),
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
    do=_on_account(desk.reset_second_factor),
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
        open_ones = Suspension.objects.open().filter(account=OuterRef("pk"))
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
        last = date_format(timezone.localtime(rows[0].last_failure_at), "Y-m-d H:i")
        return f"{sum(row.failures for row in rows)}, el último el {last}"

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


@admin.register(LoginThrottle)
class LoginThrottleAdmin(ListOnlyAdmin):
    """The key is a keyed hash: whose a row is can only be asked by typing the whole login."""

    list_display = fields = ("last_failure_at", "failures")
    find = staticmethod(_of_login)
    search_help_text = (
        "El usuario (login) completo: la tabla solo guarda su huella. Se desbloquea en la página de la cuenta."
    )
    ordering = ("-last_failure_at",)


# ---------------------------------------------------------------- security


class OfAccountAdmin(ReadOnlyAdmin):
    """What belongs to one account."""

    list_select_related = ("account",)
    find = staticmethod(of_accounts)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(AuthenticatorApp)
class AuthenticatorAppAdmin(OfAccountAdmin):
    """Never its seed."""

    list_display = ("account", "name", "added_at", "last_used_at")
    fields = ("account", "name", "added_at", "last_used_at")


@admin.register(Passkey)
class PasskeyAdmin(OfAccountAdmin):
    """Never its keys or identifiers."""

    list_display = ("account", "name", "added_at", "last_used_at")
    fields = ("account", "name", "added_at", "last_used_at")


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(OfAccountAdmin):
    """Never its hash."""

    list_display = ("account", "made_at", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    fields = ("account", "made_at", "used_at")


@admin.register(AccountSession)
class AccountSessionAdmin(OfAccountAdmin):
    """Never what a browser shows to be in it; sessions end on the page of the account."""

    list_display = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")
    list_filter = ("verified_by", ("ended_at", admin.EmptyFieldListFilter))
    fields = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """From which day on, and why."""

    reason = ReasonForm.base_fields["reason"]

    class Meta:
        model = SecondFactorPolicy
        fields = ("kind", "compulsory_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].choices = [("", "Elija el tipo de entidad"), *EntityKind.choices]  # type: ignore[attr-defined]


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


def _set_policy(*, by: Account, thing: SecondFactorPolicy, reason: str, since: Any = None) -> bool:
    return require_factor(by=by, kind=thing.kind, since=since, reason=reason)


MOVE_POLICY = DeskAct(
    slug="cambiar",
    label="Cambiar fecha",
    warning=(
        "Los delegados de ese tipo de entidad deben tener un segundo factor desde ese día; hasta entonces se anuncia."
    ),
    permission="accounts.change_secondfactorpolicy",
    said="La fecha quedó cambiada.",
    offered=lambda policy: True,
    do=_set_policy,
    form=MovePolicyForm,
)
END_POLICY = DeskAct(
    slug="quitar",
    label="Dejar opcional",
    warning=(
        "El segundo factor deja de ser obligatorio para los delegados de ese tipo de entidad. Quien lo tiene lo "
        "conserva."
    ),
    permission="accounts.delete_secondfactorpolicy",
    said="El segundo factor quedó opcional.",
    offered=lambda policy: True,
    do=_set_policy,
)


@admin.register(SecondFactorPolicy)
class SecondFactorPolicyAdmin(ActingAdmin):
    """From when on the delegates of a kind must have a second factor; each change goes through the action."""

    list_display = ("kind", "compulsory_from")
    ordering = ("kind",)
    form = PolicyForm
    acts = (MOVE_POLICY, END_POLICY)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may decide it."""
        return request.user.has_perm("accounts.add_secondfactorpolicy")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A reason is asked for, and kept in the history."""
        return ("kind", "compulsory_from") if obj else ("kind", "compulsory_from", "reason")

    def save_model(self, request: HttpRequest, obj: SecondFactorPolicy, form: Any, change: bool) -> None:
        """From that day on."""
        _set_policy(
            by=request.user,  # type: ignore[arg-type]
            thing=obj,
            since=obj.compulsory_from,
            reason=form.cleaned_data["reason"],
        )


@admin.register(Viewing)
class ViewingAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "staff", "account", "entity", "reason", "ended_at", "end")
    list_filter = ("end", "started_at")
    list_select_related = ("staff", "account", "entity")
    find = staticmethod(of_accounts)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    exclude = ("session",)


# ---------------------------------------------------------------- what this floor does to entities and sedes


def _on_entity(deed: Any) -> Any:
    def do(*, by: Account, thing: Entity, reason: str) -> bool:
        return bool(deed(by=by, entity=thing, reason=reason))

    return do


def _on_sede(deed: Any) -> Any:
    def do(*, by: Account, thing: Sede, reason: str) -> bool:
        return bool(deed(by=by, sede=thing, reason=reason))

    return do


EntityAdmin.offer(
    DeskAct(
        slug="suspender",
        label="Suspender entidad",
        warning=(
            "Ninguno de sus delegados puede ingresar, las sesiones abiertas se cierran y los servicios web rechazan "
            "sus tokens; no puede registrarse, nombrar ni entrar en redes. Los roles que asignó siguen. Sus delegados "
            "reciben un correo con el motivo."
        ),
        permission="entities.suspend_entity",
        said="La entidad quedó suspendida y sus delegados fueron avisados.",
        offered=lambda entity: entity.is_active,
        do=_on_entity(desk.suspend_entity),
    ),
    DeskAct(
        slug="reactivar",
        label="Reactivar entidad",
        warning="Sus delegados pueden ingresar de nuevo y sus tokens vigentes vuelven a servir. Reciben un correo.",
        permission="entities.suspend_entity",
        said="La entidad quedó reactivada y sus delegados fueron avisados.",
        offered=lambda entity: not entity.is_active,
        do=_on_entity(desk.reactivate_entity),
    ),
)
SedeAdmin.offer(
    DeskAct(
        slug="deshabilitar",
        label="Deshabilitar sede",
        warning=(
            "La sede deja de recibir usuarios; quienes ya tienen roles en ella los conservan. Los delegados del "
            "proveedor reciben un correo con el motivo y pueden habilitarla de nuevo."
        ),
        permission="entities.disable_sede",
        said="La sede quedó deshabilitada y los delegados fueron avisados.",
        offered=lambda sede: sede.is_of_provider and sede.closed_on is None,
        do=_on_sede(desk.close_sede),
        refusal=keeping_refusal,
    ),
    DeskAct(
        slug="habilitar",
        label="Habilitar sede",
        warning="La sede vuelve a recibir usuarios. Los delegados del proveedor reciben un correo con el motivo.",
        permission="entities.disable_sede",
        said="La sede quedó habilitada y los delegados fueron avisados.",
        offered=lambda sede: sede.is_of_provider and sede.closed_on is not None,
        do=_on_sede(desk.open_sede),
        refusal=keeping_refusal,
    ),
)
