"""What happens around every request? It gets an origin for the history, and its access declaration is enforced."""

import ipaddress
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from psycopg.errors import LockNotAvailable

from mipres_admin.access import GATED_BY_THEIR_LIBRARY, client_address, declared
from mipres_admin.history import Origin, origin

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _address(request: HttpRequest) -> str | None:
    raw = client_address(request, behind_proxy=settings.SECURE_PROXY_SSL_HEADER is not None)
    for candidate in (raw or "", (raw or "").rpartition(":")[0].strip("[]")):
        with suppress(ValueError):
            return str(ipaddress.ip_address(candidate))
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


class BusyMiddleware:
    """Somebody else holds the row for too long: a page that says so and what to do, instead of an error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page for a lock that was not to be had; None leaves every other error as it is."""
        if isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable):
            response = render(request, "errors/busy.html", status=503)
            response.headers["Retry-After"] = "10"
            return response
        return None


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
