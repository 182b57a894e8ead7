"""Who may be seen, until when, and what is there to see? Pure: no writes, no request."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import ResolverMatch

from accounts.security.sessions import why_closed
from accounts.viewing.models import Viewing
from mipres_admin.access import GATED_BY_THEIR_LIBRARY
from mipres_admin.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import Account

PERMISSION = "accounts.view_as_delegate"

# ---------------------------------------------------------------- who

NOT_YOURS = Refusal(
    cause="Su cuenta no tiene el permiso «Ver el portal como un delegado».",
    remedy="Pídalo a quien administra las cuentas del Ministerio.",
    who="Un superusuario del Ministerio.",
)
NOT_A_DELEGATE = Refusal(
    cause="Solo se puede ver el portal como un delegado cuya cuenta y cuya entidad están activas; nunca como una "
    "persona natural ni como otra cuenta del Ministerio.",
    remedy="Revise el estado de la cuenta y de la entidad: un delegado que no puede ingresar no ve ninguna página.",
    who="El Ministerio.",
)


def may_be_seen(account: "Account") -> bool:
    """Whether this is a delegate who could log in now: what he sees is what there is to see."""
    return account.entity_id is not None and not account.is_staff and account.may_enter


def viewing_refusal(by: "Account", account: "Account") -> Refusal | None:
    """Why `by` may not see the portal as `account`, or None."""
    if not (by.is_active and by.is_staff and by.has_perm(PERMISSION)):
        return NOT_YOURS
    return None if may_be_seen(account) else NOT_A_DELEGATE


def already_seeing(viewing: Viewing) -> Refusal:
    """One session sees one delegate at a time."""
    return Refusal(
        cause=f"En esta sesión usted ya está viendo el portal como {viewing.account.login}.",
        remedy="Oprima «Dejar de ver» y empiece de nuevo con este delegado.",
        who="Usted mismo.",
    )


def why_over(viewing: Viewing, now: datetime) -> str:
    """Why a viewing may not go on (one of `Viewing.End`), or ""."""
    if now >= viewing.ends_at:
        return Viewing.End.TIME
    if why_closed(viewing.session):
        return Viewing.End.SESSION
    if viewing_refusal(viewing.staff, viewing.account) == NOT_YOURS:
        return Viewing.End.STAFF
    return "" if may_be_seen(viewing.account) else Viewing.End.ACCOUNT


# ---------------------------------------------------------------- what

# what stays the staff member's own while he sees: his way out, his session, and the Ministry's window
OWN = frozenset({"stop_viewing", "logout", "keep_session", "admin_login", "admin_logout", "admin_change_password"})

# Every page that may be seen; one that is not here is not shown, so that a new one must be decided on. Left out are
# what is the person's own (security, password, personal data), what would be taken away (downloads), the forms without
# log-in, and what only programs ask for.
SHOWN = frozenset(
    {
        "home",
        "tokens",
        "revoke_token",
        "try_token",
        "users",
        "activate_user",
        "user_roles",
        "deactivate_user",
        "user_history",
        "role_matrix",
        "upload_users",
        "upload_preview",
        "user_certificate",
        "entity_certificate",
        "create_sede",
        "sedes",
        "edit_sede",
        "disable_sede",
        "sede_history",
        "associate_entities",
        "entities",
        "association_history",
        "memberships",
        "registry_news",
        "history",
        # addresses that act on POST and lead back on GET
        "generate_token",
        "associate_user",
        "update_user_roles",
        "change_last_day",
        "apply_upload",
        "enable_sede",
        # what anybody reads without log-in
        "privacy_notice",
        "registration",
        "registration_kinds",
        "registration_steps",
        "sign_up_sent",
        "verify",
        "verify_certificate",
        "report_token",
        "services_reference",
        "openapi",
    }
)

CHANGES = Refusal(
    headline="No puede cambiar nada",
    cause="Lo que usted pidió cambia o guarda algo, y mientras ve el portal como un delegado solo puede mirar.",
    remedy="Si el cambio hace falta, lo hace el delegado con su cuenta, o el Ministerio desde su administración con "
    "un motivo.",
    who="El delegado.",
)
PERSONAL = Refusal(
    headline="Esta página no se muestra",
    cause="Es de la persona y no de su trabajo como delegado (su contraseña, su seguridad, sus datos), o no es parte "
    "de lo que un delegado ve al ingresar.",
    remedy="Vuelva al inicio y siga con las demás páginas. Lo que el Ministerio puede hacer con la cuenta está en su "
    "administración.",
    who="La persona misma.",
)
TAKEN_AWAY = Refusal(
    headline="No puede descargar archivos",
    cause="Ver el portal como un delegado es para mirar; los archivos con datos de personas no se llevan.",
    remedy="Si el archivo hace falta, lo descarga el delegado con su cuenta.",
    who="El delegado.",
)

DOWNLOADS = frozenset(
    {
        "download_users",
        "download_entities",
        "download_sedes",
        "download_certificate",
        "download_history",
        "upload_result",
    }
)


def is_own(match: ResolverMatch | None) -> bool:
    """Whether this address stays the staff member's own while he sees the rest as the delegate."""
    return match is not None and (match.namespace in GATED_BY_THEIR_LIBRARY or match.url_name in OWN)


def showing_refusal(method: str | None, url_name: str | None) -> Refusal | None:
    """Why a request is not shown to who only looks, or None."""
    if method not in ("GET", "HEAD"):
        return CHANGES
    if url_name in DOWNLOADS:
        return TAKEN_AWAY
    return None if url_name in SHOWN else PERSONAL
