"""How is the access declaration of a view enforced, on every request?"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.deprecation import MiddlewareMixin

from mipres_admin.access.declarations import ANY, FORM, GATED_BY_THEIR_LIBRARY, declared


def _grant(request: Any, account: Any) -> None:
    """Set the attributes of `PortalRequest`."""
    request.account, request.entity = account, account.entity


class MethodMiddleware(MiddlewareMixin):
    """Refuse PUT, DELETE and the like before the CSRF check, which would say that a page is old.

    So is a POST that a public view does not declare; where a view is not public, the view refuses it, after its access
    was checked. Pages of libraries, as the admin, take forms.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """405, or None; what declares ANY checks the method itself."""
        access = declared(view)
        methods, is_public = (access.methods, access.who == "public") if access else (FORM, False)
        taken = methods if is_public else (*methods, *FORM)
        return (
            None if methods in ((), ANY) or request.method in (*taken, "OPTIONS") else HttpResponseNotAllowed(methods)
        )

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A page that says it, instead of Django's 405, which a browser shows blank."""
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "errors/method_not_allowed.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class AccessMiddleware(MiddlewareMixin):
    """Refuse a view to users whom its declaration does not admit (log-in itself is Django's LoginRequiredMiddleware).

    A log-in without `account_session` (expired, or without its second factor) opens only public pages. The accounts'
    middleware sets it, and `pending_login` between password and second factor.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Raise PermissionDenied (the 403 page) when the view is not for this user."""
        access, match = declared(view), request.resolver_match
        who = access.who if access else ""
        if who != "public":
            self._require_session(request)
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

    def _require_session(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and getattr(request, "account_session", None) is None:
            raise PermissionDenied

    def _library(self, request: HttpRequest, namespace: str) -> None:
        """The admin sends who is not staff to the log-in, which sends who has logged in back to it: without end."""
        if namespace == "admin" and request.user.is_authenticated and not request.user.is_staff:
            raise PermissionDenied

    def _second_step(self, request: HttpRequest, who: str) -> HttpResponseBase | None:
        """Let the view answer, or redirect to the current step of this log-in."""
        pending = getattr(request, "pending_login", None)
        if request.user.is_authenticated:
            if who == "mfa_enrolment" and request.user.is_unverified:
                raise PermissionDenied
            account, url_name = request.user, "home" if who == "pending_login" else ""
        elif pending is None:
            return redirect("login")
        else:
            must_prove = who == "mfa_enrolment" and pending.step != "enrol"
            account, url_name = pending.account, "second_factor" if must_prove else ""
        if url_name:
            return redirect(url_name)
        _grant(request, account)
        return None
