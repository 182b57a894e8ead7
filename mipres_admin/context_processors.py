"""Which variables does every template have?"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from mipres_admin.access.menu import menu_for


def portal(request: HttpRequest) -> dict[str, Any]:
    """The Ministry's constants, the menu of this session, and where mail is read when it is captured."""
    user = getattr(request, "user", None)
    return {
        "portal": settings.PORTAL,
        "menu": menu_for(user) if user is not None and user.is_authenticated else [],
        "inbox_is_open": not settings.PRODUCTION,
    }
