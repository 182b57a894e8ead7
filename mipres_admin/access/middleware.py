"""How is the access declaration of a view enforced, on every request?"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from mipres_admin.access.declarations import GATED_BY_THEIR_LIBRARY, declared


def _grant(request: Any, account: Any) -> None:
    """Set what `access.PortalRequest` promises to the view."""
    request.account, request.entity = account, account.entity


class AccessMiddleware(MiddlewareMixin):
    """Refuse a view to whoever its declaration does not admit (log-in itself is Django's LoginRequiredMiddleware).

    A session of which nobody has said that it is whole (alive, second factor proven) opens nothing but public pages:
    `account_session`, and `pending_login` between password and second factor, are set by the accounts' middleware.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Raise PermissionDenied (the 403 page) when the view is not for this user; lead strangers to the log-in."""
        access, match = declared(view), request.resolver_match
        who = access.who if access else ""
        is_whole = getattr(request, "account_session", None) is not None
        if request.user.is_authenticated and not is_whole and who != "public":
            raise PermissionDenied
        if match and match.namespace in GATED_BY_THEIR_LIBRARY:
            self._library(request, match.namespace)
            return None
        if who in ("pending_login", "mfa_enrolment"):
            return self._second_step(request, who)
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
