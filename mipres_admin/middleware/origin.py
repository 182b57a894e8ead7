"""Where does each request come from? Its address and an id, for the history and the logs."""

import ipaddress
import uuid
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mipres_admin.origin import Origin, origin

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def client_address(request: HttpRequest) -> str | None:
    """The address of the client: the last one that our own proxy added, or the connection's; None for junk."""
    address = request.META.get("REMOTE_ADDR") or ""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    for candidate in (address, address.rpartition(":")[0].strip("[]")):  # some proxies add the port
        with suppress(ValueError):
            return str(ipaddress.ip_address(candidate))
    return None


class OriginMiddleware:
    """Set the origin of the request; read it as UTF-8, whatever charset it names; keep pages out of shared caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        device_cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
        here = Origin(client_address(request), uuid.uuid4().hex, device_cookie)
        # browsers send UTF-8; another charset is named only to make reading the form fail
        request.encoding = settings.DEFAULT_CHARSET
        token = origin.set(here)
        try:
            response = self.get_response(request)
        finally:
            origin.reset(token)
        response.headers.setdefault("X-Request-ID", here.request_id)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
