"""May a token be generated, and if not, why and what now? Pure: no writes, no request."""

from mipres_admin.refusals import Refusal
from tokens.models import PortalToken


def outdated_page_refusal(expected_token: str, newest: PortalToken | None) -> Refusal | None:
    """Why a page that shows an outdated token may not replace the newest one, or None."""
    if expected_token == (str(newest.public_id) if newest else ""):
        return None
    return Refusal(
        headline="Los tokens cambiaron mientras usted los revisaba",
        cause="Alguien de su entidad generó o revocó un token, tal vez en otra pestaña o ventana.",
        remedy="No se generó nada. Revise la lista y, si todavía hace falta, genere el token otra vez.",
        who="Usted, como delegado.",
    )


def no_token_kind_refusal() -> Refusal:
    """Why an account whose entity has no tokens may not generate one."""
    return Refusal(
        cause="Su cuenta no es de una entidad que use los servicios web de MIPRES.",
        remedy="Ingrese con una cuenta de delegado de EPS, IPS, Proveedor o Entidad Territorial.",
        who="Los delegados de esas entidades.",
    )
