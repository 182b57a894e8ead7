"""How does the Ministry's admin begin a viewing? One act on the account of a delegate, for its page in the admin."""

from typing import Any

from django.conf import settings

from accounts.actions.viewing import start_viewing
from accounts.models import Account
from accounts.security.models import AccountSession
from accounts.viewing.rules import PERMISSION, may_be_seen
from mipres_admin.desk import DeskAct


def _start(*, by: Account, thing: Account, session: AccountSession, **asked: Any) -> bool:
    return start_viewing(by=by, account=thing, session=session, **asked)


VIEW_AS = DeskAct(
    slug="ver-como",
    label="Ver como este delegado",
    warning=(
        f"Verá el portal como lo ve esta persona, durante {settings.VIEWING_MINUTES} minutos como máximo y sin poder "
        "cambiar ni descargar nada, en todas las ventanas de esta sesión menos la administración. La persona recibe un "
        "correo, y los delegados de la entidad ven en su inicio, durante "
        f"{settings.VIEWING_TOLD_DAYS} días, cuándo y por qué."
    ),
    permission=PERMISSION,
    said="Ahora ve el portal como este delegado. Todo lo que abra en esta sesión es lo que él ve.",
    offered=may_be_seen,
    do=_start,
    in_session=True,
    then="home",
)
