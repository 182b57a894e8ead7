"""Which headers of security does every answer carry, whatever made it?"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.csp import build_policy

from mipres_admin.middleware.origin import GetResponse

PAGE_POLICY = build_policy(settings.SECURE_CSP)


class HeadersMiddleware:
    """What is no page loads nothing and is shown in no frame; no answer may use what the portal does not use.

    It stands before all that answers by itself: the web services, static files, errors and redirects.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        policy = headers.get("Content-Security-Policy", "")
        is_page = headers.get("Content-Type", "").startswith("text/html")
        if not policy or (policy == PAGE_POLICY and not is_page):
            headers["Content-Security-Policy"] = settings.NO_PAGE_CSP
        return response
