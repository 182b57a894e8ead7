"""Who may impersonate whom, until when, and which pages are shown? Pure: no writes."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import ResolverMatch

from accounts.models import Impersonation
from accounts.security.sessions import why_closed
from mipres_admin.access.declarations import GATED_BY_THEIR_LIBRARY, Viewable, declared
from mipres_admin.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import Account

PERMISSION = "accounts.impersonate_delegate"

# ---------------------------------------------------------------- who

NOT_YOURS = Refusal(
    cause="Su cuenta no tiene el permiso «Ver el portal como un delegado».",
    remedy="Pídalo a quien administra las cuentas del Ministerio.",
    who="Un superusuario del Ministerio.",
)
NOT_A_DELEGATE = Refusal(
    cause="Solo se puede ver el portal como un delegado de una entidad, y esta cuenta no lo es.",
    remedy="Busque la cuenta del delegado por el NIT de su entidad.",
    who="El Ministerio.",
)


def account_refusal(account: "Account") -> Refusal | None:
    """Why nobody may impersonate this account, or None: it must be a delegate's who may log in."""
    if account.entity_id is None or account.is_staff:
        return NOT_A_DELEGATE
    why = account.why_no_login
    if why is None:
        return None
    return Refusal(
        cause=f"Este delegado no puede ingresar y por eso no ve ninguna página: {why.label}.",
        remedy="Revise en su página y en la de la entidad qué hace falta para que ingrese.",
        who="El Ministerio.",
    )


def can_be_impersonated(account: "Account") -> bool:
    """Whether this is a delegate who may log in."""
    return account_refusal(account) is None


def impersonation_refusal(by: "Account", account: "Account") -> Refusal | None:
    """Why `by` may not impersonate `account`, or None."""
    if not (by.is_active and by.is_staff and by.has_perm(PERMISSION)):
        return NOT_YOURS
    return account_refusal(account)


def already_impersonating(impersonation: Impersonation) -> Refusal:
    """The refusal of a second impersonation in one session."""
    return Refusal(
        cause=f"En esta sesión usted ya está viendo el portal como {impersonation.account.login}.",
        remedy="Oprima «Dejar de ver» y empiece de nuevo con este delegado.",
        who="Usted mismo.",
    )


def end_reason(impersonation: Impersonation, now: datetime) -> str:
    """Why an impersonation may not go on (one of `Impersonation.End`), or ""."""
    if now >= impersonation.ends_at:
        return Impersonation.End.TIME
    if why_closed(impersonation.session):
        return Impersonation.End.SESSION
    if impersonation_refusal(impersonation.staff, impersonation.account) == NOT_YOURS:
        return Impersonation.End.STAFF
    return "" if can_be_impersonated(impersonation.account) else Impersonation.End.ACCOUNT


# ---------------------------------------------------------------- which pages

CHANGES_REFUSED = Refusal(
    headline="No puede cambiar nada",
    cause="Lo que usted pidió cambia o guarda algo, y mientras ve el portal como un delegado solo puede mirar.",
    remedy="Si el cambio hace falta, lo hace el delegado con su cuenta, o el Ministerio desde su administración con "
    "un motivo.",
    who="El delegado.",
)
PERSONAL_REFUSED = Refusal(
    headline="Esta página no se muestra",
    cause="No es parte del trabajo del delegado que el Ministerio puede ver: así son las de su contraseña, su "
    "seguridad y sus datos.",
    remedy="Vuelva al inicio y siga con las demás páginas. Lo que el Ministerio puede hacer con la cuenta está en su "
    "administración.",
    who="La persona misma.",
)
DOWNLOADS_REFUSED = Refusal(
    headline="No puede descargar archivos",
    cause="Ver el portal como un delegado es para mirar; los archivos con datos de personas no se llevan.",
    remedy="Si el archivo hace falta, lo descarga el delegado con su cuenta.",
    who="El delegado.",
)


def is_own(match: ResolverMatch | None) -> bool:
    """Whether this address stays the staff member's own during an impersonation."""
    return match is not None and (match.namespace in GATED_BY_THEIR_LIBRARY or _viewable(match) is Viewable.OWN)


def _viewable(match: ResolverMatch) -> Viewable:
    access = declared(match.func)
    return access.viewable if access else Viewable.NO


def page_refusal(method: str | None, match: ResolverMatch) -> Refusal | None:
    """Why a request is refused during an impersonation, or None."""
    if method not in ("GET", "HEAD"):
        return CHANGES_REFUSED
    return {Viewable.DOWNLOAD: DOWNLOADS_REFUSED, Viewable.YES: None}.get(_viewable(match), PERSONAL_REFUSED)
