"""What if a row stays locked, or a session ends during its own request? A page says so, instead of an error."""

from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.deprecation import MiddlewareMixin
from psycopg.errors import LockNotAvailable


class BusyMiddleware(MiddlewareMixin):
    """Another request was first: a page that says what to do, instead of an error.

    A row stays locked for too long, or the person has logged out in another tab while this one saved its session.
    """

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page for a lock that was not free in time, or the log-in; None leaves every other error as it is."""
        if isinstance(error, UpdateError):
            request.session.flush()
            return redirect("login")
        if isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable):
            response = render(request, "errors/busy.html", status=503)
            response.headers["Retry-After"] = "10"
            return response
        return None
