"""What is the Ministry's admin site? Its name, the order of its apps and its dashboard."""

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse

from mipres_admin.backoffice.dashboard import panels_for

NAMES = {"auth": "Grupos y permisos"}


def _order(app_label: str) -> int:
    """Where an app stands among the others: its config says so (`admin_order`); a new one comes last."""
    return getattr(apps.get_app_config(app_label), "admin_order", 100)


class MinistryAdminSite(AdminSite):
    """Django's admin with the portal's dashboard on its first page."""

    site_title = "MIPRES Administración del Ministerio"
    site_header = "MIPRES · Administración del Ministerio"
    index_title = "Tablero"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The panels that this person may see, then the lists."""
        return super().index(request, {"panels": list(panels_for(request.user)), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The apps in the Ministry's order and words; an app without a place comes last."""
        app_list = super().get_app_list(request, app_label)
        for app in app_list:
            app["name"] = NAMES.get(app["app_label"], app["name"])
        return sorted(app_list, key=lambda app: _order(app["app_label"]))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The lists of one app, under its own name."""
        configs = apps.app_configs
        name = NAMES.get(app_label) or (configs[app_label].verbose_name if app_label in configs else app_label)
        return super().app_index(request, app_label, {"title": name} | (extra_context or {}))
