"""Whose pages does a request of the Ministry get during an impersonation, and how are they kept read-only?

The first middleware sets the user; the last one runs the view read-only: whatever it tries, PostgreSQL refuses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.db import InternalError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve
from psycopg.errors import ReadOnlySqlTransaction

from accounts.actions.impersonation import end_impersonation
from accounts.models import Impersonation
from accounts.rules.impersonation import CHANGES_REFUSED, DOWNLOADS_REFUSED, end_reason, is_own, page_refusal
from accounts.security.session_store import SessionStore
from mipres_admin.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

END_MESSAGES = {
    Impersonation.End.TIME: "se acabó el tiempo",
    Impersonation.End.SESSION: "su sesión terminó",
    Impersonation.End.STAFF: "su cuenta dejó de tener ese permiso",
    Impersonation.End.ACCOUNT: "la cuenta o la entidad dejó de poder ingresar al portal",
}


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    return render(request, "accounts/impersonation_refused.html", {"refusal": refusal}, status=403)


class ImpersonationMiddleware:
    """Set the user of the request. Belongs after AccountSessionMiddleware, which has checked the session.

    During an impersonation `request.impersonation` is set and `request.user` is the delegate, except at the addresses
    that stay the staff member's own. An impersonation that may not go on is ended here, and the next page says so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.impersonation, request.impersonation_end_message = None, ""
        if request.user.is_authenticated and request.user.is_staff and request.account_session is not None:
            self._set_impersonation(request)
        return self.get_response(request)

    def _set_impersonation(self, request: Any) -> None:
        impersonation = Impersonation.objects.not_ended().with_state().filter(session=request.account_session).first()
        if impersonation is None:
            return
        why = end_reason(impersonation, impersonation.now)
        if why:
            end_impersonation(impersonation=impersonation, by=None, why=why)
            request.impersonation_end_message = (
                f"La vista como {impersonation.account.login} terminó: {END_MESSAGES[Impersonation.End(why)]}."
            )
            return
        request.impersonation = impersonation
        if not is_own(_match(request)):
            request.user = impersonation.account

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Refuse what is not shown; say that an impersonation has ended, on the home page of the staff member."""
        match = request.resolver_match
        if request.impersonation_end_message:
            messages.warning(request, request.impersonation_end_message)
            return None if is_own(match) else redirect("home")
        if request.impersonation is None or is_own(match):
            return None
        refusal = page_refusal(request.method, match)
        return _refused(request, refusal) if refusal else None


@contextmanager
def read_only(request: HttpRequest) -> Iterator[None]:
    """Run the code inside in a transaction that cannot write, with an empty session."""
    own, request.session = request.session, SessionStore()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
            # nothing to commit; a surrounding transaction can write again
            transaction.set_rollback(True)
    finally:
        request.session = own


class ReadOnlyMiddleware:
    """Run the views of an impersonation read-only. Belongs last: it calls the view itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """The page, or the page that says why it is not shown."""
        if request.impersonation is None or is_own(request.resolver_match):
            return None
        try:
            with read_only(request):
                response: HttpResponseBase = view(request, *args, **kwargs)
        except InternalError as error:
            if not isinstance(error.__cause__, ReadOnlySqlTransaction):
                raise
            return _refused(request, CHANGES_REFUSED)
        if response.streaming or "attachment" in response.headers.get("Content-Disposition", ""):
            response.close()
            return _refused(request, DOWNLOADS_REFUSED)
        return response
