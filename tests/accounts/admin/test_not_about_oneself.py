"""Which actions of the admin does nobody do to what is their own?"""

from django.contrib import admin

from accounts.admin.not_about_oneself import NotAboutOneself
from delegates.admin.account_actions import GIVE_BACK
from mipres_admin.backoffice.admin_base import ObjectActionsAdmin

# they protect, end or only show, or are about the registries, rules and mail of everybody
OPEN_TO_ALL = {
    "outbox.OutgoingMail": {"reintentar"},
    "registries.RegistryLoad": {"aplicar", "cancelar", "deshacer"},
    "entities.Entity": {"suspender"},
    "accounts.Account": {"ver-como", "cerrar-sesiones", "suspender", "suspender-persona"},
    "accounts.SecondFactorPolicy": {"cambiar", "quitar"},
    "roles.RoleAssignment": {"terminar"},
    "tokens.PortalToken": {"revocar"},
    "tokens.ServerClient": {"retirar"},
}


def test_every_other_action_is_not_about_oneself():
    found = {}
    for model, page in admin.site._registry.items():
        actions = page.object_actions if isinstance(page, ObjectActionsAdmin) else ()
        others = {each.slug for each in actions if not isinstance(each, NotAboutOneself) and each is not GIVE_BACK}
        found |= {model._meta.label: others} if others else {}
    assert {label: slugs for label, slugs in found.items() if not label.startswith("notes.")} == OPEN_TO_ALL
