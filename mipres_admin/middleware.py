"""What happens around every request? It gets an origin for the history, and its access declaration is enforced."""

import ipaddress
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mipres_admin.access import GATED_BY_THEIR_LIBRARY, client_address, declared
from mipres_admin.history import Origin, origin

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _address(request: HttpRequest) -> str | None:
    raw = client_address(request, behind_proxy=settings.SECURE_PROXY_SSL_HEADER is not None)
    try:
        return str(ipaddress.ip_address(raw or ""))
    except ValueError:
        return None


class OriginMiddleware:
    """Give the request an id and remember its address for `history.record`; keep pages out of shared caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        here = Origin(_address(request), uuid.uuid4().hex)
        token = origin.set(here)
        try:
            response = self.get_response(request)
        finally:
            origin.reset(token)
        response.headers.setdefault("X-Request-ID", here.request_id)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class AccessMiddleware:
    """Refuse a view to whoever its declaration does not admit (log-in itself is Django's LoginRequiredMiddleware)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Raise PermissionDenied (the 403 page) when the view is not for this user."""
        match = request.resolver_match
        if match and match.namespace in GATED_BY_THEIR_LIBRARY:
            return
        access = declared(view)
        if access is None or not access.admits(request.user):
            raise PermissionDenied
