"""Are too many requests of this account, or session, in flight? A page says so, instead of taking every thread."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http.response import HttpResponseBase
from django.shortcuts import render

from mipres_admin.in_flight import WAITING, InFlight, TooManyInFlight
from mipres_admin.middleware.origin import GetResponse

accounts = InFlight(WAITING)


class InFlightMiddleware:
    """Belongs after AuthenticationMiddleware, which only reads, and before everything that may wait for a row.

    Requests without session wait for nobody's rows and are not counted.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        sender = f"account {request.user.pk}" if request.user.is_authenticated else request.session.session_key
        if not sender:
            return self.get_response(request)
        try:
            with accounts.place(sender):
                return self.get_response(request)
        except TooManyInFlight:
            request.user = AnonymousUser()  # nobody has looked whether the session has ended
            page = render(request, "errors/too_many_requests.html", status=429)
            page.headers["Retry-After"] = "5"
            return page
