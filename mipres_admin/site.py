"""What is the Ministry's window as a whole? Its name, the order of its parts and its dashboard."""

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse

from mipres_admin.dashboard import panels_for

# by how often the Ministry's people go there
ORDER = ("delegates", "accounts", "entities", "tokens", "mipres_admin", "auth")
NAMES = {"auth": "Grupos y permisos"}


class MinistryAdminSite(AdminSite):
    """Django's admin with the portal's dashboard on its first page."""

    site_title = "MIPRES Administración del Ministerio"
    site_header = "MIPRES · Administración del Ministerio"
    index_title = "Tablero"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The panels that this person may see, then the lists."""
        return super().index(request, {"panels": list(panels_for(request.user)), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The parts in the Ministry's order and words; an app that is new comes last."""
        parts = super().get_app_list(request, app_label)
        for part in parts:
            part["name"] = NAMES.get(part["app_label"], part["name"])
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(parts, key=lambda part: places.get(part["app_label"], len(places)))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The lists of one app, under its own name."""
        name = NAMES.get(app_label) or (apps.get_app_config(app_label).verbose_name if app_label in ORDER else None)
        return super().app_index(request, app_label, ({"title": name} if name else {}) | (extra_context or {}))
