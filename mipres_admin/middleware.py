"""What happens around every request? It gets an origin for the history, and its access declaration is enforced."""

import ipaddress
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from psycopg.errors import LockNotAvailable

from mipres_admin.access.declarations import GATED_BY_THEIR_LIBRARY, client_address, declared
from mipres_admin.history.recording import Origin, origin

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _address(request: HttpRequest) -> str | None:
    raw = client_address(request, behind_proxy=settings.SECURE_PROXY_SSL_HEADER is not None)
    for candidate in (raw or "", (raw or "").rpartition(":")[0].strip("[]")):
        with suppress(ValueError):
            return str(ipaddress.ip_address(candidate))
    return None


class OriginMiddleware:
    """Give the request an id and remember its address for `history.record`; keep pages out of shared caches.

    It is read as UTF-8, whatever charset it names.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        here = Origin(_address(request), uuid.uuid4().hex)
        # every page is in UTF-8, and so is what browsers send: another charset is named only to make reading it fail
        request.encoding = settings.DEFAULT_CHARSET
        token = origin.set(here)
        try:
            response = self.get_response(request)
        finally:
            origin.reset(token)
        response.headers.setdefault("X-Request-ID", here.request_id)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class SessionMiddleware(sessions.SessionMiddleware):
    """Django's, but for a request whose session has meanwhile got a new key: it leaves the cookie alone.

    Logging in, proving a second factor and changing the password give the session a new key. A request of another tab
    that was on its way with the old one finds no session; taking the cookie away, as Django does, would take away the
    new one, and log the person out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Take the cookie away only where this request has ended the session."""
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)


class BusyMiddleware:
    """Something else was quicker: a page that says so and what to do, instead of an error.

    Somebody holds the row for too long, or the person has left in another tab while this one was saving its session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page for a lock that was not to be had, or the log-in; None leaves every other error as it is."""
        if isinstance(error, UpdateError):
            request.session.flush()
            return redirect("login")
        if isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable):
            response = render(request, "errors/busy.html", status=503)
            response.headers["Retry-After"] = "10"
            return response
        return None


def _grant(request: Any, account: Any) -> None:
    """Set what `access.PortalRequest` promises to the view."""
    request.account, request.entity = account, account.entity


class AccessMiddleware:
    """Refuse a view to whoever its declaration does not admit (log-in itself is Django's LoginRequiredMiddleware).

    A session of which nobody has said that it is whole (alive, second factor proven) opens nothing but public pages:
    `account_session`, and `pending_login` between password and second factor, are set by the accounts' middleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Raise PermissionDenied (the 403 page) when the view is not for this user; lead strangers to the log-in."""
        access, match = declared(view), request.resolver_match
        is_whole = getattr(request, "account_session", None) is not None
        if request.user.is_authenticated and not is_whole and (access is None or access.who != "public"):
            raise PermissionDenied
        if match and match.namespace in GATED_BY_THEIR_LIBRARY:
            self._library(request, match.namespace)
            return None
        if access is not None and access.who in ("pending_login", "mfa_enrolment"):
            return self._second_step(request, access.who)
        if access is None or not access.admits(request.user):
            raise PermissionDenied
        if request.user.is_authenticated:
            _grant(request, request.user)
        return None

    def _library(self, request: HttpRequest, namespace: str) -> None:
        """The admin leads strangers to the log-in, and would lead a delegate, who has logged in, round in a circle."""
        if namespace == "admin" and request.user.is_authenticated and not request.user.is_staff:
            raise PermissionDenied

    def _second_step(self, request: HttpRequest, who: str) -> HttpResponseBase | None:
        """Let the view answer, or lead to the page where this log-in is."""
        pending = getattr(request, "pending_login", None)
        if request.user.is_authenticated:
            account, goal = request.user, "home" if who == "pending_login" else ""
        elif pending is None:
            return redirect("login")
        else:
            must_prove = who == "mfa_enrolment" and pending.step != "enrol"
            account, goal = pending.account, "second_factor" if must_prove else ""
        if goal:
            return redirect(goal)
        _grant(request, account)
        return None
