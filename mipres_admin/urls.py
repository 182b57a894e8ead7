"""Which addresses does the portal have? One per deed, in Spanish."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from mipres_admin.access import public

# Staff log in where everybody does: with the captcha, the lock and the same refusals.
to_the_one_login = public(RedirectView.as_view(pattern_name="login"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("admin/login/", to_the_one_login, name="admin_login"),
    path("admin/", admin.site.urls),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("correo/", include("django_mail_preview.urls")))
