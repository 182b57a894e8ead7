"""What does a request see while the Ministry looks at the portal as a delegate? The delegate's pages, and only to look.

The first middleware says who is seen, the last one that nothing is changed: whatever a view tries, PostgreSQL refuses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.db import InternalError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve
from psycopg.errors import ReadOnlySqlTransaction

from accounts.actions.impersonation import end_impersonation
from accounts.models import Impersonation
from accounts.rules.impersonation import CHANGES, TAKEN_AWAY, end_reason, is_own, page_refusal
from mipres_admin.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

WHY_ENDED = {
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
    """Whom does the request see? Belongs after AccountSessionMiddleware, which has checked the staff session.

    While an impersonation goes on `request.impersonation` is it (its `staff` is who is really there) and, but for the
    addresses that stay their own, `request.user` is the delegate. One that may not go on is ended here, and the next
    page says so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.impersonation, request.impersonation_over = None, ""
        if request.user.is_authenticated and request.user.is_staff and request.account_session is not None:
            self._judge(request)
        return self.get_response(request)

    def _judge(self, request: Any) -> None:
        impersonation = Impersonation.objects.not_ended().with_state().filter(session=request.account_session).first()
        if impersonation is None:
            return
        why = end_reason(impersonation, impersonation.now)
        if why:
            end_impersonation(impersonation=impersonation, by=None, why=why)
            request.impersonation_over = (
                f"La vista como {impersonation.account.login} terminó: {WHY_ENDED[Impersonation.End(why)]}."
            )
            return
        request.impersonation = impersonation
        if not is_own(_match(request)):
            request.user = impersonation.account

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Refuse what is not for looking. Say that an impersonation is over, at the home of who was looking."""
        match = request.resolver_match
        if request.impersonation_over:
            messages.warning(request, request.impersonation_over)
            return None if is_own(match) else redirect("home")
        if request.impersonation is None or is_own(match):
            return None
        refusal = page_refusal(request.method, match)
        return _refused(request, refusal) if refusal else None


@contextmanager
def read_only(request: HttpRequest) -> Iterator[None]:
    """Nothing is kept of what happens inside: PostgreSQL refuses to write, and the session is an empty one."""
    own, request.session = request.session, SessionStore()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
            # there is nothing to commit, and whatever transaction is around this one can write again
            transaction.set_rollback(True)
    finally:
        request.session = own


class ReadOnlyMiddleware:
    """What may who sees do? Look. Belongs last: it runs the view itself, once everybody else has let it pass."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """The page, drawn in a transaction that can not write; or the page that says why not."""
        if request.impersonation is None or is_own(request.resolver_match):
            return None
        try:
            with read_only(request):
                response: HttpResponseBase = view(request, *args, **kwargs)
        except InternalError as error:
            if not isinstance(error.__cause__, ReadOnlySqlTransaction):
                raise
            return _refused(request, CHANGES)
        if response.streaming or "attachment" in response.headers.get("Content-Disposition", ""):
            response.close()
            return _refused(request, TAKEN_AWAY)
        return response
