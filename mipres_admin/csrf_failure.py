"""Which page answers a failed CSRF check? It says what happened and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mipres_admin.access.declarations import ANY, public


@public(methods=ANY)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or the session changed in another tab: nothing was saved."""
    return render(request, "errors/csrf.html", status=403)
