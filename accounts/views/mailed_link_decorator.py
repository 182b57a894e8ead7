"""The decorator of pages that a link of an e-mail opens: the secret stays private, an invalid link says why."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from mipres_admin.access.declarations import View
from mipres_admin.refusals import Refused

GONE = 410


def opened_by_link(dead_link: str) -> Callable[[View], View]:
    """A view of the secret in its address; when it raises Refused, the template `dead_link` answers.

    The secret goes to no other page, ours included. Not "no-referrer": with it browsers send the form with
    `Origin: null`, which the CSRF check must refuse.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @sensitive_variables("secret")
        def opened(request: HttpRequest, secret: str) -> HttpResponseBase:
            try:
                response = view(request, secret)
            except Refused as refused:
                response = render(request, dead_link, {"refusal": refused.refusal}, status=GONE)
            response.headers["Referrer-Policy"] = "strict-origin"
            return response

        return opened

    return decorate
