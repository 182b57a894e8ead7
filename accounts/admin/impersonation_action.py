"""How does the Ministry's admin begin an impersonation? With an action on the account of a delegate."""

from django.conf import settings

from accounts.actions.impersonation import start_impersonation
from accounts.rules.impersonation import PERMISSION, can_be_impersonated
from mipres_admin.backoffice.admin_base import ObjectAction

VIEW_AS = ObjectAction(
    slug="ver-como",
    label="Ver como este delegado",
    confirmation=(
        f"Verá el portal como lo ve esta persona, durante {settings.IMPERSONATION_MINUTES} minutos como máximo y sin "
        "poder "
        "cambiar ni descargar nada, en todas las ventanas de esta sesión menos la administración. La persona recibe un "
        "correo, y los delegados de la entidad ven en su inicio, durante "
        f"{settings.IMPERSONATION_NOTICE_DAYS} días, cuándo y por qué."
    ),
    permission=PERMISSION,
    success_message="Ahora ve el portal como este delegado. Todo lo que abra en esta sesión es lo que él ve.",
    is_available=can_be_impersonated,
    perform=start_impersonation,
    argument="account",
    needs_session=True,
    redirect_to="home",
)
