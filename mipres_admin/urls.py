"""Which addresses does the portal have? One per action, in Spanish."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.csp import CSP
from django.views.generic import RedirectView

from mipres_admin.access.declarations import FORM, Viewable, public
from mipres_admin.monitoring import health, metrics
from mipres_admin.monitoring.security_contact import security_contact

# Staff log in, log out and change their password where everybody does: one captcha, one lock, one history.
to_the_portal = public(methods=FORM, viewable=Viewable.OWN)
to_login = to_the_portal(RedirectView.as_view(pattern_name="login", query_string=True))
to_logout = to_the_portal(RedirectView.as_view(pattern_name="logout"))
to_change_password = to_the_portal(RedirectView.as_view(pattern_name="change_password"))

INBOX_CSP = settings.SECURE_CSP | {"frame-src": [CSP.SELF], "img-src": [CSP.SELF, "data:"]}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("roles.urls")),
    path("", include("entities.urls")),
    path("", include("delegates.urls")),
    path("", include("tokens.urls")),
    path("admin/login/", to_login, name="admin_login"),
    path("admin/logout/", to_logout, name="admin_logout"),
    path("admin/password_change/", to_change_password, name="admin_change_password"),
    path("admin/", admin.site.urls),
    path("salud/", health.health, name="health"),
    path("salud/vivo/", health.alive, name="alive"),
    path("metricas/", metrics.metrics, name="metrics"),
    path(".well-known/security.txt", security_contact, name="security_contact"),
]


def public_inbox_page(view: Any) -> Any:
    """A page of the inbox, without log-in: new people read the mail that lets them in before they can log in.

    It shows the mail in a frame, which the policy of the other pages forbids.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if not hasattr(response, "_csp_config"):
            setattr(response, "_csp_config", INBOX_CSP)  # noqa: B010  as Django's csp_override does
        return response

    return login_not_required(shown)


if not settings.PRODUCTION:
    inbox = path("correo/", include("django_mail_preview.urls"))
    for pattern in inbox.url_patterns:
        pattern.callback = public_inbox_page(pattern.callback)
    urlpatterns.append(inbox)
