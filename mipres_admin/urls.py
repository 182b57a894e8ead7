"""Which addresses does the portal have? One per deed, in Spanish."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from mipres_admin.access import public

# Staff enter, leave and change their password where everybody does: one captcha, one lock, one history.
to_login = public(RedirectView.as_view(pattern_name="login", query_string=True))
to_logout = public(RedirectView.as_view(pattern_name="logout"))
to_change_password = public(RedirectView.as_view(pattern_name="change_password"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("tokens.urls")),
    path("admin/login/", to_login, name="admin_login"),
    path("admin/logout/", to_logout, name="admin_logout"),
    path("admin/password_change/", to_change_password, name="admin_change_password"),
    path("admin/", admin.site.urls),
]

if not settings.PRODUCTION:
    inbox = path("correo/", include("django_mail_preview.urls"))
    # a newcomer reads the mail that lets him in before he can log in
    for pattern in inbox.url_patterns:
        pattern.callback = login_not_required(pattern.callback)  # type: ignore[type-var]
    urlpatterns.append(inbox)
