"""How does the Ministry begin an impersonation, and where does it see who impersonated which delegate?"""

from django.conf import settings
from django.contrib import admin

from accounts.actions.impersonation import start_impersonation
from accounts.admin.list_helpers import filter_by_account
from accounts.models import Impersonation
from accounts.rules.impersonation import PERMISSION, account_refusal, can_be_impersonated
from mipres_admin.backoffice.admin_base import ObjectAction, ReadOnlyAdmin

IMPERSONATE = ObjectAction(
    slug="ver-como",
    label="Ver como este delegado",
    confirmation=(
        f"Verá el portal como lo ve esta persona, durante {settings.IMPERSONATION_MINUTES} minutos como máximo y sin "
        "poder cambiar ni descargar nada, en todas las ventanas de esta sesión menos la administración. La persona "
        "recibe un correo, y los delegados de la entidad ven en su inicio, durante "
        f"{settings.IMPERSONATION_NOTICE_DAYS} días, cuándo y por qué."
    ),
    permission=PERMISSION,
    success_message="Ahora ve el portal como este delegado. Todo lo que abra en esta sesión es lo que él ve.",
    is_available=can_be_impersonated,
    perform=start_impersonation,
    argument="account",
    needs_session=True,
    redirect_to="home",
    refusal=account_refusal,
)


@admin.register(Impersonation)
class ImpersonationAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "staff", "account", "entity", "reason", "ended_at", "end")
    list_filter = ("end", "started_at")
    list_select_related = ("staff", "account", "entity")
    search = staticmethod(filter_by_account)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    exclude = ("session",)
