"""How does a page learn that the answer to its form is a download? The cookie that it waits with is deleted."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mipres_admin.middleware.origin import GetResponse


class DownloadMiddleware:
    """`static/js/portal.js` sets the cookie when a form is sent, and enables the buttons when it is gone.

    The cookie says nothing about anybody and the portal reads nothing from it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_download = response.headers.get("Content-Disposition", "").startswith("attachment")
        if is_download and settings.DOWNLOAD_COOKIE_NAME in request.COOKIES:
            response.delete_cookie(settings.DOWNLOAD_COOKIE_NAME, samesite="Strict")
        return response
