"""Who of the Ministry has looked at the portal as which delegate?"""

from django.contrib import admin

from accounts.admin.search import of_accounts
from accounts.models.impersonation import Impersonation
from mipres_admin.backoffice.admin_base import ReadOnlyAdmin


@admin.register(Impersonation)
class ImpersonationAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "staff", "account", "entity", "reason", "ended_at", "end")
    list_filter = ("end", "started_at")
    list_select_related = ("staff", "account", "entity")
    search = staticmethod(of_accounts)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    exclude = ("session",)
